"""A gate behind the question for the password.

What it finds

pam_nologin, pam_securetty, pam_access or pam_time in `auth`, where they must be passed, below a
line that asks for the password.

Why it matters

The password is asked for, and sent to remote machines, although the answer is no already.

Avoid

    login:
    auth required pam_unix.so
    auth requisite pam_nologin.so

Prefer

    login:
    auth requisite pam_nologin.so
    auth required pam_unix.so

Sources

- `pam_nologin(8)`, `pam_securetty(8)`
"""

from __future__ import annotations

from pamkit.analysis.landing import must_be_passed
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ASKS_SECRET
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "gate-behind-prompt", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="FLOW-16"
)

_GATES = frozenset({"pam_nologin", "pam_securetty", "pam_access", "pam_time"})


def find(service: Service) -> Iterator[Finding]:
    """Yield the gates."""
    asked, passed = None, set()
    for link, known in service.links(Facility.AUTH):
        is_gate = known.module in _GATES and must_be_passed(link)
        if is_gate and asked is None:
            passed.add(known.module)
        elif is_gate and asked is not None and known.module not in passed:
            yield RULE.finding(
                known.span,
                f"`{known.module}` has its say after the password was asked for",
                "move it above the line that asks",
                related=((asked.span, "it asks here"),),
            )
        if asked is None and known.states(ASKS_SECRET):
            asked = known
