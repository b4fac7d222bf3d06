"""An inclusion that other families read otherwise.

What it finds

`include`, `substack` or `@include`, where some family takes the name for something else.

Why it matters

After `include` stands a file of lines for Linux-PAM, a service for OpenPAM, and for Solaris a file
with a column for the service. `substack` is known to Linux-PAM only, `@include` to Debian's.

Avoid

    auth include system-auth

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-include",
    level=Severity.WARNING,
    since="0.9",
    head="an inclusion is not the same everywhere",
    help="write the lines out; `pamkit translate` does so",
)
