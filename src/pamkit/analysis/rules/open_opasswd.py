"""Old passwords that others than root can read.

What it finds

`/etc/security/opasswd` (or what `file=` names) with a mode that lets others read it, where
pam_pwhistory is used. It is told where the modes of files are known.

Why it matters

The file holds the hashes of passwords that people had. Most have changed them by one character.

Avoid

    /etc/security/opasswd: (mode 0644)
    alice:1000:1:x
    passwd:
    password requisite pam_pwhistory.so
    password required pam_unix.so use_authtok

Prefer

    /etc/security/opasswd: (mode 0600)
    alice:1000:1:x
    passwd:
    password requisite pam_pwhistory.so
    password required pam_unix.so use_authtok

Sources

- `pam_pwhistory(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "open-opasswd",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-12",
)

_USUAL = "/etc/security/opasswd"
_FILE = "file="
_OTHERS = 0o077


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines that keep old passwords in such a file."""
    for known in tree.entries_of("pam_pwhistory", "pam_unix"):
        named = [arg.removeprefix(_FILE) for arg in known.args if arg.startswith(_FILE)]
        keeps = any(arg.startswith("remember=") for arg in known.args)
        if known.module == "pam_unix" and not keeps:
            continue
        path = named[-1] if named and known.module == "pam_pwhistory" else _USUAL
        mode = tree.around.mode(path)
        if mode is not None and (mode.uid or mode.bits & _OTHERS):
            yield RULE.finding(
                known.span,
                f"`{shown(path)}` holds old passwords and has the mode {mode.bits:04o}",
                "give it to root, with the mode 0600",
            )
