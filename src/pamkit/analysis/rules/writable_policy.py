"""A policy, or what belongs to one, that others than root can write.

What it finds

Files of policies, their directories, `/etc/security` and what lies in it, that do not belong to
root or that others can write. It is told where the modes of files are known.

Why it matters

Who writes a policy decides who gets in, and as whom. libpam looks at no owner and no mode.

Avoid

    /etc/pam.d/sshd: (mode 0666)
    auth required pam_unix.so

Prefer

    /etc/pam.d/sshd: (mode 0644)
    auth required pam_unix.so

Sources

- `pam.d(5)`
- CIS: sections on permissions of files
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "writable-policy",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-01",
)

_BESIDE = "/etc/security"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield what others can write."""
    for path in dict.fromkeys(_paths(tree)):
        mode = tree.around.mode(path)
        if mode is not None and not mode.is_roots_alone:
            yield RULE.finding(
                Span(path, 1),
                f"`{shown(path)}` can be written by others than root (mode {mode.bits:04o},"
                f" owner {mode.uid}, group {mode.gid})",
                "give it to root, and take the right to write from everybody else",
            )


def _paths(tree: Tree) -> Iterator[str]:
    for file in tree.files:
        yield file.path
        yield file.path.rpartition("/")[0] or "/"
    yield _BESIDE
    yield from (f"{_BESIDE}/{name}" for name in tree.around.names(_BESIDE))
