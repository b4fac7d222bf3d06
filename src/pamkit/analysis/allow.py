"""Comments that allow what a rule would find: `# pamkit: allow RULE[, RULE]`.

They count for the line they stand on; one that has a line to itself counts for the next line.
What follows the names after ` -- ` is for readers.
"""

from __future__ import annotations

from bisect import bisect_right

from pamkit.policy.syntax import PolicyFile
from pamkit.policy.words import LogicalLine
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_MARK = "pamkit:"
_WORD = "allow"


class Allowance(Record):
    """A name in such a comment: where it stands, and the lines for which it counts."""

    name: str
    span: Span
    first: int
    last: int


def allowances(file: PolicyFile) -> Iterator[Allowance]:
    """Yield what the comments of a file allow, in order."""
    for at, line in enumerate(file.lines):
        logical = line.logical
        if _MARK not in logical.comment:
            continue
        # A comment ends its line: it is on the last of the lines that were joined.
        first, row = logical.line, _last(logical)
        below = line.entry is None and at + 1 < len(file.lines)
        last = _last(file.lines[at + 1].logical) if below else row
        whole = logical.raw.split("\n")[row - first]
        for name, column in _names(whole):
            span = Span(file.name, row, column, row, column + len(name))
            yield Allowance(name, span, first, last)


class Allowed:
    """What the comments of a file allow, by name and line."""

    def __init__(self, file: PolicyFile) -> None:
        """Read the comments of ``file``."""
        self._ranges: dict[str, tuple[list[int], list[int]]] = {}
        for each in allowances(file):
            first, last = self._ranges.setdefault(each.name, ([], []))
            first.append(each.first)
            last.append(each.last)

    def __call__(self, name: str, line: int) -> bool:
        """Whether a finding of this name may be on a line."""
        first, last = self._ranges.get(name, ((), ()))
        # They are in order of where they begin and of where they end: the last one to begin counts.
        at = bisect_right(first, line)
        return at > 0 and line <= last[at - 1]


def _last(logical: LogicalLine) -> int:
    """Return the number of the last physical line of a logical one."""
    return logical.line + logical.raw.removesuffix("\n").count("\n")


def _names(text: str) -> Iterator[tuple[str, int]]:
    """Yield the names in a line with a comment, and the columns at which they begin."""
    start = text.index(_MARK, text.index("#")) + len(_MARK)
    said = text[start:].partition(" --")[0]
    if said.split()[:1] != [_WORD]:
        return
    at = said.index(_WORD) + len(_WORD)
    for part in said[at:].split(","):
        name = part.strip()
        if name:
            yield name, start + at + part.index(name) + 1
        at += len(part) + 1
