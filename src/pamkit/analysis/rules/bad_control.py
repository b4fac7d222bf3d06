"""A control in brackets with a mistake in it.

What it finds

A name of a code or an action that does not exist, a comma, a missing `=`, a jump over no or
over too many lines. The codes have their own spelling here: `authtok_recover_err`, not the name
of C.

Why it matters

One mistake spoils all: every answer of the module counts as a failure, and the pairs before it
are lost.

Avoid

    auth [success=ok, default=bad] pam_unix.so

Prefer

    auth [success=ok default=bad] pam_unix.so

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

RULE = Rule("bad-control", level=Severity.ERROR, scope=Scope.FILE, since="0.1", id="SYN-03")


def find(file: File) -> Iterator[Finding]:
    """Yield what reading found."""
    return file.reported(RULE.name)
