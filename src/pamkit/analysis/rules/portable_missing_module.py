"""A module that is not installed everywhere.

What it finds

Lines that mean something else where their module is not there, once for each file.

Why it matters

Linux-PAM lets the line fail, which `optional` and `sufficient` forgive. OpenPAM does not start the
service, Solaris refuses the call, and CDE passes over the line even if it is required.

Avoid

    auth sufficient pam_u2f.so
    auth required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-missing-module",
    level=Severity.WARNING,
    since="0.9",
    help="install the module everywhere, or leave the line out where it is missing",
)
