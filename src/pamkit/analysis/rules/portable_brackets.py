"""A control that only Linux-PAM reads.

What it finds

A control in brackets.

Why it matters

OpenPAM and Sun's libraries know words only: they refuse the service. CDE, AIX and HP-UX leave the
line out.

Avoid

    auth [success=done default=bad] pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-brackets",
    level=Severity.WARNING,
    since="0.9",
    head="brackets are known to Linux-PAM only",
    help="use a word; `pamkit translate` finds those that mean the same",
)
