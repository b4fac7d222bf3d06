"""The lock of the account files is waited for, but not for ever, and always given back."""

from __future__ import annotations

import pytest

from pamkit.module.account_lock import locked
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare
from pamkit.module.options import NoOptions
from pamkit.module.registry import Module
from pamkit.testing.credentials import Held, MemoryCredentials
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

BUSY = BlockingIOError(11, "Resource temporarily unavailable")


class _Contended(MemoryCredentials):
    """Each attempt to lock meets the next outcome, and the last one again and again."""

    def __init__(self, *outcomes: OSError | None) -> None:
        super().__init__()
        self.outcomes = list(outcomes)

    def lock(self) -> Held:
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        return _Attempt(self, outcome)


class _Attempt(Held):
    def __init__(self, owner: MemoryCredentials, outcome: OSError | None) -> None:
        super().__init__(owner)
        self._outcome = outcome

    def __enter__(self) -> None:
        if self._outcome is not None:
            raise self._outcome
        super().__enter__()


async def _hook(call: ModuleCall[NoOptions]) -> ReturnCode:
    lock = await locked(call)
    assert isinstance(call.world.credentials, MemoryCredentials)
    assert call.world.credentials.locked
    lock.__exit__(None, None, None)
    return ReturnCode.SUCCESS


@pytest.mark.parametrize(
    ("outcomes", "expected", "waits"),
    [
        ((None,), ReturnCode.SUCCESS, 0),
        ((BUSY, BUSY, None), ReturnCode.SUCCESS, 2),
        ((BUSY,), ReturnCode.AUTHTOK_LOCK_BUSY, 1500),
        ((BUSY, OSError(30, "Read-only file system")), ReturnCode.AUTHTOK_ERR, 1),
    ],
)
def test_it_is_waited_for_up_to_fifteen_seconds(
    outcomes: tuple[OSError | None, ...], expected: ReturnCode, waits: int
) -> None:
    credentials, outside = _Contended(*outcomes), StandInOutside()
    declared = declare("pam_x", answers={Primitive.ACCT_MGMT: "success"}, examples=[])
    trial = Trial(
        "account required pam_x.so\n",
        Module("pam_x", declared, {Primitive.ACCT_MGMT: _hook}),
        world=memory_world().changed(credentials=credentials),
        outside=outside,
    )
    assert (trial.acct_mgmt(), outside.slept) == (expected, [0.01] * waits)
    assert not credentials.locked
