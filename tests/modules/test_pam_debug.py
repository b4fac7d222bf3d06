import pytest

from pamkit.modules import pam_debug
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, info
from pamkit.vocab.codes import ReturnCode

_C = ReturnCode


@pytest.mark.parametrize(
    ("arguments", "shown", "expected"),
    [
        ("", (), _C.SUCCESS),
        ("auth=perm_denied", ("auth=perm_denied",), _C.PERM_DENIED),
        ("cred=cred_err auth=success", ("auth=success",), _C.SUCCESS),
        ("auth=maxtries auth=success", ("auth=maxtries",), _C.MAXTRIES),
        ("auth=nonsense auth=auth_err", (), _C.SUCCESS),
        ("authx=auth_err xauth=auth_err auth", (), _C.SUCCESS),
    ],
)
def test_the_first_word_for_a_primitive_is_its_answer(
    arguments: str, shown: tuple[str, ...], expected: ReturnCode
) -> None:
    with Script(*map(info, shown)) as script:
        policy = f"auth required pam_debug.so {arguments}"
        assert Trial(policy, pam_debug, conversation=script).authenticate() == expected


def test_both_passes_of_a_password_change_have_their_own_word() -> None:
    with Script(info("prechauthtok=success"), info("chauthtok=authtok_err")) as script:
        policy = "password required pam_debug.so chauthtok=authtok_err prechauthtok=success"
        trial = Trial(policy, pam_debug, conversation=script)
        assert trial.chauthtok() == _C.AUTHTOK_ERR
