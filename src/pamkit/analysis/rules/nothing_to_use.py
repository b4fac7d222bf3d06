"""A module that is to use a password nobody asked for.

What it finds

A line with `use_first_pass` that a run comes to before any module has asked for a password.

Why it matters

The module never asks, and has nothing to check: it refuses, whatever the user knows.

Avoid

    auth sufficient pam_sss.so use_first_pass
    auth required pam_unix.so

Prefer

    auth sufficient pam_unix.so
    auth sufficient pam_sss.so use_first_pass
    auth required pam_deny.so

Sources

- `pam.conf(5)`
- flatcar/baselayout commit 3108cae
"""

from __future__ import annotations

from pamkit.analysis.claims_of_asking import TOKEN_IS_THERE
from pamkit.analysis.proved import proved, shown_run
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.standalone import standalone
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("nothing-to-use", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="AUTH-05")

_WORD = "use_first_pass"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines, each with the run that comes to it."""
    for service in standalone(tree):
        yield from _in(service)


def _in(service: Service) -> Iterator[Finding]:
    if not any(_WORD in known.args for _, known in service.links(Facility.AUTH)):
        return
    result = proved(service, TOKEN_IS_THERE)
    if result is None or result.holds or result.assumed:
        return
    spans = [step.link.span for step in result.witness if _WORD in step.link.args]
    for span in spans[:1]:
        known = service.known[span]
        yield RULE.finding(
            known.span,
            f"nobody has asked for the password that `{known.module}` is to use",
            "write `try_first_pass`, or move the line below one that asks",
            related=shown_run(service, result.witness),
        )
