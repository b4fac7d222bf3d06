"""An option that means nothing in this facility.

What it finds

An option that its module looks at only in other facilities.

Why it matters

It is taken for granted that the option does something. It does not here, and may be missing
where it would.

Avoid

    auth required pam_unix.so rounds=65536

Prefer

    password required pam_unix.so sha512 rounds=65536

Sources

- the manual page of the module
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "option-in-wrong-facility", level=Severity.WARNING, scope=Scope.LINE, since="0.1", id="MOD-07"
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the options that say that they belong elsewhere."""
    if entry.declaration is None or entry.facility is None:
        return
    for option in entry.declaration.options.stated().values():
        at = entry.argument(option.word) if option.facilities else None
        if at is not None and word(entry.facility) not in option.facilities:
            homes = " or ".join(f"`{home}`" for home in option.facilities)
            yield RULE.finding(
                at,
                f"`{option.word.rstrip('=')}` means nothing in `{word(entry.facility)}`",
                f"it counts in {homes}",
            )
