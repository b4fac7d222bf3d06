"""A control that says two things about one answer.

What it finds

A control in brackets in which a code, or `default`, stands more than once.

Why it matters

Of a code the last action counts, of `default` the first: whoever reads only one of them is
mistaken about the line.

Avoid

    auth [default=ignore success=ok default=bad] pam_unix.so

Prefer

    auth [success=ok new_authtok_reqd=ok ignore=ignore default=bad] pam_unix.so

Sources

- `pam.conf(5)`
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

RULE = Rule("repeated-code", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="SYN-06")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    if not entry.is_bracketed:
        return
    pairs = entry.control.text.strip("[]").replace("=", " = ").split()
    named = [word for word, sign in pairwise(pairs) if sign == "="]
    twice = next((word for at, word in enumerate(named) if word in named[:at]), "")
    if twice:
        counts = "the first" if twice == "default" else "the last"
        yield RULE.finding(
            entry.control_span,
            f"`{twice}` stands here more than once, and {counts} counts",
            "keep one of them",
        )
