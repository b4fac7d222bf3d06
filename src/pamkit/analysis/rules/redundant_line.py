"""A line without which everything would be as it is.

What it finds

A line of a module that only answers, and does nothing else (pam_permit, pam_localuser,
pam_succeed_if, pam_usertype, pam_rootok, pam_wheel, pam_listfile), whose answer has no influence
in any service that has it: on every run the verdict is the same behind it as before it, and the
next line is asked. A `required pam_permit.so`, with which generators of policies close a chain, is
left out.

Why it matters

It says something that is not so. Somebody may take it for a check, or for what lets users in.

Avoid

    auth required pam_unix.so
    auth optional pam_permit.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`
- gentoo/pambase commit b725e39
"""

from __future__ import annotations

from pamkit.analysis.control_flow import flow_of
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service, Tree
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding
    from pamkit.vocab.span import Span

RULE = Rule("redundant-line", level=Severity.NOTE, scope=Scope.TREE, since="0.1", id="FLOW-06")

_ONLY_ANSWER = frozenset(
    {
        *("pam_permit", "pam_localuser", "pam_succeed_if", "pam_usertype", "pam_rootok"),
        *("pam_wheel", "pam_listfile"),
    }
)
"""Modules that do nothing but answer."""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield each line that has no influence in any chain that has it."""
    places: dict[tuple[Span, Facility], KnownEntry] = {}
    busy: set[tuple[Span, Facility]] = set()
    for service in tree.services:
        for facility in Facility:
            links = service.links(facility)
            here = {link.span: known for link, known in links if known.module in _ONLY_ANSWER}
            idle = _idle(service, facility) if here else frozenset()
            for span, known in here.items():
                places.setdefault((span, facility), known)
                if span not in idle:
                    busy.add((span, facility))
    for where, known in places.items():
        if where not in busy:
            yield RULE.finding(
                known.span,
                f"`{shown(known.module)}` has no influence here: whatever it answers, the same"
                " comes of it",
                "remove it; mind jumps that count it",
            )


def _idle(service: Service, facility: Facility) -> frozenset[Span]:
    """Return where the lines stand that change nothing; none where it is not known."""
    chain = service.chains[facility]
    lines = list(chain)
    if not service.whole or len(lines) == 1 or any(link.refusal for link in lines):
        return frozenset()  # a line that cannot be read has a finding of its own
    found = [flow_of(service, primitive) for primitive, of in FACILITY_OF.items() if of is facility]
    return frozenset.intersection(
        *(
            frozenset(link.span for link in each.idle if not _is_idiom(link))
            if each
            else frozenset()
            for each in found
        )
    )


def _is_idiom(link: Link) -> bool:
    """Whether a pam_permit closes a chain as generators write it, needed or not."""
    return link.module.endswith("pam_permit.so") and "required" in link.control.lower()
