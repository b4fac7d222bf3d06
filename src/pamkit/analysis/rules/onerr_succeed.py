"""A list that admits everybody if it cannot be read.

What it finds

`onerr=succeed` behind pam_listfile, pam_tally or pam_tally2.

Why it matters

A list that is missing, unreadable or misnamed lets everybody pass, those it was to keep out as
well, and nothing shows it.

Avoid

    auth required pam_listfile.so item=user sense=allow file=/etc/allowed onerr=succeed
    auth required pam_unix.so

Prefer

    auth required pam_listfile.so item=user sense=allow file=/etc/allowed onerr=fail
    auth required pam_unix.so

Sources

- `pam_listfile(8)`
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
    "onerr-succeed",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="MOD-17",
    modules=("pam_listfile", "pam_tally", "pam_tally2"),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the option."""
    at = entry.argument("onerr=succeed")
    if at is not None:
        yield RULE.finding(
            at,
            "if its file cannot be read, everybody passes",
            "write `onerr=fail`, and keep another way in for yourself",
        )
