"""A line that goes on in the next one.

What it finds

A line with a backslash at its end.

Why it matters

Sun's libraries join no lines: the backslash is an argument, and what follows is a line of its own.

Avoid

    auth required pam_unix.so \\
        try_first_pass

Prefer

    auth required pam_unix.so try_first_pass

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-wrapped-line",
    level=Severity.WARNING,
    since="0.9",
    head="not every family joins lines",
    help="write the entry in one line",
)
