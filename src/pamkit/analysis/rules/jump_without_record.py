"""A success that is forgotten.

What it finds

A module whose success jumps over lines, where none of the lines that follow says yes.

Why it matters

A jump passes over lines and records nothing. A chain that ends without a recorded yes refuses:
those who know the password as well.

Avoid

    auth [success=1 default=ignore] pam_unix.so
    auth required pam_deny.so

Prefer

    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam.conf(5)`
- linux-pam/linux-pam#960
"""

from __future__ import annotations

from pamkit.analysis.control_flow import answers
from pamkit.analysis.explore import Outcome, TooMany, explore
from pamkit.analysis.landing import does_work, stretches
from pamkit.analysis.proved import shown_run
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.policy.chain import Link
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Choice, Exploration, Known
    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "jump-without-record", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="FLOW-03"
)

_CALLS = ((Facility.AUTH, Primitive.AUTHENTICATE), (Facility.ACCOUNT, Primitive.ACCT_MGMT))


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines whose success leads to no yes, but for files that others include."""
    for service in standalone(tree):
        yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    for facility, primitive in _CALLS:
        jumping = {
            link: f"jumped {link.number}"
            for stretch in stretches(service, facility)
            for link in stretch
            if isinstance(link, Link)
            and link.actions[ReturnCode.SUCCESS] > 0
            and does_work(service.known[link.span], facility)
        }
        if jumping:
            yield from _forgotten(service, primitive, jumping)


def _forgotten(
    service: Service, primitive: Primitive, jumping: dict[Link, str]
) -> Iterator[Finding]:
    runs = service.results.made(
        " ".join((RULE.name, primitive.name, *jumping.values())),
        FACILITY_OF[primitive],
        lambda: dict(_lost(service, primitive, jumping)),
    )
    for link, mark in jumping.items():
        if mark in runs:
            yield RULE.finding(
                link.span,
                f"success of `{service.known[link.span].module}` leads to no yes",
                "end the chain with `required pam_permit.so`, behind a line that refuses the"
                " others",
                related=shown_run(service, runs[mark]),
            )


def _lost(
    service: Service, primitive: Primitive, jumping: dict[Link, str]
) -> Iterator[tuple[str, tuple[Choice, ...]]]:
    """Yield the marks of the lines whose success leads to no yes, with a run for each."""
    seen = _explored(service, primitive, jumping)
    ends = () if seen is None else seen.ends
    for mark in jumping.values():
        mine = [end for end in ends if mark in end.marks]
        lost = [end for end in mine if end.verdict.mood is Mood.UNDECIDED]
        if seen is None or not lost or any(end.verdict.mood is Mood.GRANTED for end in mine):
            continue
        yield mark, seen.witness(lost[0])


def _explored(
    service: Service, primitive: Primitive, jumping: dict[Link, str]
) -> Exploration | None:
    """Return every end, whatever the lines answer, with marks of the successes that jumped."""

    def outcomes(link: Link, _: Known) -> Iterator[Outcome]:
        for code in answers(link, primitive, service.declarations):
            jumps = link in jumping and code == ReturnCode.SUCCESS
            yield Outcome(code, (), (jumping[link],) if jumps else ())

    chain = service.chains[FACILITY_OF[primitive]]
    try:
        return explore(chain.links, outcomes, fold=fold_of(chain.rules, primitive))
    except TooMany:
        return None
