"""How old a password is."""

from __future__ import annotations

from pamkit.formats import chkpwd
from pamkit.formats.shadow_age import Age, day_of, judge_age
from pamkit.unix.helper import run_helper
from pamkit.unix.lookup import look_up
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call


async def age_of(call: Call, name: str, *, broken_ok: bool) -> Age:
    """Return what shadow(5) says of the account and its password today."""
    known = look_up(call, name)
    if known.account is None:
        return Age(known.code)
    if known.helped:
        finished = await run_helper(call, name, "chkexpiry", b"")
        unread = Age(ReturnCode.AUTHINFO_UNAVAIL)
        age = unread if finished is None else chkpwd.checked_age(finished.status, finished.output)
    elif known.code is not ReturnCode.SUCCESS:
        age = Age(known.code)
    elif known.entry is None:
        return Age(ReturnCode.SUCCESS)  # yes: a password outside shadow(5) has no age
    else:
        age = judge_age(known.entry, day_of(call.world.clock.now()))
        if age.from_the_future:
            call.log(Priority.DEBUG, f"account {name} has password changed in future")
    if age.code is ReturnCode.AUTHINFO_UNAVAIL and broken_ok:
        return Age(ReturnCode.SUCCESS)  # yes: `broken_shadow` asks for exactly this
    return age
