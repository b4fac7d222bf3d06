"""A facility without lines.

What it finds

A service with lines for one facility and none for another, where `other` has none either.

Why it matters

Linux-PAM refuses such a call. OpenPAM refuses to start the service. illumos answers success.

Avoid

    test:
    auth required pam_unix.so

Prefer

    test:
    auth required pam_unix.so
    account required pam_unix.so
    password required pam_unix.so
    session required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-empty-facility",
    level=Severity.WARNING,
    since="0.9",
    help="write a line with pam_deny",
)
