"""A demand on new passwords that two places set to different values.

What it finds

An option of pam_pwquality such as `minlen=8` on a line, while `/etc/security/pwquality.conf`, or a
file of `pwquality.conf.d`, sets it to another value.

Why it matters

The line counts. Who reads or edits the file sees a demand that does not hold, and tools that check
machines call it a conflict.

Avoid

    /etc/security/pwquality.conf:
    minlen = 14
    passwd:
    password requisite pam_pwquality.so minlen=8
    password required pam_unix.so use_authtok

Prefer

    /etc/security/pwquality.conf:
    minlen = 14
    passwd:
    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_pwquality(8)`, `pwquality.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.pwquality_conf import is_drop_in
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "quality-set-twice",
    level=Severity.WARNING,
    scope=Scope.TREE,
    since="0.1",
    id="SYS-15",
)

_FILE, _DIRECTORY = "/etc/security/pwquality.conf", "/etc/security/pwquality.conf.d"


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the options of lines that a file sets otherwise."""
    said = _said(tree)
    for known in tree.entries_of("pam_pwquality"):
        for word in known.entry.args:
            key, equals, value = word.text.partition("=")
            if not equals or key not in said or said[key][0] == value:
                continue
            other, span = said[key]
            yield RULE.finding(
                word.span,
                f"`{shown(key)}` is {shown(value)} here, and {shown(other)} in `{span.file}`",
                "keep one of them, best the one in the file",
                related=((span, "the other value, which does not count"),),
            )


def _said(tree: Tree) -> dict[str, tuple[str, Span]]:
    """Return what the files set, and where; the last one counts."""
    names = [name for name in sorted(tree.around.names(_DIRECTORY)) if is_drop_in(name)]
    said: dict[str, tuple[str, Span]] = {}
    # C: drop-ins are read first, and the file itself has the last word.
    for path in (*(f"{_DIRECTORY}/{name}" for name in names), _FILE):
        for number, line in enumerate((tree.around.text(path) or "").split("\n"), 1):
            key, equals, value = line.partition("#")[0].partition("=")
            if equals:
                said[key.strip()] = value.strip(), Span(path, number)
    return said
