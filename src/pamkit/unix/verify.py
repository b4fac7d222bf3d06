"""Is it the password?"""

from __future__ import annotations

from pamkit.formats.auth_failure import MAX_RETRIES, Failures, Origin, first_line, last_lines
from pamkit.formats.hash_text import matches_hash
from pamkit.unix.helper import ask_helper
from pamkit.unix.lookup import look_up
from pamkit.unix.recipe import recipe_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import DATA_REPLACE, DATA_SILENT
from pamkit.vocab.item import Item
from pamkit.vocab.message import MAX_RESPONSE
from pamkit.vocab.priority import Priority
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.unix.options import Call

_FAILURES = "-UN*X-FAIL-"

_DELAY = 2_000_000
"""Microseconds to wait after a failure."""


async def verify(call: Call, name: str, token: Secret, *, nullok: bool) -> ReturnCode:
    """Compare a password with the one on record, and count a failure.

    Return success if it is the one, `MAXTRIES` from the third failure on.  ``nullok``: an empty
    password may match.
    """
    if not call.options.nodelay:
        call.fail_delay(_DELAY)

    def unknown(start: str) -> None:
        call.log(Priority.ERR, f'The password hash "{start}" is unknown to libcrypt.')

    known = look_up(call, name)
    token = Secret(token.expose()[:MAX_RESPONSE])
    code = ReturnCode.AUTH_ERR
    if known.helped:
        code = await ask_helper(call, name, token, nullok=nullok)
    else:
        made = recipe_of(call)
        spare = call.world.hashing.setting(made.scheme, made.rounds)
        same = await matches_hash(
            token,
            known.hashed,
            nullok=nullok,
            crypt=call.hash,
            spare=spare,
            # Of a password as long as this it may be the length that crypt(3) minds.
            unknown=None if len(token) == MAX_RESPONSE else unknown,
        )
        if known.code is not ReturnCode.SUCCESS:
            code = known.code
        elif same:
            code = ReturnCode.SUCCESS  # yes: the token is the one behind the stored hash
    token.wipe()
    user = name
    if known.account is None:
        # Somebody may have typed the password where the name goes: only `audit` logs it.
        user = name if call.options.audit else ""
        who = f"user ({name})" if user else "user"
        call.log(Priority.NOTICE, f"check pass; {who} unknown")
    return _count(call, name, user, code)


def _count(call: Call, name: str, user: str, code: ReturnCode) -> ReturnCode:
    """Keep account of failures; from the third on, the answer is that it is enough."""
    key = _FAILURES + name
    if code is ReturnCode.SUCCESS:
        call.set_data(key, None)
        return code

    def origin() -> Origin:
        items = (Item.SERVICE, Item.TTY, Item.RUSER, Item.RHOST)
        return Origin(*(call.item(item) for item in items))

    def at_the_end(failures: Failures, status: int) -> None:
        if not status & (DATA_SILENT | DATA_REPLACE):
            for line in last_lines(failures, origin()):
                call.world.log.write(Priority.NOTICE, f"PAM {line}")  # C: no module runs now

    process, before = call.world.process, _before(call, key)
    count = 1 if before is None else before.count + 1
    failures = Failures(user, process.login_name(), process.uid(), process.euid(), count)
    if before is None:
        call.log(Priority.NOTICE, first_line(failures, origin()))
    call.set_data(key, failures, at_the_end)
    return ReturnCode.MAXTRIES if count >= MAX_RETRIES else code


def _before(call: Call, key: str) -> Failures | None:
    try:
        found: Failures | None = call.data(key)
    except KeyError:
        return None
    return found
