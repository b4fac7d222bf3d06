"""A wrong password that is counted twice.

What it finds

Two lines that count failures in the same place (pam_faillock `authfail`, pam_tally2, pam_tally),
both of which one wrong password comes to.

Why it matters

Users are locked out after half as many mistakes as the policy says. It is often a file that is
included twice.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth [default=die] pam_faillock.so authfail
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- linux-pam/linux-pam issue 817
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER
from pamkit.analysis.counting import (
    COUNTERS,
    faillock_word,
)
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "failure-counted-twice", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="LOCK-08"
)

_AT = "counted at "


def find(service: Service) -> Iterator[Finding]:
    """Yield the second line that counts one failure."""
    counting = {link: known for link, known in service.links(Facility.AUTH) if _counts(known)}
    if len(counting) < 2:
        return
    numbers = {f"{_AT}{link.number}": known for link, known in counting.items()}

    def noted(link: Link, _: Outcome) -> tuple[str, ...]:
        return (f"{_AT}{link.number}",) if link in counting else ()

    given = ((USER, "local"), (SECRET, "wrong"), (LOCKED, "no"), (CALLER, "other"))
    seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
    for end in seen.ends if seen else ():
        passed = [known for mark, known in numbers.items() if mark in end.marks]
        for at, known in enumerate(passed):
            same = [other for other in passed[:at] if _place(other) == _place(known)]
            if same:
                yield RULE.finding(
                    known.span,
                    "one wrong password is counted here for the second time",
                    "count each failure once, at the end of the chain",
                    related=((same[0].span, "counted here already"),),
                )
                return


def _counts(known: KnownEntry) -> bool:
    return faillock_word(known) == "authfail" or known.module in COUNTERS[1:]


def _place(known: KnownEntry) -> tuple[str, ...]:
    """Return where a line counts: its module, and a file or directory of its own."""
    places = ("dir=", "file=", "conf=")
    return (known.module, *sorted(arg for arg in known.args if arg.startswith(places)))
