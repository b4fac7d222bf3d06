"""Two policies for the same service: what one lets by and the other does not, with the runs.

Both see the same day: circumstances are those of both, a module that stands in both with the same
words answers both alike, and one that cannot do its work can do it in neither.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import answer_of, trouble_of
from pamkit.analysis.explore import MOST, Outcome, TooMany, explore
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, TROUBLE, Model
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pamkit.analysis.explore import Choice, End, Exploration, Known
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Facility, Primitive

    Chains = Mapping[Facility, Chain]


class Difference(Record):
    """A day on which two policies end otherwise: the run of each."""

    old: tuple[Choice, ...]
    new: tuple[Choice, ...]


class Comparison(Record):
    """What a change of a policy changes.

    ``looser`` is a day on which only the new policy lets by, ``stricter`` one on which only the old
    one does; `None` if there is none.  ``assumed`` are modules that nobody knows.
    """

    looser: Difference | None
    stricter: Difference | None
    assumed: tuple[str, ...] = ()

    @property
    def is_equivalent(self) -> bool:
        """Whether both let by on the same days."""
        return self.looser is None and self.stricter is None


def compare(
    old: Chains, new: Chains, primitive: Primitive, declarations: Declarations
) -> Comparison:
    """Return what is let by otherwise; raises `TooMany` if that is more than can be looked at."""
    facility = FACILITY_OF[primitive]
    sides = [_Side(chains[facility], primitive, declarations) for chains in (old, new)]
    for side, other in (sides, sides[::-1]):
        side.look_beside(other)
    looser = stricter = None
    seen_old = sides[0].explored(frozenset(), later=sides[1].names)
    beside: dict[Known, Exploration] = {}
    assumed = {mark for end in seen_old.ends for mark in end.marks}
    count = len(seen_old.came_from)
    for end in seen_old.ends:
        if end.known not in beside:
            beside[end.known] = sides[1].explored(end.known, later=frozenset())
            count += len(beside[end.known].came_from)
            if count > MOST:
                raise TooMany
        for new_end in beside[end.known].ends:
            assumed |= new_end.marks
            if _lets_by(end) is _lets_by(new_end):
                continue
            shown = Difference(seen_old.witness(end), beside[end.known].witness(new_end))
            if _lets_by(new_end):
                looser = looser or shown
            else:
                stricter = stricter or shown
    names = sorted(mark.removeprefix(f"{ASSUMED} ") for mark in assumed if ASSUMED in mark)
    return Comparison(looser, stricter, tuple(names))


def _lets_by(end: End) -> bool:
    return end.verdict.mood is Mood.GRANTED


class _Side:
    """One of two policies, seen together with the other."""

    def __init__(self, chain: Chain, primitive: Primitive, declarations: Declarations) -> None:
        self._chain = chain
        self._model = Model(declarations, primitive, special=TABLES)
        self._last: dict[str, int] = {}
        self.names: frozenset[str] = frozenset()

    def look_beside(self, other: _Side) -> None:
        """Tell codes apart that either side treats differently in the same line."""
        tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
        for link in (*self._chain, *other._chain):
            words = (link.module, *link.args)
            tables[words] = (*tables.get(words, ()), link.actions)
        self._model.beside = tables
        for link in self._chain:
            for name in (*self._model.names(link), _answer(link), self._trouble(link)):
                self._last[name] = max(link.number, self._last.get(name, 0))
        self.names = frozenset(self._last)

    def explored(self, known: Known, *, later: frozenset[str]) -> Exploration:
        """Return the ends of this side on the days that are known so far."""
        return explore(self._chain.links, self._outcomes, known=known, keep=self._keeping(later))

    def _outcomes(self, link: Link, known: Known) -> Iterator[Outcome]:
        settled = dict(known)
        for outcome in self._model(link, known):
            word = WORDS[outcome.code]
            trouble = word if outcome.code in TROUBLE else "none"
            also = ((_answer(link), word), (self._trouble(link), trouble))
            if all(settled.get(name, value) == value for name, value in also):
                yield outcome.changed(settles=(*outcome.settles, *also))

    def _trouble(self, link: Link) -> str:
        return trouble_of(self._model.subject(link).name)

    def _keeping(self, later: frozenset[str]) -> Callable[[Link | None, str], bool]:
        def keep(link: Link | None, name: str) -> bool:
            return name in later or (link is not None and self._last.get(name, -1) >= link.number)

        return keep


def _answer(link: Link) -> str:
    # A line that is refused is a line of its own: it answers nothing that another could.
    return answer_of(" ".join((link.module, *link.args, link.refusal)))
