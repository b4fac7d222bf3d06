"""Words that families part otherwise.

What it finds

A line with a quote, a backslash or brackets, of which families make other words.

Why it matters

OpenPAM reads quotes and backslashes as a shell does. To the others they are parts of the word.
Brackets keep blanks together for Linux-PAM only.

Avoid

    session optional pam_exec.so [/usr/local/sbin/my script]

Prefer

    session optional pam_exec.so /usr/local/sbin/my-script

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-quotes",
    level=Severity.WARNING,
    since="0.9",
    head="quotes, backslashes and brackets mean other things to other families",
    help="use words without them",
)
