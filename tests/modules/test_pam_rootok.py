import pytest

from pamkit.modules import pam_rootok
from pamkit.testing.policies import Trial
from pamkit.testing.world import MemoryLog, StandInProcess, memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_POLICY = "".join(
    f"{word} required pam_rootok.so debug\n" for word in ("auth", "account", "password")
)


@pytest.mark.parametrize(
    ("uid", "euid", "expected", "word"),
    [
        (0, 0, ReturnCode.SUCCESS, "succeeded"),
        (0, 1000, ReturnCode.SUCCESS, "succeeded"),
        (1000, 0, ReturnCode.AUTH_ERR, "failed"),
        (1000, 1000, ReturnCode.AUTH_ERR, "failed"),
    ],
)
@pytest.mark.parametrize(
    "primitive", [Primitive.AUTHENTICATE, Primitive.ACCT_MGMT, Primitive.CHAUTHTOK]
)
def test_only_the_real_user_number_counts(
    primitive: Primitive, uid: int, euid: int, expected: ReturnCode, word: str
) -> None:
    world = memory_world(process=StandInProcess(uid=uid, euid=euid))
    trial = Trial(_POLICY, pam_rootok, world=world, user="alice")
    assert trial.call(primitive) == expected
    assert isinstance(world.log, MemoryLog)
    assert f"root check {word}" in world.log.texts[0]


def test_setcred_has_nothing_to_do() -> None:
    trial = Trial("auth required pam_rootok.so", pam_rootok)
    assert [trial.authenticate(), trial.setcred()] == [ReturnCode.SUCCESS, ReturnCode.SUCCESS]
