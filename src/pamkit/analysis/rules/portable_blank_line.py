"""A line of nothing but blanks.

What it finds

A line that has blanks or tabs in it, and nothing else.

Why it matters

Solaris and illumos give up the whole file there, for every service.

Avoid

    auth required pam_unix.so
    ⟨ x 2⟩
    account required pam_unix.so

Prefer

    auth required pam_unix.so

    account required pam_unix.so

Sources

- `pam.conf(5)` of illumos
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-blank-line",
    level=Severity.WARNING,
    since="0.9",
    head="a line of blanks breaks the file in some families",
    help="take the blanks away: a line without any byte is harmless",
)
