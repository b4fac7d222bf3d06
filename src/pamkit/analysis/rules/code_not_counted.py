"""A wrong code that is refused and not counted.

What it finds

A service with a line `authfail` of pam_faillock in which a wrong code of a second factor is
refused without coming to it.

Why it matters

Codes can be guessed like passwords: six digits are soon gone through if nothing stops it. The
module of the factor may have a limit of its own.

Avoid

    auth requisite pam_oath.so
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth [success=1 default=ignore] pam_oath.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER, thing
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import (
    faillocks,
)
from pamkit.analysis.factors import is_code
from pamkit.analysis.known_modules import COUNTED
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("code-not-counted", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="LOCK-09")

_REFUSED = "a code was refused by "


def find(service: Service) -> Iterator[Finding]:
    """Yield the line of the factor."""
    factors = {link: known for link, known in service.links(Facility.AUTH) if is_code(known)}
    if not factors or "authfail" not in faillocks(service):
        return

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        known = factors.get(link)
        refused = known is not None and (thing(known.module), "wrong") in outcome.settles
        return (f"{_REFUSED}{link.number}",) if refused else ()

    given = ((USER, "local"), (SECRET, "right"), (LOCKED, "no"), (CALLER, "other"))
    seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
    for link, known in factors.items():
        refused = f"{_REFUSED}{link.number}"
        ends = [end for end in seen.ends if refused in end.marks] if seen else []
        if any(not is_granted(end) and COUNTED not in end.marks for end in ends):
            yield RULE.finding(
                known.span,
                f"a wrong code for `{known.module}` is refused and not counted",
                "let its failure lead to a line `authfail` of pam_faillock",
            )
