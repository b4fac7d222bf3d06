"""A chain in which nobody need have a say.

What it finds

A facility in which every line may be passed over.

Why it matters

If none of them counts, Linux-PAM, OpenPAM and Solaris refuse, and macOS grants: there a chain is
passed unless a line that counts has failed. In setcred Linux-PAM grants too, if authenticate did.

Avoid

    test:
    auth sufficient pam_unix.so
    auth optional pam_ldap.so

Prefer

    test:
    auth sufficient pam_unix.so
    auth optional pam_ldap.so
    auth required pam_deny.so

Sources

- `pam.conf(5)` of FreeBSD and macOS
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-nobody-refuses",
    level=Severity.WARNING,
    since="0.9",
    help="end the chain with a line that is `required`, and whose module always has a say",
)
