"""Two policies for the same service: what one lets by and the other does not, with the runs.

Both see the same day: circumstances are those of both, a module that stands in both with the same
words answers both alike, and one that cannot do its work can do it in neither.  They are walked
side by side, the lines that both have together; so what one has settled is forgotten as soon as
neither hangs on it any more.
"""

from __future__ import annotations

from pamkit.analysis import explore
from pamkit.analysis.circumstance import answer_of, trouble_of
from pamkit.analysis.explore import NOTHING, Choice, Known, Outcome, TooMany
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, TROUBLE, Model
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Facility, Primitive

    Chains = Mapping[Facility, Chain]
    At = Cursor | Verdict


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


class _Pair(Record):
    """Where the runs of both policies stand on the same day, and what is settled."""

    old: tuple[int, tuple[Verdict, ...], Verdict]
    new: tuple[int, tuple[Verdict, ...], Verdict]
    known: Known


class _Step(Record):
    """What was chosen for a line, and which of the two runs it took on."""

    choice: tuple[Choice | None, Choice | None]
    came_from: _Pair


def compare(
    old: Chains, new: Chains, primitive: Primitive, declarations: Declarations
) -> Comparison:
    """Return what is let by otherwise; raises `TooMany` if that is more than can be looked at."""
    facility = FACILITY_OF[primitive]
    walk = _Walk((old[facility], new[facility]), primitive, declarations)
    found: dict[bool, Difference] = {}
    came: dict[_Pair, _Step | None] = {}
    todo: list[tuple[tuple[At, At], _Pair]] = []

    def enter(at: tuple[At, At], known: Known, step: _Step | None) -> None:
        pair = _Pair(_place(at[0]), _place(at[1]), walk.kept(at, known))
        if pair in came:
            return
        if len(came) >= explore.MOST:
            raise TooMany
        came[pair] = step
        todo.append((at, pair))

    enter((begin(old[facility].links), begin(new[facility].links)), NOTHING, None)
    for at, pair in todo:
        ends = [each.mood is Mood.GRANTED for each in at if isinstance(each, Verdict)]
        if len(ends) == 2:
            if ends[0] is not ends[1]:
                found.setdefault(ends[1], _shown(came, pair))
            continue
        for after, known, choice in walk.steps(at, pair.known):
            enter(after, known, _Step(choice, pair))
    return Comparison(found.get(True), found.get(False), walk.strangers)


def _place(at: At) -> tuple[int, tuple[Verdict, ...], Verdict]:
    if isinstance(at, Verdict):
        return -1, (), at
    return at.link.number, tuple(frame.entry for frame in at.frames), at.verdict


def _shown(came: Mapping[_Pair, _Step | None], pair: _Pair) -> Difference:
    runs: tuple[list[Choice], list[Choice]] = ([], [])
    step = came[pair]
    while step is not None:
        for run, choice in zip(runs, step.choice, strict=True):
            if choice is not None:
                run.append(choice)
        step = came[step.came_from]
    return Difference(tuple(reversed(runs[0])), tuple(reversed(runs[1])))


