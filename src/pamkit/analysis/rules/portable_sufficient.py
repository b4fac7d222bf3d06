"""A yes that does not end the call everywhere.

What it finds

A line of `password` whose success ends the check of a change in some families only.

Why it matters

With Linux-PAM and Solaris a yes of `sufficient` ends the check of chauthtok: who stands behind it
is asked in neither pass. OpenPAM and macOS ask every module. CDE ends the whole call, and nothing
is changed.

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
    "portable-sufficient",
    level=Severity.WARNING,
    since="0.9",
    help="use `required`, so that everybody is asked",
)
