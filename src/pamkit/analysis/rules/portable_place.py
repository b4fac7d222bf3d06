"""Policies where not every family looks.

What it finds

A directory of policies, or a pam.conf, that some family never looks into.

Why it matters

illumos, CDE, AIX and HP-UX know /etc/pam.conf only, in which a column names the service. Linux-PAM
looks into that file only where there is no directory.

Avoid

    auth required pam_unix.so

Prefer

    pam.conf:
    test auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-place",
    level=Severity.WARNING,
    since="0.9",
    help="put the lines where that family looks; its file has a column for the service",
)
