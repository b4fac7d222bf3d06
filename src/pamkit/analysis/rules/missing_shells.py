"""pam_shells that refuses people because of `/etc/shells`.

What it finds

A line of pam_shells that counts, in a system without `/etc/shells`. As a note: people in
`/etc/passwd` whose shell is not in the list.

Why it matters

pam_shells refuses who has a shell that is not in the list; without the list it refuses everybody.

Avoid

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    vsftpd:
    auth required pam_shells.so
    auth required pam_unix.so

Prefer

    /etc/shells:
    /bin/sh
    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    vsftpd:
    auth required pam_shells.so
    auth required pam_unix.so

Sources

- `pam_shells(8)`
- `shells(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.passwd import entries, parse_passwd
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "missing-shells",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-07",
)

_LIST, _PEOPLE = "/etc/shells", "/etc/passwd"
_USUAL = "/bin/sh"
_FIRST, _LAST = 1000, 60000
"""Numbers that distributions give to people."""

_NO_LOGIN = ("nologin", "false")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines of pam_shells that refuse."""
    listed = tree.around.text(_LIST)
    for known in tree.entries_of("pam_shells"):
        if known.control.actions[ReturnCode.AUTH_ERR] not in (Action.BAD, Action.DIE):
            continue
        if tree.around.has(_LIST) is False:
            yield RULE.finding(
                known.span,
                f"there is no `{_LIST}`: everybody is refused",
                "write the list of shells, or remove the line",
            )
        elif listed:
            for name, shell in _strangers(tree, listed):
                yield RULE.finding(
                    known.span,
                    f"`{shown(name)}` is refused: `{shown(shell)}` is not in `{_LIST}`",
                    "list the shell, if it is meant to be one",
                    level=Severity.NOTE,
                )


def _strangers(tree: Tree, listed: str) -> Iterator[tuple[str, str]]:
    """Yield the people whose shell is meant for logins and not listed."""
    shells = {line for line in listed.split("\n") if line.startswith("/")}
    for account in entries(tree.around.data(_PEOPLE) or b"", parse_passwd):
        shell = account.shell or _USUAL
        is_person = account.uid == 0 or _FIRST <= account.uid <= _LAST
        if is_person and shell not in shells and not shell.endswith(_NO_LOGIN):
            yield account.name, shell
