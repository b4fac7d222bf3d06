"""Primitives in the order the manual pages want them, as coroutines over a core.

Sources: `pam_setcred(3)` (credentials are established after authentication and before the
session), `pam_open_session(3)`; seed requirements A5, A6, B6, B9.
"""

from __future__ import annotations

from pamkit.module.effect import Later
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.engine.transaction import Core

_SILENT = int(Flag.SILENT)


async def admit(core: Core, flags: int, *, change_expired: bool) -> int:
    """Authenticate and check the account; return the first code that is not success.

    With ``change_expired`` a password that must be changed is changed on the way.
    """
    code = await _whole(core, Primitive.AUTHENTICATE, flags)
    if code != ReturnCode.SUCCESS:
        return code
    code = await _whole(core, Primitive.ACCT_MGMT, flags)
    if code != ReturnCode.NEW_AUTHTOK_REQD or not change_expired:
        return code
    # Yes is still open: the change itself has to succeed, and it was authenticate that
    # proved who asks for it.
    flags = flags & _SILENT | Flag.CHANGE_EXPIRED_AUTHTOK
    return await _whole(core, Primitive.CHAUTHTOK, flags)


async def start_session(core: Core, flags: int, *, takes_groups: bool = False) -> int:
    """Establish credentials and open the session; if either fails, leave no credentials.

    With ``takes_groups`` the process has the user's groups first, to which modules add theirs;
    see `pam_setcred(3)`.  Where establishing fails, some modules may have set theirs before another
    one refused.
    """
    if takes_groups and not _takes_groups(core):
        return ReturnCode.CRED_ERR
    code = await _whole(core, Primitive.SETCRED, flags & _SILENT | Flag.ESTABLISH_CRED)
    if code == ReturnCode.SUCCESS:
        code = await _whole(core, Primitive.OPEN_SESSION, flags)
    if code != ReturnCode.SUCCESS:
        await delete_credentials(core, flags)
    return code


async def finish_session(core: Core, flags: int) -> int:
    """Close the session and delete the credentials, the second whatever the first says."""
    closed = await _whole(core, Primitive.CLOSE_SESSION, flags)
    deleted = await delete_credentials(core, flags)
    return closed if closed != ReturnCode.SUCCESS else deleted


async def delete_credentials(core: Core, flags: int) -> int:
    """Delete the credentials: what is left to do where opening or closing was cut off."""
    return await _whole(core, Primitive.SETCRED, flags & _SILENT | Flag.DELETE_CRED)


def _takes_groups(core: Core) -> bool:
    """Give the process the groups of the user, as initgroups(3) does; only root's can have them."""
    process = core.world.process
    if process.euid() != 0:
        return True  # it stays what it is
    try:
        process.set_groups(core.world.accounts.groups_of(core.handle.texts.get(Item.USER, "")))
    except OSError as fault:
        text = f"PAM the user's groups cannot be taken: {fault.strerror}"
        core.world.log.write(Priority.ERR, text)
        return False
    return True  # it has the user's groups, and none that it had before


async def _whole(core: Core, primitive: Primitive, flags: int) -> int:
    """Carry a primitive out to its end; a hook that waits keeps the whole choreography."""
    while (code := await core.call(primitive, flags)) == ReturnCode.INCOMPLETE:
        await Later()
    return code
