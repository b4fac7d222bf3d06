"""A demand for a new password that means other things elsewhere.

What it finds

A line on which it hangs whether a new password is wanted.

Why it matters

With `required` or `requisite` Linux-PAM goes on, and a later refusal wins; OpenPAM and Solaris take
it for a failure, which wins over a later one. With `sufficient` Linux-PAM ends there, the others go
on. With `sufficient` or `optional` Solaris forgets it where any other line succeeds.

Avoid

    account required pam_unix.so
    account required pam_access.so

Prefer

    account required pam_access.so
    account required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-must-change",
    level=Severity.WARNING,
    since="0.9",
    help="`pamkit translate` shows where this changes who is let by",
)
