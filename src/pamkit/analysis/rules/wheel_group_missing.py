"""pam_wheel without its group.

What it finds

pam_wheel without `group=` in a whole system whose `/etc/group` has no group `wheel`, unless groups
come from elsewhere as well.

Why it matters

pam_wheel takes the group with the number 0 then. Nobody is a member of it, as a rule, and root is
reached by nobody; with `deny` everybody passes.

Avoid

    su:
    auth required pam_wheel.so
    auth required pam_unix.so
    /etc/group:
    root:x:0:
    sudo:x:27:jane

Prefer

    su:
    auth required pam_wheel.so group=sudo
    auth required pam_unix.so
    /etc/group:
    root:x:0:
    sudo:x:27:jane

Sources

- `pam_wheel(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "wheel-group-missing", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="AUTH-12"
)

_OF_FILES = frozenset({"files", "compat", "systemd", "[SUCCESS=merge]", "[NOTFOUND=return]"})
"""Sources of groups that bring no group `wheel` which is not in the file."""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines."""
    wheels = [
        entry
        for file in tree.files
        for entry in file.entries
        if entry.module == "pam_wheel" and not getattr(entry.options, "group", "")
    ]
    if wheels and _is_missing(tree):
        for entry in wheels:
            yield RULE.finding(
                entry.span,
                "there is no group `wheel`: the group with the number 0 counts",
                "add `group=` and the name of the group of your administrators",
            )


def _is_missing(tree: Tree) -> bool:
    groups, sources = (tree.around.text(f"/etc/{name}") for name in ("group", "nsswitch.conf"))
    if not groups or sources is None:
        return False
    named = [line.split() for line in sources.splitlines() if line.startswith("group:")]
    is_local = all(_OF_FILES.issuperset(words[1:]) for words in named)
    return is_local and not any(line.startswith("wheel:") for line in groups.splitlines())
