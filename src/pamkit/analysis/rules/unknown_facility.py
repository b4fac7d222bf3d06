"""A line whose first word is no facility.

What it finds

The first word of a line is not `auth`, `account`, `password` or `session`, with or without a
`-` before it. Among them are a byte order mark at the start of a file and, where libpam is not
Debian's, `@include`.

Why it matters

libpam does not skip such a line: it becomes an entry of `auth` that always fails, wherever it
stood. A slip in a session line can refuse every login.

Avoid

    sesion optional pam_umask.so

Prefer

    session optional pam_umask.so

Sources

- `pam.conf(5)`, `pam.d(5)`
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
    "unknown-facility",
    level=Severity.ERROR,
    scope=Scope.FILE,
    since="0.1",
    id="SYN-01",
    aliases=("INC-05",),
)


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
