"""A refusal that is told with another code elsewhere.

What it finds

A line on which nothing hangs but the code of a refusal.

Why it matters

Programs tell users why they are refused by the code, and some act on it. Where nobody has a say
Linux-PAM tells `perm_denied`, OpenPAM `system_err`, and Solaris the first error that was put aside.

Avoid

    auth sufficient pam_unix.so
    auth sufficient pam_ldap.so

Prefer

    auth sufficient pam_unix.so
    auth sufficient pam_ldap.so
    auth required pam_deny.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-code",
    level=Severity.NOTE,
    since="0.9",
    head="the code of a refusal is not the same everywhere",
    help="where programs act on the code, end the chain with a line that is `required`",
)
