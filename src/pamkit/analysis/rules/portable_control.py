"""A control that not every family has.

What it finds

`binding`, `definitive`, or another word in the place of a control that some family does not know.

Why it matters

OpenPAM and Sun's libraries know `binding`, Solaris 11 alone `definitive`; to Linux-PAM they are
mistakes, and the line fails. CDE and HP-UX do not know `requisite`, and leave the line out.

Avoid

    auth binding pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-control",
    level=Severity.WARNING,
    since="0.9",
    head="not every family has this control",
    help="`pamkit translate` finds what means the same",
)
