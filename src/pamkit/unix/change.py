"""The two passes of a password change."""

from __future__ import annotations

from pamkit.formats.hash_text import without_aging
from pamkit.formats.shadow_age import day_of
from pamkit.module.account_lock import locked
from pamkit.module.call import Stop
from pamkit.unix.approve import approve
from pamkit.unix.blank import is_blank
from pamkit.unix.lookup import look_up
from pamkit.unix.recipe import hash_new, recipe_of
from pamkit.unix.remarks import debug, tell
from pamkit.unix.rights import is_root, may_change
from pamkit.unix.verify import verify
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.new_hash import Recipe
    from pamkit.unix.options import Call

_TRIES = 3
"""How often an applicant may come up with a new password."""

_MOST_REMEMBERED = 400


async def check_old(call: Call, name: str) -> ReturnCode:
    """First pass: is it the user who asks (root need not prove it), and may it be changed?"""
    if await is_blank(call, name):
        return ReturnCode.SUCCESS  # yes: there is no old password to ask for
    if not is_root(call):
        if not call.silent:
            code = await call.say(Style.TEXT_INFO, f"Changing password for {name}.")
            if code != ReturnCode.SUCCESS:
                return ReturnCode(code)
        try:
            old = await call.authtok(Item.OLDAUTHTOK)
        except Stop:
            call.log(Priority.NOTICE, "password - (old) token not obtained")
            raise
        code = await verify(call, name, old, nullok=True)
        if code is not ReturnCode.SUCCESS:
            return code
    code = await may_change(call, name)
    if code is ReturnCode.AUTHTOK_ERR:
        if call.flags & Flag.CHANGE_EXPIRED_AUTHTOK:
            await tell(call, "Your password is not expired.")
        else:
            await tell(call, "You must wait longer to change your password.")
    return code


async def update(call: Call, name: str) -> ReturnCode:
    """Second pass: get a new password that is good enough, and store it under the lock."""
    old, made = call.token(Item.OLDAUTHTOK), recipe_of(call)
    given = call.options.use_authtok or call.options.use_first_pass
    code = ReturnCode.AUTHTOK_ERR
    for _ in range(1 if given else _TRIES):
        try:
            new = await call.authtok(Item.AUTHTOK)
        except Stop:
            debug(call, "password - new password not obtained", Priority.ERR)
            raise
        code = await approve(call, name, old, new, made)
        if code is ReturnCode.SUCCESS:
            break
        call.set_token(Item.AUTHTOK, None)
    else:
        call.log(Priority.NOTICE, "new password not acceptable")
        return code
    hashed = await hash_new(call, new, made)  # slow: before the lock, which others wait for
    if hashed is None:
        call.log(Priority.CRIT, "crypt() failure or out of memory for password")
        return ReturnCode.BUF_ERR
    lock = await locked(call)
    try:
        return await _replace(call, name, old, new, made, hashed)
    finally:
        lock.__exit__(None, None, None)


async def _replace(
    call: Call, name: str, old: Secret | None, new: Secret, made: Recipe, hashed: Secret
) -> ReturnCode:
    """Check everything again, now that nobody else can write, and store the new password."""
    if old is not None:
        code = await verify(call, name, old, nullok=True)
        if code is not ReturnCode.SUCCESS:
            call.log(Priority.NOTICE, "user password changed by another process")
            return code
    elif not is_root(call) and not await is_blank(call, name):
        # DIALECT: C does not look again, and overwrites a password that somebody set meanwhile.
        call.log(Priority.NOTICE, "user password changed by another process")
        return ReturnCode.AUTH_ERR
    code = await may_change(call, name)
    if code is not ReturnCode.SUCCESS:
        call.log(Priority.NOTICE, "user shadow entry expired")
        return code
    code = await approve(call, name, old, new, made)
    if code is not ReturnCode.SUCCESS:
        call.log(Priority.NOTICE, "new password not acceptable 2")
        return code
    try:
        stored = _store(call, name, hashed, remember=old is not None)
    except OSError:
        return ReturnCode.AUTHTOK_ERR
    if not stored:
        return ReturnCode.AUTHTOK_ERR
    call.log(Priority.NOTICE, f"password changed for {name}")
    return ReturnCode.SUCCESS  # yes: the new password is on record


def _store(call: Call, name: str, hashed: Secret, *, remember: bool) -> bool:
    """Write the old hash to the history, if one is kept, and the new one in its place."""
    credentials, known = call.world.credentials, look_up(call, name)
    if known.account is None:
        return False
    keep = call.options.remember
    if remember and keep is not None:
        if known.hashed is None:
            return False  # it could not be read just now: it must not be missed in the history
        # DIALECT: C hashes the old password again with MD5; the hash on record is stronger,
        # and pam_pwhistory(8) reads it as well.
        before = Secret(without_aging(known.hashed.expose()))
        keep = min(keep, _MOST_REMEMBERED)
        if not credentials.remember(name, known.account.uid, before, keep=keep):
            return False
    # C: day 0 would ask for another change at once, only because the clock is not set yet.
    today = day_of(call.world.clock.now()) or -1
    return credentials.change(name, hashed, last_change=today)
