r"""A file that ends in the middle of a line.

What it finds

The last line of a file ends in a `\`, so that it goes on where nothing is.

Why it matters

libpam refuses the whole file: the service cannot even be started, and nobody gets in.

Avoid

    auth required pam_unix.so \

Prefer

    auth required pam_unix.so

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
    "dangling-continuation", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-08"
)


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
