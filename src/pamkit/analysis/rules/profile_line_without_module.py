"""A line of a pam-auth-update profile that names no module.

What it finds

A line of a profile in `/usr/share/pam-configs` that has a control and no module.

Why it matters

pam-auth-update writes the line as it stands. In a common file a line without a module can only
fail: in `common-password` no password of the machine can be changed any more.

Avoid

    login:
    auth required pam_unix.so
    /usr/share/pam-configs/quality:
    Name: quality
    Password-Type: Primary
    Password:
     requisite

Prefer

    login:
    auth required pam_unix.so
    /usr/share/pam-configs/quality:
    Name: quality
    Password-Type: Primary
    Password:
     requisite pam_pwquality.so

Sources

- `pam-auth-update(8)`
- a published role that hardens machines
"""

from __future__ import annotations

from pamkit.analysis.pam_auth_update import read_profile
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "profile-line-without-module",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="PRF-01",
)

_PLACE = "/usr/share/pam-configs"

_KINDS = tuple(
    f"{kind}{initial}"
    for kind in ("auth", "account", "password", "session")
    for initial in ("", "-initial")
)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the lines."""
    for name in tree.around.names(_PLACE):
        path = f"{_PLACE}/{name}"
        text = tree.around.text(path) or ""
        profile = read_profile(name, text)
        for kind in _KINDS:
            for line in profile.fields.get(kind, ()):
                if _has_module(line):
                    continue
                numbers = [n for n, each in enumerate(text.split("\n"), 1) if line in each]
                yield RULE.finding(
                    Span(path, numbers[0]),
                    f"`{shown(line)}` names no module",
                    "a line is a control, a module and its options; remove it, or name one",
                )


def _has_module(line: str) -> bool:
    rest = line[line.find("]") + 1 :] if line.startswith("[") else line.partition(" ")[2]
    rest = rest or line.partition("\t")[2]
    return bool(rest.strip())
