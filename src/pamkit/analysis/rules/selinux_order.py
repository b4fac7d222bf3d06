"""Lines of pam_selinux in the wrong order.

What it finds

`pam_selinux.so open` above `pam_selinux.so close` in `session`; and, as a warning, modules above
`close` that start programs, mount or register the session.

Why it matters

The lines are asked in the same order when the session is closed. `close` has to come first, so
that all that follows runs in the context of the login program again; and what is between `close`
and `open` runs in that context when the session begins.

Avoid

    session required pam_selinux.so open
    session required pam_selinux.so close
    session required pam_loginuid.so
    session required pam_unix.so

Prefer

    session required pam_selinux.so close
    session required pam_loginuid.so
    session required pam_selinux.so open
    session required pam_unix.so

Sources

- `pam_selinux(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("selinux-order", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SES-01")

_LATER = ("pam_systemd", "pam_elogind", "pam_exec", "pam_mount", "pam_namespace", "pam_mkhomedir")


def find(service: Service) -> Iterator[Finding]:
    """Yield the line `close`, if something stands above that should not."""
    links = service.links(Facility.SESSION)
    lines = [(at, known) for at, (_, known) in enumerate(links) if known.module == "pam_selinux"]
    opens = [(at, known) for at, known in lines if "open" in known.args]
    closes = [(at, known) for at, known in lines if "close" in known.args]
    if not closes or not opens or not service.whole:
        return
    (at, close), (opened, first) = closes[0], opens[0]
    above = [known for _, known in links[:at] if known.module in _LATER]
    if opened < at:
        yield RULE.finding(
            close.span,
            "`close` stands below `open`: what is between runs in the wrong context",
            "put `close` first, and `open` behind what belongs to the login program",
            related=((first.span, "`open` stands here"),),
        )
    elif above:
        yield RULE.finding(
            close.span,
            f"`{above[0].module}` stands above `close`, and is closed in the context of the user",
            "put `close` first",
            level=Severity.WARNING,
            related=((above[0].span, "it stands here"),),
        )
