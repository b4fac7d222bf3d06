"""Make a failed login take a while.

Asks that the answer be held back if authenticate fails, by `delay=` microseconds or, without it,
by the seconds that `FAIL_DELAY` in `/etc/login.defs` gives.  The longest wish of all modules
counts, and the wait is varied at random by up to half, so that its length tells nothing.

The module decides nothing: it always answers ignore.  The delay slows down guessing through one
connection; who opens many at a time is not slowed down.  Source: `pam_faildelay(8)`,
`pam_fail_delay(3)`.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.module.call import ModuleCall
from pamkit.module.configuration import read_first
from pamkit.module.declaration import declare, example
from pamkit.module.facts import ALWAYS_IGNORED, DELAYS_FAILURE, NEVER_PROMPTS
from pamkit.module.options import Options, flag, number
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.priority import Priority

_LONGEST = 2**32 - 1  # C: microseconds are an unsigned int
_MICROSECONDS = 1_000_000  # in a second
_DIGITS = 20  # more are no delay, whatever they are


class FaildelayOptions(Options):
    """What may stand after the module's name in a policy."""

    debug: bool = flag("log the delay that is asked for")
    # DIALECT: since 1.6 a number that is none switches the delay off.  Here, and before, it is
    # reported and login.defs decides: a typing error must not make guessing quick.
    delay: int | None = number(
        "the delay; without it `FAIL_DELAY` of login.defs counts",
        default=None,
        most=_LONGEST,
        value="microseconds",
    )


MODULE = declare(
    "pam_faildelay",
    options=FaildelayOptions,
    answers={Primitive.AUTHENTICATE: "ignore", Primitive.SETCRED: "ignore"},
    files=[login_defs.PATH],
    facts=[ALWAYS_IGNORED, DELAYS_FAILURE, NEVER_PROMPTS],
    examples=[example("login", "auth optional pam_faildelay.so delay=10000000", "ten seconds")],
)


def pam_sm_authenticate(call: ModuleCall[FaildelayOptions]) -> ReturnCode:
    """Ask for the delay."""
    delay = call.options.delay
    if delay is None:
        delay = _from_login_defs(call)
    if delay is None:
        return ReturnCode.IGNORE
    if call.options.debug:
        call.log(Priority.DEBUG, f"setting fail delay to {delay}")
    call.fail_delay(delay)
    return ReturnCode.IGNORE


def pam_sm_setcred(_: ModuleCall[FaildelayOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


def _from_login_defs(call: ModuleCall[FaildelayOptions]) -> int | None:
    try:
        found = read_first(call.world.files, login_defs.PATH)
    except OSError:
        return None
    if found is None:
        return None
    place, text = found
    written = login_defs.value(text, "FAIL_DELAY")
    if written is None:
        return None
    delay = _microseconds(written)
    if delay is None:
        call.log(Priority.ERR, f"FAIL_DELAY={written} in {place} not valid")
    return delay


def _microseconds(seconds: str) -> int | None:
    """Return whole seconds in microseconds; `None` for what is no number or too much.

    DIALECT: up to 1.5 the seconds were cut to nine bits, and whatever followed was overlooked.
    """
    digits = seconds.lstrip().removeprefix("+")
    if not digits.isascii() or not digits.isdigit() or len(digits) > _DIGITS:
        return None
    delay = int(digits) * _MICROSECONDS
    return delay if delay <= _LONGEST else None
