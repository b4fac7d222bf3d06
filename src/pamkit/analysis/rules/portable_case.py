"""A word in capitals.

What it finds

A facility or a control that is not in small letters; in a pam.conf also the name of a service.

Why it matters

Linux-PAM and Sun's libraries do not mind; OpenPAM of FreeBSD and NetBSD refuses the service.

Avoid

    auth Required pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-case",
    level=Severity.WARNING,
    since="0.9",
    head="capitals are not the same word everywhere",
    help="write it in small letters",
)
