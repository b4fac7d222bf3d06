"""What the helper unix_chkpwd(8) says, for a process that may not read the shadow file."""

from __future__ import annotations

from pamkit.formats import chkpwd
from pamkit.module.program import Finished
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call
    from pamkit.vocab.secret import Secret

_LOST = 255
"""Stands for an exit status nobody knows; the helper has no such status, so it refuses."""


async def ask_helper(call: Call, name: str, token: Secret, *, nullok: bool) -> ReturnCode:
    """Return whether it is the password; ``nullok``: an empty one may match."""
    stdin = chkpwd.password_input(token)
    finished = await run_helper(call, name, "nullok" if nullok else "nonull", stdin)
    stdin.wipe()
    if finished is None:
        return ReturnCode.AUTHINFO_UNAVAIL
    return chkpwd.checked_password(finished.status)


async def run_helper(call: Call, name: str, request: str, stdin: Secret | bytes) -> Finished | None:
    """Return how a request to unix_chkpwd(8) ended; `None` if it cannot be run.

    ``request`` is the helper's own word: `nullok`, `nonull` or `chkexpiry`.
    """
    for path in chkpwd.PLACES:
        if call.world.files.runnable(path):
            try:
                finished = await call.run((path, name, request), stdin=stdin)
            except ChildProcessError:
                call.log(Priority.ERR, "unix_chkpwd waitpid returned -1")
                return Finished(_LOST)
            except OSError:
                return None
            if finished.status < 0:
                call.log(Priority.ERR, f"unix_chkpwd abnormal exit: {-finished.status}")
            return finished
    return None
