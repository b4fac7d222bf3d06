"""What a report is made of: a tree of policies, what lint found in it, and what was proved."""

from __future__ import annotations

from pamkit.analysis.report import Report
from pamkit.analysis.tree import Service, Tree
from pamkit.policy.chain import Link
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class Step(Record, eq=False):
    """An answer in a run that shows what became of a claim, and what is so in that run by then.

    ``is_asked`` is false for what only follows an answer, as setcred follows authenticate: it is
    told and not drawn.
    """

    primitive: Primitive
    link: Link
    code: int
    because: tuple[tuple[str, str], ...]
    is_asked: bool = True

    @property
    def facility(self) -> Facility:
        """Whose line was asked."""
        return FACILITY_OF[self.primitive]


class Judged(Record, eq=False):
    """A claim about a facility, or one that begins there, and what became of it.

    ``steps`` are a run that breaks it or bears it out, if there is one; ``is_of_all`` says that it
    speaks of all runs, else of some.  ``assumed`` are modules that nobody knows.  ``counts`` is
    false for a claim that was only asked out of interest.
    """

    facility: Facility
    sentence: str
    holds: bool
    is_of_all: bool
    steps: tuple[Step, ...]
    assumed: tuple[str, ...]
    counts: bool

    @property
    def is_broken(self) -> bool:
        """Whether it was meant to hold and does not; what hangs on a stranger is no such thing."""
        return self.counts and not self.holds and not self.assumed

    @property
    def is_proved(self) -> bool:
        """Whether it was meant to hold and does."""
        return self.counts and self.holds


class Sheet(Record, eq=False):
    """A service, the claims about it, and what was found of it or in the files it reads.

    ``trouble`` says why claims could not be judged (empty: they could).
    """

    service: Service
    judged: tuple[Judged, ...]
    found: tuple[Finding, ...]
    trouble: str = ""

    def found_at(self, span: Span) -> tuple[Finding, ...]:
        """Return what was found in the lines of an entry."""
        last = max(span.line, span.end_line)
        here = (each for each in self.found if each.span.file == span.file)
        return tuple(each for each in here if span.line <= each.span.line <= last)

    @property
    def broken(self) -> int:
        """How many claims are broken."""
        return sum(each.is_broken for each in self.judged)

    @property
    def proved(self) -> int:
        """How many claims are proved."""
        return sum(each.is_proved for each in self.judged)

    def of(self, facility: Facility) -> tuple[Judged, ...]:
        """Return the claims about one facility, those that count first."""
        found = [each for each in self.judged if each.facility is facility]
        return tuple(sorted(found, key=lambda each: not each.counts))


class Contents(Record, eq=False):
    """All that a page says.

    ``place`` is the root or the directory that was read; ``date`` is said if it is not empty.
    ``argument`` and ``line`` return an argument of a module, and any other text of a policy,
    without the secrets in it.
    """

    place: str
    tree: Tree
    report: Report
    sheets: tuple[Sheet, ...]
    date: str
    argument: Callable[[str], str]
    line: Callable[[str], str]
