"""Accounts without a password: is it one, and may it come in."""

from __future__ import annotations

from pamkit.unix.age import age_of
from pamkit.unix.helper import ask_helper
from pamkit.unix.lookup import look_up
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.lookup import Known
    from pamkit.unix.options import Call

_NOBODY = "pam_unix_non_existent:"
"""A name no account can have."""


async def blanks(call: Call, name: str) -> tuple[bool, bool]:
    """Whether an empty password may match, and whether an account without one may come in."""
    options = call.options
    if call.flags & Flag.DISALLOW_NULL_AUTHTOK:
        # DIALECT: C lets `nullresetok` overrule an application that forbids empty passwords.
        return False, False
    nullok = options.nullok or options.nullok_secure
    if options.nullresetok:
        # DIALECT: C logs the name here if it is unknown, although it may be a password.
        age = await age_of(call, name, broken_ok=options.broken_shadow)
        if age.code is ReturnCode.NEW_AUTHTOK_REQD:
            line = f"user [{name}] has expired blank password, enabling nullok"
            call.log(Priority.DEBUG, line)
            return nullok, True
    return nullok, nullok


async def is_blank(call: Call, name: str) -> bool:
    """Whether an account has no password; as much work for a name that nobody has.

    INVARIANT: the second look never has a say: it was once taken for the first, and let
    everybody in where root had no password (CVE-2020-27780).
    """
    known = look_up(call, name)
    if known.code is ReturnCode.USER_UNKNOWN:
        await _has_blank(call, "root", look_up(call, "root"))
        return False
    look_up(call, _NOBODY)
    return await _has_blank(call, name, known)


async def _has_blank(call: Call, name: str, known: Known) -> bool:
    if known.helped:
        code = await ask_helper(call, name, Secret(b""), nullok=True)
        return code is ReturnCode.SUCCESS
    return known.hashed is not None and len(known.hashed) == 0
