"""Words that families part otherwise.

What it finds

An argument with a quote, a backslash, or in brackets.

Why it matters

OpenPAM reads quotes and backslashes as a shell does. To the others they are parts of the word.
Brackets keep blanks together for Linux-PAM only.

Avoid

    session optional pam_exec.so [/usr/local/sbin/my script]

Prefer

    session optional pam_exec.so /usr/local/sbin/my-script

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "portable-quotes",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.9",
    aliases=("portable",),
    policy=True,
)


_PARTS = ("'", '"', "\\")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the arguments."""
    for arg in entry.entry.args:
        if arg.raw.startswith("[") or any(part in arg.raw for part in _PARTS):
            yield RULE.finding(
                arg.span,
                "quotes, backslashes and brackets mean other things to other families",
                "use an argument without them",
            )
