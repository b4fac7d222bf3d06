"""A chain that is too long to be compared.

What it finds

A chain whose lines were not walked with the folds of other families, or not to the end: it has more
than 150 lines, or more ways to be answered than can be looked at.

Why it matters

The other rules about other families say nothing then of how its lines are judged, and that is no
proof that all judge them alike.

Avoid

    ⟨account optional pam_x.so
     x 151⟩

Prefer

    account required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-not-compared",
    level=Severity.WARNING,
    since="0.9",
    head="nothing is known of how others judge these lines",
    help="leave out lines that decide nothing",
)
