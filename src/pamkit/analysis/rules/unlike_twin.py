"""Two services of one program that let in different people.

What it finds

`sudo-i` beside `sudo`, `su-l` beside `su`, `runuser-l` beside `runuser`: pairs where one lets by in
`auth` or `account` who is refused by the other.

Why it matters

`sudo -i` and `su -` are other services to PAM. A second factor or a list of names in only one of
them is a door with a lock beside one without.

Avoid

    sudo:
    auth required pam_unix.so
    auth required pam_oath.so
    sudo-i:
    auth required pam_unix.so

Prefer

    sudo:
    auth required pam_unix.so
    auth required pam_oath.so
    sudo-i:
    auth include sudo

Sources

- `sudo(8)`, `su(1)`
"""

from __future__ import annotations

from pamkit.analysis.proved import compared
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, Primitive
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "unlike-twin",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SVC-02",
)

_TWINS = (("sudo", "sudo-i"), ("su", "su-l"))
_JUDGED = (Primitive.AUTHENTICATE, Primitive.ACCT_MGMT)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the pairs that differ."""
    for names in _TWINS:
        plain, login = (tree.service(name) for name in names)
        if plain is None or login is None or not (plain.whole and login.whole):
            continue
        for primitive in _JUDGED:
            found = compared(plain, login, primitive)
            if found is None or found.assumed:
                continue
            facility = FACILITY_OF[primitive].name.lower()
            for difference, who, other in (
                (found.looser, login, plain),
                (found.stricter, plain, login),
            ):
                if difference is not None:
                    yield RULE.finding(
                        Span(who.file.path, 1),
                        f"`{shown(who.name)}` lets by in `{facility}` who is refused by"
                        f" `{shown(other.name)}`",
                        f"let one include the other: `{facility} include {shown(plain.name)}`",
                        related=((Span(other.file.path, 1), "the other one"),),
                    )
