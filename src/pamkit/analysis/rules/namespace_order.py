"""Directories of their own that are made too early, or not for certain.

What it finds

pam_namespace in `session` above `pam_selinux.so open`. As a warning: pam_namespace whose failure
is ignored, and in su or sudo without `unmnt_remnt`.

Why it matters

Above `open` the directories get the context of the login program, not of the user. Where failure
is ignored the user works in the directories of all. In su and sudo the directories of who called
are there already, and have to be taken away first.

Avoid

    session required pam_selinux.so close
    session required pam_namespace.so
    session required pam_selinux.so open
    session required pam_unix.so

Prefer

    session required pam_selinux.so close
    session required pam_selinux.so open
    session required pam_namespace.so
    session required pam_unix.so

Sources

- `pam_namespace(8)`
- CVE-2025-6020, CVE-2024-22365
"""

from __future__ import annotations

from pamkit.analysis.roles import (
    BECOME,
)
from pamkit.analysis.roles import CALLER as ASKS_CALLER
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("namespace-order", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SES-07")


def find(service: Service) -> Iterator[Finding]:
    """Yield what is wrong with the first line of pam_namespace."""
    links = service.links(Facility.SESSION)
    at, link, known = next(
        ((n, link, k) for n, (link, k) in enumerate(links) if k.module == "pam_namespace"),
        (0, None, None),
    )
    if link is None or known is None or not service.whole:
        return
    opens = [k for _, k in links[at:] if k.module == "pam_selinux" and "open" in k.args]
    if opens:
        yield RULE.finding(
            known.span,
            "the directories get the context of the login program: `open` stands below",
            "put the line below `pam_selinux.so open`",
            related=((opens[0].span, "the context of the user begins here"),),
        )
    elif link.actions[ReturnCode.SESSION_ERR] == Action.IGNORE:
        yield RULE.finding(
            known.control_span,
            "if it fails, the user works in the directories of all",
            "write `required`",
            level=Severity.WARNING,
        )
    elif service.role in (BECOME, ASKS_CALLER) and not _takes_away(known):
        yield RULE.finding(
            known.span,
            f"`{shown(service.name)}` stacks directories on those of who called",
            "add `unmnt_remnt`",
            level=Severity.WARNING,
        )


def _takes_away(known: KnownEntry) -> bool:
    return "unmnt_remnt" in known.args or "unmnt_only" in known.args
