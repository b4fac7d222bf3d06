"""Failures are counted where nobody who is locked out is refused.

What it finds

A service with lines `preauth` and `authfail` of pam_faillock in which a wrong password can come to
`authfail` on a way that `preauth` is not on: a line above `preauth` jumps over it, and no line like
that one jumps over `authfail`.

Why it matters

On this way passwords can be guessed without end, and each guess locks the account everywhere else.

Avoid

    auth [success=1 default=ignore] pam_succeed_if.so service = swaylock
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    account required pam_faillock.so
    account required pam_unix.so

Prefer

    auth [success=1 default=ignore] pam_succeed_if.so service = swaylock
    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [success=1 default=ignore] pam_succeed_if.so service = swaylock
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- Kicksecure/security-misc commit be8c1049
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER
from pamkit.analysis.counting import faillock_word, faillocks, late_preauth
from pamkit.analysis.known_modules import COUNTED
from pamkit.analysis.passage import passages, shown_here
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.codes import WORDS
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import End, Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "counted-never-refused",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="LOCK-01",
)

_LOOKED = "whether the account is locked"
_SAID = "said "


def find(service: Service) -> Iterable[Finding]:
    """Return the line `authfail`, with a run that comes to it around `preauth`."""
    lines = faillocks(service)
    if not {"preauth", "authfail"} <= lines.keys() or late_preauth(service) is not None:
        return ()
    first = lines["preauth"][0]
    above = [link for link, _ in service.links(Facility.AUTH) if link.number < first.number]
    if not any(link.number + max(link.actions) >= first.number for link in above):
        return ()  # nothing leads past it
    known = lines["authfail"][1]
    return service.results.made(
        RULE.name, Facility.AUTH, lambda: tuple(_ways_around(service, known))
    )


def _ways_around(service: Service, known: KnownEntry) -> Iterator[Finding]:
    words = [_words(link) for link, _ in service.links(Facility.AUTH)]
    twice = {each for each in words if words.count(each) > 1}

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        if faillock_word(service.known[link.span]) == "preauth":
            return (_LOOKED,)
        # Lines with the same words answer alike: runs in which they do not are no runs.
        said = (f"{_SAID}{_words(link)}: {WORDS[outcome.code]}",)
        return said if _words(link) in twice else ()

    given = ((USER, "local"), (SECRET, "wrong"), (LOCKED, "no"), (CALLER, "other"))
    seen = passages(service, Primitive.AUTHENTICATE, noted, given=given)
    for end in seen.ends if seen else ():
        if seen and COUNTED in end.marks and _LOOKED not in end.marks and _agrees(end):
            yield RULE.finding(
                known.span,
                "failures are counted here on a way on which nobody is refused for them",
                "let what jumps over `preauth` jump over this line as well",
                related=shown_here(service, seen.witness(end), known.span),
            )
            return


def _words(link: Link) -> str:
    return " ".join((link.module, *link.args))


def _agrees(end: End) -> bool:
    """Whether lines with the same words have answered the same."""
    said = [mark.rpartition(": ")[0] for mark in end.marks if mark.startswith(_SAID)]
    return len(said) == len(set(said))
