"""Options that contradict each other.

What it finds

Two options of one line of which only one can hold: `use_first_pass` beside `try_first_pass`,
two ways to hash a password.

Why it matters

One of them wins, and which one is known to the module alone: of two hashes it is the last, and
that may be the weak one.

Avoid

    password required pam_unix.so md5 sha512

Prefer

    password required pam_unix.so yescrypt

Sources

- `pam_unix(8)`
"""

from __future__ import annotations

from itertools import pairwise

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "conflicting-options", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="MOD-08"
)

_EXCLUSIVE = (
    ("", ("use_first_pass", "try_first_pass")),
    (
        "pam_unix",
        ("md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"),
    ),
)
"""Modules, all of them if there is no name, and words of which a line has at most one."""


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the second of two options that exclude each other."""
    for module, words in _EXCLUSIVE:
        if module not in ("", entry.module):
            continue
        given = [arg for arg in entry.entry.args if arg.text in words]
        for first, second in pairwise(given):
            if first.text != second.text:
                yield RULE.finding(
                    second.span,
                    f"`{second.text}` contradicts `{first.text}`",
                    "keep the one that is meant",
                    related=((first.span, f"`{first.text}` is here"),),
                )
