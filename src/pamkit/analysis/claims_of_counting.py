"""Claims about modules that count failures: each failure once, and none for ever."""

from __future__ import annotations

from pamkit.analysis.circumstance import SECRET
from pamkit.analysis.claims import LOCKED_IS_REFUSED, Claim, Quantity, day_of, is_granted
from pamkit.analysis.known_modules import COUNTED, FORGOT
from pamkit.analysis.lockstep import Call
from pamkit.analysis.model import Model
from pamkit.module.facts import COUNTS_FAILURES
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.analysis.explore import End
    from pamkit.analysis.lockstep import Marks, Seen
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain

_FAILED = "failed"
_AGAIN = "counted again"


def _note(marks: Marks, seen: Seen) -> Marks:
    """Mark that a proof failed, and how often that was counted."""
    if (SECRET, "wrong") in seen.outcome.settles:
        marks |= {_FAILED}
    if FORGOT in seen.outcome.marks:
        marks |= {FORGOT}
    if COUNTED in seen.outcome.marks:
        marks |= {_AGAIN if COUNTED in marks else COUNTED}
    return marks


def _no_counter(chains: Mapping[Facility, Chain], declarations: Declarations) -> str:
    """Return why nothing is said of a service in which nobody counts."""
    model = Model(declarations, Primitive.AUTHENTICATE)
    links = (link for link in chains[Facility.AUTH] if not link.refusal)
    if any(model.subject(link).states(COUNTS_FAILURES) for link in links):
        return ""
    return "no line of `auth` keeps count of failures"


def _is_miscounted(end: End) -> bool:
    counted_once = COUNTED in end.marks and _AGAIN not in end.marks
    return not is_granted(end) and _FAILED in end.marks and not counted_once


FAILURES_ARE_COUNTED = Claim(
    "failures-are-counted",
    "whenever the password of a local user is wrong and nothing else lets them in, the failure is"
    " counted, once",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    _is_miscounted,
    day_of("local", (SECRET, "wrong")),
    healthy=True,
    watch=_note,
    beside_the_point=_no_counter,
)

SUCCESS_FORGETS = Claim(
    "success-forgets",
    "whenever a local user is let in and the account may be used, earlier failures are forgotten",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    lambda end: is_granted(end) and FORGOT not in end.marks,
    day_of("local"),
    healthy=True,
    calls=(Call(Primitive.AUTHENTICATE), Call(Primitive.ACCT_MGMT)),
    watch=_note,
    beside_the_point=_no_counter,
)

LOCKED_IS_REFUSED_WHERE_COUNTED = LOCKED_IS_REFUSED.changed(beside_the_point=_no_counter)
"""The same for services in which somebody counts: elsewhere nobody is ever locked out."""
