"""A `#` that begins a comment for some families only.

What it finds

A `#` behind the words of a line, or behind blanks.

Why it matters

Linux-PAM ends the line there, also inside of a word. Sun's libraries take `#` for a comment in the
first column only: the words behind it are arguments. OpenPAM keeps it inside of a word, macOS does
not.

Avoid

    auth required pam_unix.so # passwords

Prefer

    # passwords
    auth required pam_unix.so

Sources

- `pam.conf(5)` of Linux-PAM, FreeBSD and Solaris
"""

from __future__ import annotations

from pamkit.analysis.portable_rule import portable_rule
from pamkit.vocab.diagnostic import Severity

RULE, find = portable_rule(
    "portable-comment",
    level=Severity.WARNING,
    since="0.9",
    head="not every family takes this `#` for the beginning of a comment",
    help="put the comment in a line of its own, from the first column on",
)
