"""The lossless tree of one policy file."""

from __future__ import annotations

from pamkit.policy.control import Control
from pamkit.policy.words import LogicalLine, Word
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.facility import Facility
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span


class Kind(Names):
    """What an entry asks for."""

    MODULE = 0
    INCLUDE = 1
    SUBSTACK = 2
    AT_INCLUDE = 3


class Entry(Record):
    """One line of a policy that says something, well-formed or not.

    ``facility`` is `None` where it is missing, unknown, or (`@include`) any.
    ``must_fail`` is set where libpam puts an entry that always fails with `perm_denied`;
    its control still says what that means.  ``service`` is the first column of a pam.conf.
    """

    kind: Kind
    span: Span
    service: Word | None
    facility: Facility | None
    quiet: bool
    control: Control
    target: Word | None
    args: tuple[Word, ...]
    must_fail: bool

    @property
    def nests(self) -> bool:
        """Whether it takes in a file, not a module."""
        return self.kind is not Kind.MODULE

    @property
    def nests_deeper(self) -> bool:
        """Whether the file is a chain of its own."""
        return self.kind is Kind.SUBSTACK

    @property
    def takes_all(self) -> bool:
        """Whether it takes in the entries of all facilities."""
        return self.kind is Kind.AT_INCLUDE


class Line(Record):
    """One logical line: what it was made from, its words, and the entry, if it is one."""

    logical: LogicalLine
    words: tuple[Word, ...]
    entry: Entry | None


class PolicyFile(Record):
    """A whole file: every byte of it, its entries, and what is odd.

    ``complete`` is false if the file ends inside a continued line: libpam then refuses it.
    """

    name: str
    lines: tuple[Line, ...]
    findings: tuple[Finding, ...]
    complete: bool

    @property
    def text(self) -> str:
        """The text the file was read from, exactly."""
        return "".join(line.logical.raw for line in self.lines)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The entries, in order."""
        return tuple(line.entry for line in self.lines if line.entry is not None)
