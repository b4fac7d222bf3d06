"""A character that looks like a blank, a quote or a dash, and is none.

What it finds

A byte order mark, a no-break space, a character without width, or a typographic quote or dash
outside of comments.

Why it matters

Only blanks and tabs separate words. Everything else is a part of a word: the facility, the module
or the option is another one then. This comes with text copied from web pages.

Avoid

    auth required pam_exec.so “/usr/local/sbin/check”

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("invisible-character", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-11")

_KINDS = {
    "\ufeff": "a byte order mark",
    "\u00a0": "a no-break space",
    "\u202f": "a no-break space",
    "\u2007": "a no-break space",
    "\u3000": "a wide space",
    "\u00ad": "a soft hyphen",
    **dict.fromkeys("\u200b\u200c\u200d\u200e\u200f\u2060", "a character without width"),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "a typographic dash"),
    **dict.fromkeys("\u2018\u2019\u201a\u201c\u201d\u201e", "a typographic quote"),
}


def find(file: File) -> Iterator[Finding]:
    """Yield the first such character of each line."""
    for number, line in enumerate(file.syntax.text.split("\n"), 1):
        before = line.partition("#")[0]
        at = next((at for at, char in enumerate(before) if char in _KINDS), -1)
        if at < 0:
            continue
        yield RULE.finding(
            Span(file.path, number, at + 1, number, at + 2),
            f"{_KINDS[line[at]]} is a part of this word",
            "type the line anew",
        )
