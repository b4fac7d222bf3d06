"""Users whom the system knows and PAM does not, or the other way round.

What it finds

A source of users in `/etc/nsswitch.conf` (`sss`, `winbind`, `ldap`) of which no policy names the
module; and such a module while `nsswitch.conf` does not name its source.

Why it matters

Users of such a source exist, and cannot log in; or they prove who they are, and the program cannot
find them afterwards.

Avoid

    /etc/nsswitch.conf:
    passwd: files winbind
    login:
    auth required pam_unix.so

Prefer

    /etc/nsswitch.conf:
    passwd: files winbind
    login:
    auth sufficient pam_unix.so
    auth required pam_winbind.so

Sources

- `nsswitch.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "backend-without-module",
    level=Severity.NOTE,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-14",
)

_FILE = "/etc/nsswitch.conf"
_MODULES = {"sss": ("pam_sss",), "winbind": ("pam_winbind",), "ldap": ("pam_ldap",)}


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the sources without a module, and the modules without a source."""
    text = tree.around.text(_FILE)
    if not text:
        return
    number, sources = _sources(text)
    if not number:
        return
    for source, modules in _MODULES.items():
        lines = [known for known in tree.entries_of(*modules) if known.facility is Facility.AUTH]
        if source in sources and not lines and _is_settled(tree):
            yield RULE.finding(
                Span(_FILE, number),
                f"users of `{source}` cannot log in: no policy names `{modules[0]}`",
                "let the tool that writes the policies take it in, or remove the source",
            )
        if source not in sources and lines:
            yield RULE.finding(
                lines[0].span,
                f"`{shown(lines[0].module)}` is asked, and `{_FILE}` does not name `{source}`",
                "name the source behind `passwd:`",
            )


def _sources(text: str) -> tuple[int, frozenset[str]]:
    """Return the line that names the sources of users, and them; 0 if there is none."""
    for number, line in enumerate(text.split("\n"), 1):
        name, colon, said = line.partition("#")[0].partition(":")
        if name.strip() == "passwd" and colon:
            return number, frozenset(said.split())
    return 0, frozenset()


def _is_settled(tree: Tree) -> bool:
    """Whether every service could be read whole."""
    return all(service.whole for service in tree.services)
