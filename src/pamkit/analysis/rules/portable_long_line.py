"""A line that is too long for some families.

What it finds

A line of more than 255 bytes.

Why it matters

Solaris and illumos fail the service for such a line, CDE cuts it in two.

Avoid

    auth required pam_unix.so ⟨prompt=hello x 20⟩

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-long-line",
    level=Severity.WARNING,
    since="0.9",
    head="the line is too long for some families",
    help="leave options out, or put them where the module is configured",
)
