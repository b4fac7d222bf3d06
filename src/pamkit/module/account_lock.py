"""How a hook takes the lock of the account files: it waits, without holding anybody else up."""

from __future__ import annotations

from pamkit.module.call import ModuleCall, Stop
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from typing import Any

_TRIES = 1500
_PAUSE = 0.01
"""Seconds between tries: 15 s in all, as lckpwdf(3) waits."""


async def locked(call: ModuleCall[Any]) -> AbstractContextManager[None]:
    """Return the lock of lckpwdf(3), taken; whoever asked for it leaves it (`__exit__`).

    Nobody is asked anything while it is held: other programs wait for it.  If it cannot be had
    the hook ends: `authtok_lock_busy` if another held it all the time, else `authtok_err`.
    """
    for _ in range(_TRIES):
        lock = call.world.credentials.lock()
        try:
            lock.__enter__()
        except BlockingIOError:
            await call.wait(_PAUSE)
        except OSError as fault:
            call.log(Priority.ERR, f"the account files cannot be locked: {fault.strerror}")
            raise Stop(ReturnCode.AUTHTOK_ERR) from None
        else:
            return lock
    raise Stop(ReturnCode.AUTHTOK_LOCK_BUSY)
