"""The parent of private directories that others than root may enter.

What it finds

A directory in which pam_namespace makes the instances of a polyinstantiated directory, by
`/etc/security/namespace.conf`, whose mode is not 0000 or that does not belong to root. It is told
where the modes of directories are known.

Why it matters

Who can enter it reaches the private `/tmp` of everybody else. pam_namespace refuses such a session,
unless it is told to ignore the mode.

Avoid

    /etc/security/namespace.conf:
    /tmp /tmp-inst/ user root
    /tmp-inst: (mode 0755)
    login:
    session required pam_namespace.so

Prefer

    /etc/security/namespace.conf:
    /tmp /tmp-inst/ user root
    /tmp-inst: (mode 0000)
    login:
    session required pam_namespace.so

Sources

- `namespace.conf(5)`, `pam_namespace(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.namespace_conf import statements, words
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "open-instance-parent",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-11",
)

_FILE = "/etc/security/namespace.conf"
_PRIVATE = ("user", "level", "context")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the parents that are open."""
    data = tree.around.data(_FILE)
    lines = [known for known in tree.entries_of("pam_namespace") if _is_strict(known.args)]
    if not data or not lines:
        return
    for number, line in enumerate(data.split(b"\n"), 1):
        for stated in statements(line):
            said = words(stated)
            # `tmpfs` and `tmpdir` make no directory that stays.
            if len(said) < 3 or said[2].partition(":")[0] not in _PRIVATE or "$" in said[1]:
                continue
            parent = said[1].rstrip("/") or "/"
            mode = tree.around.mode(parent)
            if mode is not None and (mode.uid or mode.bits):
                yield RULE.finding(
                    Span(_FILE, number),
                    f"`{shown(parent)}` has the mode {mode.bits:04o} and the owner {mode.uid}",
                    "give it to root, with the mode 0000",
                )


def _is_strict(args: tuple[str, ...]) -> bool:
    return not {"ignore_instance_parent_mode", "gen_hash"} & set(args)
