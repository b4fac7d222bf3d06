"""A module that says `try_again` ends the call on Solaris.

What it finds

A line that need not succeed, and whose module may say `try_again`.

Why it matters

Solaris and illumos end the call there, whatever the control. The others take it for any other
error, and go on to the next line.

Avoid

    password sufficient pam_unix.so
    password required pam_ldap.so

Prefer

    password required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-try-again",
    level=Severity.WARNING,
    since="0.9",
    help="make the line `required`, or leave it out on Solaris",
)
