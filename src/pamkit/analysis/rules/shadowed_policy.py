"""Two policies for one service.

What it finds

Files of the same name in `/etc/pam.d` and in a directory of the vendor's that differ. It is a
warning where not everybody can read the one that counts.

Why it matters

Only the first counts, and nobody merges what the vendor changes. Where a program may not read it,
libpam takes the vendor's file without a word: one service then has two policies.

Avoid

    /etc/pam.d/sudo: (mode 0600)
    auth required pam_oath.so
    auth required pam_unix.so
    /usr/lib/pam.d/sudo:
    auth required pam_unix.so

Prefer

    /etc/pam.d/sudo: (mode 0644)
    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import File, Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("shadowed-policy", level=Severity.WARNING, scope=Scope.TREE, since="0.1", id="INC-12")


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the file that counts."""
    by_name: dict[str, list[File]] = {}
    for directory in tree.layout.directories:
        for file in tree.files:
            if file.path == f"{directory}/{file.name}":
                by_name.setdefault(file.name, []).append(file)
    for name, (first, *others) in by_name.items():
        other = next((each for each in others if _said(each) != _said(first)), None)
        if other is None:
            continue
        mode = tree.around.mode(first.path)
        is_hidden = mode is not None and not mode.bits & 0o004
        differing = [
            f"`{word(each)}`" for each in Facility if _said(first, each) != _said(other, each)
        ]
        yield RULE.finding(
            Span(first.path, 1),
            f"who may not read this file gets `{shown(other.path)}`"
            if is_hidden
            else f"this file counts for `{shown(name)}`, not `{shown(other.path)}`",
            f"they differ in {', '.join(differing) or 'what they include'}: keep one of them"
            + (", with mode 0644" if is_hidden else ""),
            level=RULE.level if is_hidden else Severity.NOTE,
            related=((Span(other.path, 1), "the other one"),),
        )


def _said(file: File, facility: Facility | None = None) -> list[object]:
    """Return what the lines of a file say, of one facility or of all."""
    return [
        (entry.facility, entry.control.actions, _target(entry), entry.args)
        for entry in file.entries
        if facility is None or entry.facility is facility
    ]


def _target(entry: KnownEntry) -> str:
    return entry.entry.target.text if entry.entry.target else ""
