"""The two passes of a password change."""

from __future__ import annotations

from pamkit.userdb.judge import judge, standing
from pamkit.userdb.lookup import find, patiently
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.userdb.options import Call

SCHEME = "yescrypt"
"""How new passwords are hashed."""


async def change(call: Call, database: str, user: str) -> ReturnCode:
    """First pass: is it the user who asks?  Second pass: the same again, and a new password.

    Whoever runs the program: the old password is asked for.  An administrator has
    `pamkit userdb passwd`.
    """
    entry = await find(call, database, user)
    if not entry.is_managed:
        call.log(Priority.ERR, f"passwords are changed in SQLite files only, not in `{database}'")
        return ReturnCode.AUTHTOK_ERR
    if call.preliminary:
        old = await call.authtok(Item.OLDAUTHTOK)
    elif (known := call.token(Item.OLDAUTHTOK)) is not None:
        old = known
    else:
        return ReturnCode.AUTHTOK_RECOVERY_ERR
    code = await judge(call, entry, old)
    if code is ReturnCode.AUTH_ERR:
        call.log(Priority.NOTICE, f"user `{user}' denied access (incorrect password)")
    if code is ReturnCode.SUCCESS:
        code = standing(call, entry)
    if code is not ReturnCode.SUCCESS or call.preliminary or entry.stored is None:
        return code
    return await _replace(call, database, user, entry.stored)


async def _replace(call: Call, database: str, user: str, before: Secret) -> ReturnCode:
    """Get a new password and put its hash in the place of the one that was checked."""
    new = await call.authtok(Item.AUTHTOK)
    if not new:
        await call.say(Style.ERROR_MSG, "No password has been supplied.")
        return ReturnCode.AUTHTOK_ERR
    setting = call.world.hashing.setting(SCHEME, None)
    computed = None if setting is None else await call.hash(new, setting)
    if computed is None:
        call.log(Priority.ERR, "the new password cannot be hashed")
        return ReturnCode.AUTHTOK_ERR
    hashed, now = Secret(computed), call.world.clock.now()
    stored = await patiently(
        call, database, lambda at: at.change(database, user, old=before, new=hashed, now=now)
    )
    if not stored:
        call.log(Priority.NOTICE, "user password changed by another process")
        return ReturnCode.AUTHTOK_ERR
    call.log(Priority.NOTICE, f"password changed for {user}")
    return ReturnCode.SUCCESS  # yes: the new hash is in the file
