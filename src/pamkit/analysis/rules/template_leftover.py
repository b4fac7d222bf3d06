"""A piece of a template in a live policy.

What it finds

`{{ ... }}`, `{% ... %}`, `<% ... %>`, `{include if ...}` and `@VARIABLE@` in a line that is read.

Why it matters

The program that should have filled it in did not. PAM reads it as a word: an unknown module, an
unknown control or an option that nobody knows.

Avoid

    auth required pam_unix.so {{ nullok }}

Prefer

    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "template-leftover",
    level=Severity.ERROR,
    scope=Scope.FILE,
    since="0.1",
    id="PRF-04",
)

_PAIRS = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))
_AUTHSELECT = ("{include if", "{exclude if", "{continue if", "{stop if", "{if ")
_CAPITALS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")


def find(file: File) -> Iterator[Finding]:
    """Yield the lines with such a piece."""
    for line in file.syntax.lines:
        text = line.logical.text
        piece = _piece(text) if text is not None else ""
        if piece and line.words:
            yield RULE.finding(
                line.words[0].span,
                f"`{shown(piece)}` was left by a template",
                "fill the template in, or remove the piece",
            )


def _piece(text: str) -> str:
    for start, end in _PAIRS:
        before, found, rest = text.partition(start)
        if found and end in rest:
            return text[len(before) : text.index(end, len(before)) + len(end)]
    for start in _AUTHSELECT:
        before, found, rest = text.partition(start)
        if found and "}" in rest:
            return text[len(before) : text.index("}", len(before)) + 1]
    for word in text.split():
        if len(word) > 2 and word[0] == word[-1] == "@" and set(word[1:-1]) <= _CAPITALS:
            return word
    return ""
