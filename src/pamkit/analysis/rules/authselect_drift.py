"""A file that authselect owns, and that says something else.

What it finds

A shared file in `/etc/pam.d` that differs from the one that authselect made in `/etc/authselect`,
while authselect is in charge.

Why it matters

`/etc/pam.d/system-auth` should be a link to authselect's file. Where somebody has put a file in its
place, authselect's changes do not reach the services, and `authselect apply-changes --force` loses
the edit.

Avoid

    /etc/authselect/authselect.conf:
    sssd
    /etc/authselect/system-auth:
    auth required pam_unix.so
    system-auth:
    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    /etc/authselect/authselect.conf:
    sssd
    /etc/authselect/system-auth:
    auth required pam_unix.so
    system-auth:
    auth required pam_unix.so

Sources

- `authselect(8)`
- ansible-lockdown/RHEL9-CIS#225
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "authselect-drift",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-03",
)

_PLACE = "/etc/authselect"
_OWNED = (
    *("system-auth", "password-auth", "fingerprint-auth", "smartcard-auth", "postlogin"),
    "switchable-auth",
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the files that are not what authselect made."""
    if not tree.around.text(f"{_PLACE}/authselect.conf"):
        return
    for name in _OWNED:
        file = tree.file(f"/etc/pam.d/{name}")
        made = tree.around.text(f"{_PLACE}/{name}")
        if file is not None and made and file.syntax.text != made:
            yield RULE.finding(
                Span(file.path, 1),
                f"authselect made `{_PLACE}/{name}`, and this is another text",
                "make a custom profile of the change (`authselect create-profile`), and select it",
            )
