"""A line that setcred or close_session judges otherwise elsewhere.

What it finds

A line of `auth` or `session` on which setcred or close_session hang otherwise.

Why it matters

With Linux-PAM setcred follows the lines that authenticate has asked, and each answer counts as
required. Elsewhere the lines are judged anew by their controls: others may be asked, and what one
says may not count. The same is so of close_session. Debian passes over lines that jumped, where
Linux-PAM counts them.

Avoid

    auth sufficient pam_unix.so
    auth required pam_deny.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-credentials",
    level=Severity.WARNING,
    since="0.9",
    head="setcred and close_session judge this line otherwise elsewhere",
    help="`pamkit diff --dialect OLD,NEW DIR DIR` shows a run in which they part",
)
