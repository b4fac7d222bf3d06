"""A module with the path of another machine.

What it finds

A module that is named with a path to a directory where distributions keep modules, or with `$ISA`.

Why it matters

Where modules lie differs between distributions, releases and machines. With its path the module is
missed as soon as they move; without one libpam looks where its modules are.

Avoid

    auth required /lib/security/pam_unix.so

Prefer

    auth required pam_unix.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.surroundings import MODULE_DIRECTORIES
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("module-path", level=Severity.NOTE, scope=Scope.LINE, since="0.1", id="MOD-10")


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the module."""
    written = entry.entry.target.text if entry.entry.target and entry.module else ""
    directory, _, name = written.rpartition("/")
    if directory in MODULE_DIRECTORIES or "$ISA" in written:
        yield RULE.finding(
            entry.span,
            f"`{shown(written)}` is found on some machines only",
            f"write `{shown(name)}`",
        )
