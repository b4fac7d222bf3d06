"""To be somebody in the place of proving it.

What it finds

A test of who the user is or where from, such as pam_succeed_if, pam_localuser or pam_access, as
`sufficient` in `auth`, above which nothing has to be proved, in a service that lets people in for
it. It is a warning where the test is about who runs the program (`use_uid`).

Why it matters

Everybody can say that he is root. A test of the name, the group or the number of the account
passes for whoever names the right one.

Avoid

    auth sufficient pam_succeed_if.so uid >= 1000
    auth required pam_unix.so

Prefer

    auth required pam_succeed_if.so uid >= 1000
    auth required pam_unix.so

Sources

- `pam_succeed_if(8)`
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design
from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.landing import does_work, must_be_passed
from pamkit.analysis.proved import proved
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "condition-grants", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="AUTH-03"
)

_TESTS = frozenset(
    {
        *("pam_succeed_if", "pam_localuser", "pam_usertype", "pam_listfile", "pam_access"),
        *("pam_shells", "pam_securetty"),
    }
)

_OPEN_GROUP = "nopasswdlogin"
"""The group whose members display managers are told to let in without asking."""


def find(service: Service) -> Iterator[Finding]:
    """Yield the tests."""
    if grants_by_design(service.name) or not service.role.asks:
        return
    links = service.links(Facility.AUTH)
    tests = [known for link, known in _before_proof(links) if _suffices(link, known)]
    result = proved(service, NO_GRANT_WITHOUT_PROOF) if tests else None
    if result is None or result.holds:
        return
    for known in tests:
        yield RULE.finding(
            known.span,
            f"`{known.module}` lets people in for who they say they are",
            "write `required`, or let it jump over lines with a proof still ahead",
            level=Severity.WARNING if "use_uid" in known.args else RULE.level,
        )


def _before_proof(
    links: tuple[tuple[Link, KnownEntry], ...],
) -> Iterator[tuple[Link, KnownEntry]]:
    """Yield the lines above the first one that has to be proved, or refuses for good."""
    for link, known in links:
        is_unknown = known.declaration is None
        if must_be_passed(link) and (is_unknown or does_work(known, Facility.AUTH)):
            return
        yield link, known


def _suffices(link: Link, known: KnownEntry) -> bool:
    is_meant = _OPEN_GROUP in known.args or grants_by_design(link.span.file)
    suffices = link.actions[ReturnCode.SUCCESS] == Action.DONE and not link.refusal
    return suffices and known.module in _TESTS and not is_meant
