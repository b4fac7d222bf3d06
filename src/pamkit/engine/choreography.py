"""Primitives in the order the manual pages want them, as coroutines over a core.

Sources: `pam_setcred(3)` (credentials are established after authentication and before the
session), `pam_open_session(3)`; seed requirements A5, A6, B6, B9.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.engine.transaction import Core

_SILENT = int(Flag.SILENT)


async def admit(core: Core, flags: int, *, change_expired: bool) -> int:
    """Authenticate and check the account; return the first code that is not success.

    With ``change_expired`` a password that must be changed is changed on the way.
    """
    code = await core.call(Primitive.AUTHENTICATE, flags)
    if code != ReturnCode.SUCCESS:
        return code
    code = await core.call(Primitive.ACCT_MGMT, flags)
    if code != ReturnCode.NEW_AUTHTOK_REQD or not change_expired:
        return code
    # Yes is still open: the change itself has to succeed, and it was authenticate that
    # proved who asks for it.
    return await core.call(Primitive.CHAUTHTOK, flags & _SILENT | Flag.CHANGE_EXPIRED_AUTHTOK)


async def start_session(core: Core, flags: int) -> int:
    """Establish credentials and open the session; undo the first if the second fails."""
    silent = flags & _SILENT
    code = await core.call(Primitive.SETCRED, silent | Flag.ESTABLISH_CRED)
    if code != ReturnCode.SUCCESS:
        return code
    code = await core.call(Primitive.OPEN_SESSION, flags)
    if code != ReturnCode.SUCCESS:
        await core.call(Primitive.SETCRED, silent | Flag.DELETE_CRED)
    return code


async def finish_session(core: Core, flags: int) -> int:
    """Close the session and delete the credentials, the second whatever the first says."""
    closed = await core.call(Primitive.CLOSE_SESSION, flags)
    deleted = await core.call(Primitive.SETCRED, flags & _SILENT | Flag.DELETE_CRED)
    return closed if closed != ReturnCode.SUCCESS else deleted
