"""A pam-auth-update profile that jumps out of its own lines by a number.

What it finds

A jump such as `success=2` in a profile in `/usr/share/pam-configs` that goes behind the last line
of the profile.

Why it matters

pam-auth-update puts the lines of other profiles below these, and knows only `end` as a place to go
to. A number lands wherever it may once another profile is switched on: on the denial, or behind it.

Avoid

    login:
    auth required pam_unix.so
    /usr/share/pam-configs/mine:
    Name: mine
    Auth-Type: Primary
    Auth:
     [success=2 default=ignore] pam_krb5.so

Prefer

    login:
    auth required pam_unix.so
    /usr/share/pam-configs/mine:
    Name: mine
    Auth-Type: Primary
    Auth:
     [success=end default=ignore] pam_krb5.so

Sources

- `pam-auth-update(8)`, the wiki page PAMConfigFrameworkSpec of Ubuntu
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
    "profile-jumps-out",
    level=Severity.ERROR,
    scope=Scope.TREE,
    since="0.1",
    id="PRF-01",
)

_PLACE = "/usr/share/pam-configs"

_KINDS = ("auth", "account", "password", "session")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the jumps."""
    for name in tree.around.names(_PLACE):
        path = f"{_PLACE}/{name}"
        text = tree.around.text(path) or ""
        profile = read_profile(name, text)
        for kind in _KINDS:
            for field in (kind, f"{kind}-initial"):
                lines = profile.fields.get(field, ())
                for at, line in enumerate(lines):
                    if at + 1 + _farthest(line) > len(lines):
                        yield RULE.finding(
                            _place(path, text, line),
                            f"`{shown(line)}` jumps behind the last line of the profile",
                            "write `end` for the number",
                        )


def _place(path: str, text: str, line: str) -> Span:
    numbers = [number for number, each in enumerate(text.split("\n"), 1) if line in each]
    return Span(path, numbers[0])


def _farthest(line: str) -> int:
    """Return how many lines the farthest jump of a control goes over; 0 without one."""
    if not line.startswith("["):
        return 0
    pairs = line[1:].partition("]")[0].split()
    actions = (pair.partition("=")[2] for pair in pairs)
    return max((int(action) for action in actions if action.isdecimal()), default=0)
