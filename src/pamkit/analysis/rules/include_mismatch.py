"""A line that includes the file of another facility.

What it finds

An include of `common-auth`, `base-session` and their like in a line of another facility. Files
that serve all facilities, such as Red Hat's `system-auth`, are left out.

Why it matters

Of the file only the lines of the facility count, and there are none: the check that was meant is
not there.

Avoid

    account include common-auth
    common-auth:
    auth required pam_unix.so

Prefer

    account include common-account
    common-account:
    account required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_WORDS, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("include-mismatch", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="INC-04")

_FAMILIES = ("common", "base")
"""Beginnings of the names of files that serve one facility each."""


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the name of the file."""
    target = entry.entry.target
    if entry.entry.kind is Kind.MODULE or target is None or entry.facility is None:
        return
    family, _, rest = target.text.rpartition("/")[2].partition("-")
    of = FACILITY_WORDS.get(rest.partition("-")[0])
    if family in _FAMILIES and of is not None and of is not entry.facility:
        yield RULE.finding(
            target.span,
            f"`{shown(target.text)}` is for `{word(of)}`, and this is a line of"
            f" `{word(entry.facility)}`",
            f"include `{family}-{word(entry.facility)}`",
        )
