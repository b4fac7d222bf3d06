"""No way in for root.

What it finds

A whole system with a service `login` in which neither it, nor a desktop, nor su lets root in who
knows the password. It is a warning where sudo lets users in.

Why it matters

When something is broken, and nobody else can log in, there is nobody to mend it.

Avoid

    login:
    auth requisite pam_succeed_if.so uid >= 1000
    auth required pam_unix.so
    su:
    auth requisite pam_succeed_if.so uid >= 1000
    auth required pam_unix.so

Prefer

    login:
    auth required pam_unix.so
    su:
    auth requisite pam_succeed_if.so uid >= 1000
    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.claims import LOCAL_CAN_GET_IN, ROOT_CAN_GET_IN
from pamkit.analysis.proved import proved
from pamkit.analysis.roles import BECOME, CALLER, CONSOLE, DESKTOP
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("root-locked-out", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="AUTH-13")

_WAYS = (CONSOLE, DESKTOP, BECOME)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the first line of `login`."""
    login = tree.service("login")
    links = login.links(Facility.AUTH) if login is not None and tree.whole else ()
    if not links:
        return
    ways = [service for service in tree.services if service.role in _WAYS]
    results = [proved(service, ROOT_CAN_GET_IN) for service in ways]
    if any(result is None or result.holds for result in results):
        return
    callers = [service for service in tree.services if service.role is CALLER]
    helped = any((result := proved(each, LOCAL_CAN_GET_IN)) and result.holds for each in callers)
    yield RULE.finding(
        links[0][1].span,
        "no service lets root in, not even with the right password",
        "let root in at the console, at least",
        level=Severity.WARNING if helped else RULE.level,
    )
