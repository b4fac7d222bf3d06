"""An include that leads out of the directories of policies.

What it finds

An include whose file name has `..` in it, or that lies in a home or a temporary directory. A file
elsewhere is a note.

Why it matters

libpam pastes what is written behind its directory and opens it, whoever owns it. Who can write
that file decides who gets in.

Avoid

    auth include ../../home/admin/auth
    auth required pam_deny.so
    /home/admin/auth:
    auth required pam_unix.so

Prefer

    auth include system-auth
    system-auth:
    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("include-outside", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="INC-15")

_POLICIES = ("/etc/pam.d/", "/usr/lib/pam.d/", "/usr/share/pam/pam.d/", "/usr/etc/pam.d/")

_ANYBODYS = ("/home/", "/tmp/", "/var/tmp/", "/dev/shm/", "/run/user/")  # noqa: S108  # places to warn of


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the name of the file."""
    target = entry.entry.target
    if entry.entry.kind is Kind.MODULE or target is None or target.text.startswith(_POLICIES):
        return
    is_bad = ".." in target.text.split("/") or target.text.startswith(_ANYBODYS)
    if is_bad or target.text.startswith("/"):
        yield RULE.finding(
            target.span,
            f"`{shown(target.text)}` lies outside of the directories of policies",
            "keep the file beside the others, and name it without a path",
            level=RULE.level if is_bad else Severity.NOTE,
        )
