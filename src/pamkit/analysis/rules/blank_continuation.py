r"""A continued line that ends in a blank line or a comment.

What it finds

A `\` at the end of a line that is followed by nothing or by a comment.

Why it matters

libpam before 1.6 goes on reading behind it and joins the next entry to this one, where it
becomes a row of arguments. Newer ones end the line.

Avoid

    auth required pam_unix.so \

    account required pam_unix.so

Prefer

    auth required pam_unix.so

    account required pam_unix.so

Sources

- Linux-PAM 1.6.0, changes
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "blank-continuation", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="SYN-08"
)


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
