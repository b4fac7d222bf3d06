"""A rule of group.conf(5) that gives a group which is as good as root.

What it finds

Rules of `/etc/security/group.conf` that give groups such as `wheel`, `sudo`, `docker` or `disk`, if
pam_group is used; and rules that are no rules.

Why it matters

Who is in such a group can become root. A group that was given once can be kept: a program of the
user can be given to it for good.

Avoid

    /etc/security/group.conf:
    *;*;*;Al0000-2400;wheel
    login:
    auth required pam_unix.so
    auth optional pam_group.so

Prefer

    /etc/security/group.conf:
    login;tty*;operator;Al0000-2400;dialout
    login:
    auth required pam_unix.so
    auth optional pam_group.so

Sources

- `group.conf(5)`
- `pam_group(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.time_rules import read_rules
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "powerful-group",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-10",
)

_FILE, _FIELDS = "/etc/security/group.conf", 5
_POWERFUL = frozenset(
    {
        *("root", "wheel", "sudo", "admin", "docker", "lxd", "incus-admin", "libvirt", "disk"),
        *("shadow", "kmem"),
    }
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the rules that give too much."""
    text = tree.around.text(_FILE)
    if not text or next(tree.entries_of("pam_group"), None) is None:
        return
    lines = text.split("\n")
    for rule in read_rules(text, _FILE, fields=_FIELDS):
        if len(rule.fields) < _FIELDS:
            continue
        given = set(rule.fields[-1].replace(",", " ").split()) & _POWERFUL
        for group in sorted(given):
            yield RULE.finding(
                Span(_FILE, _line(lines, rule.fields[0], group)),
                f"`{shown(group)}` is as good as root, and is given for a login",
                "give groups that open a device, not the machine",
            )


def _line(lines: list[str], start: str, group: str) -> int:
    """Return the number of the line that a rule begins on, as far as can be told."""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith(start) and group in line:
            return number
    return 1
