"""A line that means something else to other families, with what each makes of it."""

from __future__ import annotations

from pamkit.analysis.family_names import listed
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Apart(Record, eq=False):
    """A line that means something else to other families.

    ``rule`` is the one that tells of it, ``about`` says when, ``ways`` what each family makes of
    it, by the names of dialects; those that are not named agree with the tree's own.
    """

    rule: str
    span: Span
    about: str
    ways: dict[str, str]

    def __str__(self) -> str:
        """What is said of it."""
        return "; ".join(filter(None, (self.about, listed(self.ways))))


class Found:
    """The lines that were found so far: what several families make of a line is told as one."""

    def __init__(self) -> None:
        self._apart: dict[tuple[str, Span, str], dict[str, str]] = {}

    def add(self, rule: str, span: Span, about: str, ways: dict[str, str]) -> None:
        """Add what families make of a line; what is already said of a family stays."""
        known = self._apart.setdefault((rule, span, about), {})
        for name, said in ways.items():
            known.setdefault(name, said)

    def has(self, rule: str, span: Span, about: str) -> bool:
        """Whether a line is told of by a rule in these words."""
        return (rule, span, about) in self._apart

    def all(self) -> Iterator[Apart]:
        """Yield all lines, in the order in which they were first found."""
        return (Apart(*key, ways) for key, ways in self._apart.items())
