"""A change of password that says yes and has changed nothing.

What it finds

A service whose `password` lines store passwords, and that can answer success although every module
that stores one has refused: behind a `sufficient` line some other line says yes, and none says no.
Ways that the policy lays by a condition are left out.

Why it matters

The user is told that the password is changed, and it is not.

Avoid

    password requisite pam_pwquality.so
    password sufficient pam_unix.so use_authtok

Prefer

    password requisite pam_pwquality.so
    password sufficient pam_unix.so use_authtok
    password required pam_deny.so

Sources

- `pam_chauthtok(3)`
- `pam_unix(8)`
"""

from __future__ import annotations

from pamkit.analysis.claims import is_granted
from pamkit.analysis.passage import BY_CONDITION, by_condition, passages, shown_here
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    ALWAYS_FAILS,
    CHANGES_SECRET,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "change-without-store", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="PW-12"
)

_STORED = "stored"


def find(service: Service) -> Iterable[Finding]:
    """Return the last line that stores, with a run in which it refused."""
    links = service.links(Facility.PASSWORD)
    stores = [known for _, known in links if _stores(known)]
    if not stores or _is_closed(links):
        return ()
    return service.results.made(
        RULE.name, Facility.PASSWORD, lambda: tuple(_granting(service, stores[-1]))
    )


def _is_closed(links: Iterable[tuple[Link, KnownEntry]]) -> bool:
    """Whether the last line refuses whoever comes to it, and only what stores ends the chain."""
    *above, (last, known) = links
    refuses = last.actions[ReturnCode.PERM_DENIED] in (Action.BAD, Action.DIE)
    ends = [k for link, k in above if link.actions[ReturnCode.SUCCESS] == Action.DONE]
    return refuses and known.states(ALWAYS_FAILS) and all(map(_stores, ends))


def _granting(service: Service, last: KnownEntry) -> Iterator[Finding]:
    links = service.links(Facility.PASSWORD)
    of = dict(links)

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        known = of[link]
        # A store that answers ignore has not refused: it is not asked about this user.
        may_store = outcome.code in (ReturnCode.SUCCESS, ReturnCode.IGNORE)
        marks = (_STORED,) if _stores(known) and may_store and not link.refusal else ()
        return (*marks, *by_condition(known, link, outcome))

    seen = passages(service, Primitive.CHAUTHTOK, noted)
    for end in seen.ends if seen else ():
        if seen and is_granted(end) and not end.marks & {_STORED, BY_CONDITION}:
            yield RULE.finding(
                last.span,
                "if this refuses, the answer can be yes, and nothing is changed",
                "end with `password required pam_deny.so`, or write `required` here",
                related=shown_here(service, seen.witness(end), last.span),
            )
            return


def _stores(known: KnownEntry) -> bool:
    """Whether a line may store a password; a module nobody knows, or a program, may."""
    may = known.declaration is None or known.module in ("pam_exec", "pam_script")
    return may or known.states(CHANGES_SECRET)
