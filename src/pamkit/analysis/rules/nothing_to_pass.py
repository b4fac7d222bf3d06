"""A chain whose only must is a module without a say.

What it finds

A chain of `auth` in which every line that must be passed is one of a module that always answers
*ignore*, such as pam_env, and other lines can say yes.

Why it matters

*ignore* is no yes and no no. What looks like a chain with a `required` line is one in which the
first yes of any line suffices.

Avoid

    auth required pam_env.so
    auth optional pam_unix.so

Prefer

    auth required pam_env.so
    auth required pam_unix.so

Sources

- `pam.conf(5)`, `pam_env(8)`
"""

from __future__ import annotations

from pamkit.analysis.landing import must_be_passed
from pamkit.analysis.model import TROUBLE
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("nothing-to-pass", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="MOD-05")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first of the lines that seem to be passed, in services that ask people."""
    for service in standalone(tree):
        if service.role.asks:
            yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    links = service.links(Facility.AUTH)
    musts = [known for link, known in links if must_be_passed(link)]
    yes = {link.actions[ReturnCode.SUCCESS] for link, known in links if known not in musts}
    if musts and yes == {Action.OK} and all(map(_has_no_say, musts)):
        yield RULE.finding(
            musts[0].span,
            f"`{shown(musts[0].module)}` has no say, and no other line must be passed",
            "write `required` for the line that asks for the password",
        )


def _has_no_say(known: KnownEntry) -> bool:
    answers = known.declaration.answers if known.declaration is not None else {}
    codes = answers.get(Primitive.AUTHENTICATE, frozenset())
    return bool(codes) and codes <= TROUBLE | {ReturnCode.IGNORE}
