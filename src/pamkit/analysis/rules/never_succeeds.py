"""A facility that nobody can pass, and that is not meant so.

What it finds

A chain that cannot end with yes, whatever its modules answer: its yes is jumped over or not
recorded, or a denial stands below that nothing passes by. Chains that are a denial from the
beginning are left out, as those of `other` are; and files that are made to be included, unless the
denial is in them.

Why it matters

Nobody gets in, and changes no password, with the right secret either. A jump records no success: a
chain of jumps and of lines that are ignored ends with no.

Avoid

    auth [success=1 default=ignore] pam_permit.so
    auth required pam_deny.so

Prefer

    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam.conf(5)`
- linux-pam/linux-pam issues 960 and 1000
- linagora/open-bastion pull 220
"""

from __future__ import annotations

from pamkit.analysis.control_flow import answers, flow_of
from pamkit.analysis.explore import Outcome, TooMany, explore
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    CHANGES_SECRET,
    CHECKS_ACCOUNT,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.policy.control import Action
from pamkit.policy.resolve import OTHER
from pamkit.semantics.fold import fold_of
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Facility, Primitive, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Known
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("never-succeeds", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="FLOW-04")

_CALLS = tuple(primitive for primitive in Primitive if primitive not in REPLAYS)
_CHECKS = (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT, CHECKS_ACCOUNT, CHANGES_SECRET)
_PUZZLING = frozenset({"pam_debug"})
"""Modules whose options say what they answer."""

_DENIED = "denied"


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding for each facility that cannot be passed."""
    if service.name == OTHER or not service.whole:
        return
    for primitive in _CALLS:
        links = service.links(FACILITY_OF[primitive])
        modules = {known.module for _, known in links}
        if not links or modules & _PUZZLING or any(link.refusal for link, _ in links):
            continue  # a line that cannot be read has a finding of its own
        try:
            if _is_shut(service, primitive, links):
                yield _finding(service, FACILITY_OF[primitive], links)
        except TooMany:
            continue


def _is_shut(
    service: Service, primitive: Primitive, links: tuple[tuple[Link, KnownEntry], ...]
) -> bool:
    chain = service.chains[FACILITY_OF[primitive]]
    seen = flow_of(service, primitive)
    if seen is None or seen.can_grant:
        return False
    if all(known.states(ALWAYS_FAILS) or known.states(ALWAYS_IGNORED) for _, known in links):
        return False  # nothing else was ever meant
    denials = {link for link, known in links if _denies(link, known)}

    def outcomes(link: Link, _: Known) -> Iterable[Outcome]:
        marks = (_DENIED,) if link in denials else ()
        for code in answers(link, primitive, service.declarations):
            yield Outcome(code, (), marks)

    ends = explore(chain.links, outcomes, fold=fold_of(chain.rules, primitive)).ends
    if any(_DENIED not in end.marks for end in ends):
        # Somebody goes past the denial, and comes to nothing; a piece of a file may be closed
        # by those that include it.
        return not is_shared(service.name)
    first = min(link.number for link in denials)
    # What is asked above a denial that nobody passes by is asked for nothing.
    return any(link.number < first and _checks(known) for link, known in links)


def _denies(link: Link, known: KnownEntry) -> bool:
    codes = [
        int(code)
        for codes in (known.declaration.answers.values() if known.declaration else ())
        for code in codes
    ]
    return known.states(ALWAYS_FAILS) and all(
        link.actions[code] in (Action.BAD, Action.DIE) for code in codes
    )


def _checks(known: KnownEntry) -> bool:
    return known.declaration is None or any(known.states(fact) for fact in _CHECKS)


def _finding(
    service: Service, facility: Facility, links: tuple[tuple[Link, KnownEntry], ...]
) -> Finding:
    return RULE.finding(
        links[-1][1].span,
        f"nobody can pass `{word(facility)}` of `{shown(service.name)}`, whatever is answered",
        "a jump records no yes: end the chain with a line that does, such as `required"
        " pam_permit.so` behind the denial",
        related=((known.span, f"line {at} of it") for at, (_, known) in enumerate(links, 1)),
    )
