"""A `-` before the facility.

What it finds

A line that begins with `-`.

Why it matters

Linux-PAM and OpenPAM of 2023 and later are then quiet about a module that is not there. NetBSD,
macOS and Sun's libraries refuse the service, or leave the line out.

Avoid

    -session optional pam_systemd.so

Prefer

    session optional pam_systemd.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-dash",
    level=Severity.WARNING,
    since="0.9",
    head="not every family knows a `-` here",
    help="leave it out, and the line too where the module is not installed",
)
