"""Who may change a password, and when."""

from __future__ import annotations

from pamkit.unix.age import age_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call


async def may_change(call: Call, name: str) -> ReturnCode:
    """Return success if the password may be changed now; `AUTHTOK_ERR` means not yet."""
    age = await age_of(call, name, broken_ok=False)
    if age.code in (ReturnCode.USER_UNKNOWN, ReturnCode.AUTH_ERR):
        return age.code
    expired = age.code is ReturnCode.NEW_AUTHTOK_REQD
    if call.flags & Flag.CHANGE_EXPIRED_AUTHTOK:
        # DIALECT: 1.5.2 changes passwords that have not expired as well.
        return ReturnCode.SUCCESS if expired else ReturnCode.AUTHTOK_ERR
    # Yes: root may always, and an expired password is what a change is for.
    return ReturnCode.SUCCESS if expired or is_root(call) else age.code


def is_root(call: Call) -> bool:
    """Whether the one who runs the program is root, and not in the role of a user at login."""
    return call.world.process.uid() == 0 and not call.flags & Flag.CHANGE_EXPIRED_AUTHTOK