class _Walk:
    """Two chains walked side by side."""

    def __init__(
        self, chains: tuple[Chain, Chain], primitive: Primitive, declarations: Declarations
    ) -> None:
        self._model = Model(declarations, primitive, special=TABLES)
        lines = tuple(list(chain) for chain in chains)
        tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
        for link in (*lines[0], *lines[1]):
            tables[_words(link)] = (*tables.get(_words(link), ()), link.actions)
        # Codes that one of them treats apart stay apart for the other.
        self._model.beside = tables
        ranks = _ranks(*([_words(link) for link in side] for side in lines))
        self._ranks = {
            link: rank
            for side, of in zip(lines, ranks, strict=True)
            for link, rank in zip(side, of, strict=True)
        }
        self._names = {link: self._of(link) for side in lines for link in side}
        # For each side: the last of its lines that hangs on something.
        self._last: tuple[dict[str, int], dict[str, int]] = ({}, {})
        for side, last in zip(lines, self._last, strict=True):
            for link in side:
                last |= dict.fromkeys(self._names[link], link.number)
        marks = {m for link in self._names for row in self._model.rows(link) for m in row.marks}
        strangers = (mark.removeprefix(f"{ASSUMED} ") for mark in marks if ASSUMED in mark)
        self.strangers = tuple(sorted(strangers))

    def kept(self, at: tuple[At, At], known: Known) -> Known:
        """Return what is settled without that on which neither run hangs any more."""
        numbers = [each.link.number if isinstance(each, Cursor) else None for each in at]
        return frozenset(
            (name, value)
            for name, value in known
            if any(
                number is not None and last.get(name, -1) >= number
                for number, last in zip(numbers, self._last, strict=True)
            )
        )

    def steps(
        self, at: tuple[At, At], known: Known
    ) -> Iterator[tuple[tuple[At, At], Known, tuple[Choice | None, Choice | None]]]:
        """Yield what can come next: of a line that both have and both stand at, for both."""
        ranks = [self._rank(each) for each in at]
        moves = [rank == min(ranks) for rank in ranks]
        here = next(each for each, moved in zip(at, moves, strict=True) if moved)
        assert isinstance(here, Cursor)  # noqa: S101  # a run that has ended has the highest rank
        for outcome in self._outcomes(here.link, known):
            after: list[At] = []
            choice: list[Choice | None] = []
            for each, moved in zip(at, moves, strict=True):
                if moved and isinstance(each, Cursor):
                    after.append(advance(each, outcome.code))
                    choice.append(Choice(each.link, outcome))
                else:
                    after.append(each)
                    choice.append(None)
            settled = known.union(outcome.settles)
            yield (after[0], after[1]), settled, (choice[0], choice[1])

    def _rank(self, at: At) -> float:
        return float("inf") if isinstance(at, Verdict) else self._ranks[at.link]

    def _outcomes(self, link: Link, known: Known) -> Iterator[Outcome]:
        settled = dict(known)
        answer, trouble = self._names[link][:2]
        for outcome in self._model(link, known):
            word = WORDS[outcome.code]
            how = word if outcome.code in TROUBLE else "none"
            also = ((answer, word), (trouble, how))
            if all(settled.get(name, value) == value for name, value in also):
                yield outcome.changed(settles=(*outcome.settles, *also))

    def _of(self, link: Link) -> tuple[str, ...]:
        """Return all that a line hangs on, its own answer and its module's trouble first."""
        answer = answer_of(" ".join(_words(link)))
        return (answer, trouble_of(self._model.subject(link).name), *self._model.names(link))


def _words(link: Link) -> tuple[str, ...]:
    # A line that is refused is a line of its own: it answers nothing that another could.
    return (link.module, *link.args, link.refusal)


def _ranks(old: list[tuple[str, ...]], new: list[tuple[str, ...]]) -> tuple[list[int], list[int]]:
    """Return an order of the lines of both, in which those that both have are as one.

    As many lines as can be are: a longest common subsequence.
    """
    length = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i in range(len(old) - 1, -1, -1):
        for j in range(len(new) - 1, -1, -1):
            same = old[i] == new[j]
            length[i][j] = (
                length[i + 1][j + 1] + 1 if same else max(length[i + 1][j], length[i][j + 1])
            )
    ranks: tuple[list[int], list[int]] = ([], [])
    while len(ranks[0]) < len(old) or len(ranks[1]) < len(new):
        i, j = len(ranks[0]), len(ranks[1])
        rank = i + j
        is_old = j == len(new) or (i < len(old) and length[i + 1][j] >= length[i][j + 1])
        if i < len(old) and j < len(new) and old[i] == new[j]:
            ranks[0].append(rank)
            ranks[1].append(rank)
        else:
            ranks[not is_old].append(rank)
    return ranks
