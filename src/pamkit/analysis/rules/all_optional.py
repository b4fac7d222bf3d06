"""A chain of optional lines.

What it finds

A chain of `auth` or `account` in which a refusal of no line counts, and more than one line, or one
that proves nothing, can say yes. It is an error if it lets in who has proved nothing.

Why it matters

One yes of any line is enough; what the others say is nothing. The check that was meant to be
passed need not be.

Avoid

    account optional pam_unix.so
    account optional pam_access.so

Prefer

    account required pam_unix.so
    account required pam_access.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design
from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.landing import does_work
from pamkit.analysis.proved import proved
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service, Tree
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("all-optional", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="FLOW-17")

_CALLS = {Facility.AUTH: Primitive.AUTHENTICATE, Facility.ACCOUNT: Primitive.ACCT_MGMT}
_HARMLESS = frozenset({Action.OK, Action.IGNORE})


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first line of each chain that can say yes."""
    for service in standalone(tree):
        if not grants_by_design(service.name):
            yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    for facility, primitive in _CALLS.items():
        links = service.links(facility)
        can = [known for link, known in links if _can_say_yes(link, known, primitive)]
        if not can or any(set(link.actions) - _HARMLESS for link, _ in links):
            continue
        # One line alone works as if it were required.
        if len(can) == 1 and (facility is Facility.ACCOUNT or does_work(can[0], facility)):
            continue
        result = proved(service, NO_GRANT_WITHOUT_PROOF) if facility is Facility.AUTH else None
        is_open = result is not None and not result.holds and not result.assumed
        yield RULE.finding(
            can[0].span,
            f"no `{word(facility)}` line of `{shown(service.name)}` must be passed:"
            " one yes is enough",
            "write `required` where a refusal is to count",
            level=Severity.ERROR if is_open else RULE.level,
        )


def _can_say_yes(link: Link, known: KnownEntry, primitive: Primitive) -> bool:
    if link.actions[ReturnCode.SUCCESS] != Action.OK:
        return False
    if known.declaration is None:
        return True
    return ReturnCode.SUCCESS in known.declaration.answers.get(primitive, frozenset())
