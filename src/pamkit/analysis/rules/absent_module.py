"""A module that is not installed.

What it finds

In a whole system a line that names a module which is in none of the directories of modules. It is
a warning where the line is passed over for it and its module would have refused somebody, and a
note else. A line with a `-` that nothing hangs on is left out.

Why it matters

Under `required` and `requisite` the line refuses everybody. Under `sufficient` and `optional`
libpam goes on without a word, and a second factor or a counter is not there.

Avoid

    auth required pam_oath.so
    auth required pam_unix.so
    /usr/lib/security/pam_unix.so:
    ELF

Prefer

    auth required pam_unix.so
    -session optional pam_systemd.so
    /usr/lib/security/pam_unix.so:
    ELF

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.entry import bare_name
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.surroundings import MODULE_DIRECTORIES
from pamkit.module.facts import (
    CHECKS_CONDITION,
    COUNTS_FAILURES,
    JUDGES_SECRET,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("absent-module", level=Severity.ERROR, scope=Scope.TREE, since="0.1", id="MOD-01")

_REFUSE = (CHECKS_CONDITION, COUNTS_FAILURES, JUDGES_SECRET, PROVES_IDENTITY, PROVES_POSSESSION)


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the modules."""
    installed = tree.around.modules()
    # Where not even pam_unix is, they are in a directory that nobody looked into.
    if installed is None or "pam_unix" not in installed:
        return
    for file in tree.files:
        for entry in file.entries:
            if entry.module and not entry.entry.must_fail and not _is_there(tree, entry, installed):
                yield from _missed(entry)


def _is_there(tree: Tree, entry: KnownEntry, installed: frozenset[str]) -> bool:
    """Whether a module is installed; one with a path of its own counts if that is not known."""
    written = entry.entry.target.text if entry.entry.target else ""
    directory = written.rpartition("/")[0]
    if directory in ("", *MODULE_DIRECTORIES) or "$ISA" in written:
        return bare_name(written) in installed
    return tree.around.has(written) is not False


def _missed(entry: KnownEntry) -> Iterator[Finding]:
    name = shown(entry.module)
    if entry.control.actions[ReturnCode.MODULE_UNKNOWN] in (Action.BAD, Action.DIE):
        yield RULE.finding(
            entry.span,
            f"`{name}` is not installed: this line refuses everybody",
            "install it, or remove the line",
        )
    elif not entry.entry.quiet:
        matters = any(map(entry.states, _REFUSE))
        yield RULE.finding(
            entry.span,
            f"`{name}` is not installed: libpam goes on without it",
            "install it, or put a `-` before the line",
            level=Severity.WARNING if matters else Severity.NOTE,
        )
