"""A module without the function that is asked for.

What it finds

A line whose module has no function for the call, where families go on otherwise.

Why it matters

Linux-PAM and OpenPAM let the line fail, macOS and CDE pass over it, Solaris and illumos refuse the
whole call before anybody is asked.

Avoid

    session optional pam_pwquality.so
    session required pam_unix.so

Prefer

    session required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-missing-function",
    level=Severity.WARNING,
    since="0.9",
    help="remove the line, or put it into the facility that the module is for",
)
