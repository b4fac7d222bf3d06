"""A line that is to forgive a substack, and cannot.

What it finds

A substack, and below it a line with `[default=ignore]` whose module has no say of its own, such as
pam_warn or pam_permit.

Why it matters

A substack is no module with one answer. What failed in it has failed for the whole chain; a line
below ignores its own answer, not what was said before.

Avoid

    auth substack cards
    auth [default=ignore] pam_warn.so
    auth required pam_unix.so
    cards:
    auth required pam_pkcs11.so

Prefer

    auth [success=1 default=ignore] pam_pkcs11.so
    auth required pam_unix.so
    auth required pam_permit.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from itertools import pairwise

from pamkit.analysis.landing import must_be_passed, stretches
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import Action
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "caught-substack", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="INC-07"
)

_SILENT = frozenset({"pam_warn", "pam_permit"})


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines below."""
    for facility in Facility:
        for stretch in stretches(service, facility):
            for above, link in pairwise(stretch):
                if not isinstance(above, Substack) or not isinstance(link, Link):
                    continue
                catches = set(link.actions) == {Action.IGNORE}
                if catches and service.known[link.span].module in _SILENT and _can_refuse(above):
                    yield RULE.finding(
                        link.span,
                        f"what fails in `{shown(above.name)}` is not forgiven by this line",
                        "put the module here, under a control that goes on where it fails",
                        related=((above.span, "a refusal in here stays one"),),
                    )


def _can_refuse(substack: Substack) -> bool:
    return any(isinstance(link, Link) and must_be_passed(link) for link in substack.links)
