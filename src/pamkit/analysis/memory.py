"""What was worked out of policies before, remembered by all that it was worked out from.

Many machines have the same files.  What is asked of a source while something is worked out, and
what it answers, is kept with what came of it: a source that answers all of it alike gets the same,
and nothing is worked out again.  So it is known by contents, whatever the machine is called.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    from pamkit.analysis.surroundings import Mode
    from pamkit.policy.source import Reading
    from pamkit.vocab.facility import Facility

    T = TypeVar("T")

    Question = tuple[str, Hashable]
    """What is asked: the name of the function, and of which path or facility."""

MOST = 20_000
"""Things that are kept of a kind before all are forgotten: some hundred megabytes."""


class Memory:
    """Results by what they were made of, and by the answers that a source gave."""

    def __init__(self, *, most: int = MOST) -> None:
        """Keep ``most`` things of a kind, then begin anew."""
        self._most = most
        self._made: dict[Hashable, Any] = {}
        self._results: dict[Hashable, _Fork | _Result] = {}
        self._count = 0

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what ``make`` gives, which hangs on nothing but the key."""
        if key not in self._made:
            _make_room(self._made, self._most)
            self._made[key] = make()
        found: T = self._made[key]
        return found

    def asked(self, key: Hashable, source: Any, work: Callable[[Any], T]) -> T:
        """Return what ``work`` makes of a source, which hangs on the key and on its answers alone.

        INVARIANT: ``work`` asks nothing but the source it is given, and asks the same again
        wherever it gets the same answers.
        """
        known = self._results.get(key)
        while isinstance(known, _Fork):
            known = known.ways.get(_answer(source, known.question))
        if isinstance(known, _Result) and known.holds_of(source):
            found: T = known.value
            return found
        listening = _Listening(source)
        value = work(listening)
        self._learn(key, tuple(listening.heard.items()), value)
        return value

    def _learn(self, key: Hashable, heard: tuple[tuple[Question, Any], ...], value: Any) -> None:
        if self._count == self._most:
            self._results.clear()
            self._count = 0
        self._count += 1
        where: dict[Any, _Fork | _Result] = self._results
        way: Any = key
        at = 0
        while isinstance(known := where.get(way), _Fork) and _asks(heard, at, known.question):
            where, way = known.ways, heard[at][1]
            at += 1
        if isinstance(known, _Result):
            same = _same(known.left, heard[at:])
            if same < len(known.left) and _asks(heard, at + same, known.left[same][0]):
                # What was one result so far parts where the answers do.
                for asks, said in known.left[:same]:
                    fork = where[way] = _Fork(asks, {})
                    where, way = fork.ways, said
                asks, said = known.left[same]
                rest = _Result(known.left[same + 1 :], known.value, [])
                fork = where[way] = _Fork(asks, {said: rest})
                where, way = fork.ways, heard[at + same][1]
                at += same + 1
        where[way] = _Result(heard[at:], value, [])


class _Fork(Record, eq=False):
    """A question, and where each answer leads."""

    question: Question
    ways: dict[Any, _Fork | _Result]


class _Result(Record, eq=False):
    """What came of it if what is left to be asked is answered so."""

    left: tuple[tuple[Question, Any], ...]
    value: Any
    sorted: list[tuple[str, tuple[Hashable, ...], tuple[Any, ...]]]
    """What is left by what is asked, once somebody has wanted to know."""

    def holds_of(self, source: Any) -> bool:
        """Whether a source answers so."""
        if self.left and not self.sorted:
            by_name: dict[str, list[tuple[Hashable, Any]]] = {}
            for (what, of), said in self.left:
                by_name.setdefault(what, []).append((of, said))
            self.sorted.extend(
                (what, tuple(of for of, _ in asked), tuple(said for _, said in asked))
                for what, asked in by_name.items()
            )
        # Tuples look first whether things are the same one: what is equal mostly is.
        return all(tuple(map(getattr(source, what), of)) == said for what, of, said in self.sorted)


class _Listening:
    """A source that hears what is asked; nothing is asked twice."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self.heard: dict[Question, Any] = {}

    def read(self, path: str) -> Reading:
        found: Reading = self._ask(("read", path))
        return found

    def is_directory(self, path: str) -> bool:
        return bool(self._ask(("is_directory", path)))

    def names(self, directory: str) -> tuple[str, ...]:
        found: tuple[str, ...] = self._ask(("names", directory))
        return found

    def mode(self, path: str) -> Mode | None:
        found: Mode | None = self._ask(("mode", path))
        return found

    def lines(self, facility: Facility) -> object:
        return self._ask(("lines", facility))

    def _ask(self, question: Question) -> Any:
        if question not in self.heard:
            self.heard[question] = _answer(self._source, question)
        return self.heard[question]


def _answer(source: Any, question: Question) -> Any:
    what, of = question
    return getattr(source, what)(of)


def _asks(heard: tuple[tuple[Question, Any], ...], at: int, question: Question) -> bool:
    """Whether a question was asked at a place; it is, wherever work keeps to the invariant."""
    return at < len(heard) and heard[at][0] == question


def _same(one: tuple[Any, ...], other: tuple[Any, ...]) -> int:
    """Return how many pairs both begin with."""
    count = 0
    for each, beside in zip(one, other, strict=False):
        if each != beside:
            break
        count += 1
    return count


def _make_room(kept: dict[Hashable, Any], most: int) -> None:
    if len(kept) >= most:
        kept.clear()
