"""An entry of a policy together with what is known of the module it names."""

from __future__ import annotations

from functools import lru_cache

from pamkit.module.options import Options, Problem
from pamkit.policy.control import Control
from pamkit.policy.syntax import Entry, Kind, Line
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.declaration import Declaration
    from pamkit.module.facts import Fact

    Declarations = Callable[[str], Declaration | None]
    """What a module states, by what a policy writes for it; `None` for one that nobody knows."""


class KnownEntry(Record, eq=False):
    """An entry, the line it was read from, and what is known of its module.

    ``module`` is the bare name (`pam_unix`), empty for an include and where no module is named.
    ``options`` are what the declaration makes of the arguments, ``problems`` what it makes nothing
    of; both are empty for a module that nobody knows.
    """

    entry: Entry
    line: Line
    module: str
    declaration: Declaration | None
    options: Any
    problems: tuple[Problem, ...]

    @property
    def span(self) -> Span:
        """Where the module stands, or the entry if it names none."""
        return self.entry.target.span if self.entry.target else self.entry.span

    @property
    def facility(self) -> Facility | None:
        """The facility of the entry."""
        return self.entry.facility

    @property
    def control(self) -> Control:
        """The control of the entry."""
        return self.entry.control

    @property
    def control_span(self) -> Span:
        """Where the control stands; the entry, if it has none."""
        column = 2 if self.entry.service else 1
        words = self.line.words
        return words[column].span if len(words) > column else self.entry.span

    @property
    def args(self) -> tuple[str, ...]:
        """The arguments as the module gets them."""
        return tuple(word.text for word in self.entry.args)

    @property
    def is_bracketed(self) -> bool:
        """Whether the control is a bracket form that could be read."""
        return self.entry.control.text.startswith("[") and not self.entry.control.problem

    def states(self, fact: Fact) -> bool:
        """Whether the module states a fact for this line."""
        return self.declaration is not None and self.declaration.fact(fact.name, self.options)

    def argument(self, word: str) -> Span | None:
        """Return where the first argument stands that is, or begins with, a word."""
        return next((arg.span for arg in self.entry.args if arg.text.startswith(word)), None)


def known_entry(line: Line, entry: Entry, declarations: Declarations) -> KnownEntry:
    """Return an entry with what is known of its module."""
    if entry.kind is not Kind.MODULE or entry.target is None:
        return KnownEntry(entry, line, "", None, None, ())
    written = entry.target.text
    declaration = declarations(written)
    if declaration is None:
        return KnownEntry(entry, line, bare_name(written), None, None, ())
    options, problems = read_options(declaration.options, tuple(arg.text for arg in entry.args))
    return KnownEntry(entry, line, declaration.name, declaration, options, problems)


@lru_cache(maxsize=8192)
def read_options(kind: type[Options], args: tuple[str, ...]) -> tuple[Any, tuple[Problem, ...]]:
    """Return what arguments stand for, and what is odd about them, as `Options.parse` does."""
    return kind.parse(args)


def bare_name(written: str) -> str:
    """Return `pam_x` for what a policy writes for a module: no directory, no `.so`."""
    return written.rpartition("/")[2].removesuffix(".so")
