"""A search for controls: line by line, and all that the lines before can have led to at once."""

from __future__ import annotations

from pamkit.analysis.translate_lines import DENY, PERMIT, Put, added, choices
from pamkit.analysis.translate_names import PASSES_OVER
from pamkit.analysis.translate_plain import plain, plain_place
from pamkit.analysis.translate_runs import PASSES, groups, is_over
from pamkit.semantics.fold import fold_of
from pamkit.semantics.table import notes, step
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.translate_answers import Answers
    from pamkit.analysis.translate_lines import Choice
    from pamkit.analysis.translate_runs import Pass, Side
    from pamkit.policy.chain import Link
    from pamkit.policy.dialect import Dialect


MOST = 300
"""Sets of places that are looked at for one chain."""

FEW = 60
"""The same where there are other lines already."""

_AROUND = (((), ()), ((), (PERMIT,)), ((PERMIT,), ()), ((), (DENY,)), ((PERMIT,), (DENY,)))
"""Lines that may be added before and behind the others."""


_LEFT_OUT: Choice = ("", ())
"""The choice to write no line."""


class _Old(Record):
    """Where the old chain stands."""

    at: Cursor | Verdict
    over: bool = False


class _New(Record):
    """Where the new one stands, of which nobody knows yet how it goes on."""

    verdict: Verdict
    noted: int | None
    ended: bool = False
    over: bool = False


class _Place(Record):
    """Where both stand in one pass."""

    which: int
    old: _Old
    new: _New


def searched(
    old: Side, target: Dialect, known: Answers, most: int | None = None
) -> tuple[Put, ...] | None:
    """Return lines that grant when the old ones do, in both passes of chauthtok; or nothing.

    ``known``: what modules may answer; ``most``: how much is looked at, `MOST` if it is not given.
    """
    # DIALECT: cde passes over what it does not find, and has no modules that only answer.
    for before, behind in _AROUND[:1] if target.name in PASSES_OVER else _AROUND:
        search = _Search(old, target, known, before, behind, MOST if most is None else most)
        if (found := search.found()) is not None:
            return found
    return None


class _Search:
    def __init__(
        self,
        old: Side,
        target: Dialect,
        known: Answers,
        before: tuple[Put, ...],
        behind: tuple[Put, ...],
        most: int,
    ) -> None:
        self.old, self.target, self.known = old, target, known
        self.before = tuple(added(each, target) for each in before)
        self.behind = tuple(added(each, target) for each in behind)
        self.links = tuple(old.chain)
        self.passes = PASSES[old.chain.facility]
        self.folds = [
            fold_of(target.name, which.primitive, update=which.update) for which in self.passes
        ]
        self.choices = [self._choices(link) for link in self.links]
        self.dead: set[tuple[int, frozenset[int]]] = set()
        self.looked, self.most = 0, most
        # Places are numbered: comparing them again and again would cost most of the time.
        self.places: list[_Place] = []
        self.number_of: dict[_Place, int] = {}
        self.steps: dict[tuple[int, int, int], frozenset[int] | None] = {}

    def found(self) -> tuple[Put, ...] | None:
        places = []
        for n, which in enumerate(self.passes):
            source = fold_of(self.old.chain.rules, which.primitive, update=which.update)
            start = begin(self.old.chain.links, source)
            new = _New(plain(self.folds[n].start), None)
            for put in self.before:
                new = self._put(n, new, put)
            places.append(self._number(_Place(n, _Old(plain_place(start)), new)))
        chosen = self._from(0, frozenset(places))
        if chosen is None:
            return None
        lines = [
            Put(link.number, control, actions, link.module, link.args)
            for link, (control, actions) in zip(self.links, chosen, strict=True)
            if actions
        ]
        return (*self.before, *lines, *self.behind) or None

    def _choices(self, link: Link) -> tuple[Choice, ...]:
        """Return the controls that a line may get; one that does nothing may be left out."""
        may_go = self.known.is_idle(link.number)
        first, *others = choices(link, self.target)
        if may_go and self.target.name in PASSES_OVER:
            return (_LEFT_OUT, first, *others)
        return (first, *(_LEFT_OUT,) * may_go, *others)

    def _number(self, place: _Place) -> int:
        if place not in self.number_of:
            self.number_of[place] = len(self.places)
            self.places.append(place)
        return self.number_of[place]

    def _from(self, at: int, places: frozenset[int]) -> tuple[Choice, ...] | None:
        """Return controls for the lines from one on; `None` if there are none."""
        if at == len(self.links):
            return () if all(self._agrees(self.places[each]) for each in places) else None
        if (at, places) in self.dead or self.looked >= self.most:
            return None
        self.looked += 1
        for n, choice in enumerate(self.choices[at]):
            after = self._after(at, n, places)
            if after is None:
                continue
            rest = self._from(at + 1, after)
            if rest is not None:
                return (choice, *rest)
        self.dead.add((at, places))
        return None

    def _after(self, at: int, choice: int, places: frozenset[int]) -> frozenset[int] | None:
        """Return where a line leads to with a choice; `None` if it has parted them for good."""
        found: set[int] = set()
        for place in places:
            key = (at, choice, place)
            if key not in self.steps:
                self.steps[key] = self._step_of(at, choice, self.places[place])
            there = self.steps[key]
            if there is None:
                return None
            found |= there
        return frozenset(found)

    def _step_of(self, at: int, choice: int, place: _Place) -> frozenset[int] | None:
        moved = self._moved(self.links[at], self.choices[at][choice][1], place)
        return None if any(map(_have_parted, moved)) else frozenset(map(self._number, moved))

    def _moved(self, link: Link, actions: tuple[int, ...], place: _Place) -> set[_Place]:
        old, new, which = place.old, place.new, self.passes[place.which]
        asks = isinstance(old.at, Cursor) and old.at.link is link
        is_asked = not new.ended and bool(actions)
        if not asks and not is_asked:
            return {place}
        tables = (link.actions,) * asks + (actions,) * is_asked
        found = set()
        for code in groups(tables, 1, self.known.may(link.number, which.primitive)):
            there, here = old, new
            if asks:
                there = _old_step(old, code, which, self.old.dialect)
            if is_asked:
                here = self._step(place.which, new, actions, code)
            found.add(_Place(place.which, there, here))
        return found

    def _step(self, n: int, new: _New, actions: tuple[int, ...], code: int) -> _New:
        action, fold = actions[code], self.folds[n]
        after, ended = step(new.verdict, action, code, fold.start, fold=fold, noted=new.noted)
        noted = new.noted
        if noted is None and notes(new.verdict, action, fold):
            noted = ReturnCode.AUTH_ERR
        over = ended and is_over(self.target, self.passes[n], action, after)
        return _New(plain(after), noted, ended, over)

    def _put(self, n: int, new: _New, put: Put) -> _New:
        """Return what an added line makes of it."""
        code = ReturnCode.SUCCESS if put.module == PERMIT.module else ReturnCode.AUTH_ERR
        return new if new.ended else self._step(n, new, put.actions, code)

    def _agrees(self, place: _Place) -> bool:
        new = place.new
        for put in self.behind:
            new = self._put(place.which, new, put)
        return not _have_parted(_Place(place.which, place.old, new.changed(ended=True)))


def _old_step(old: _Old, code: int, which: Pass, dialect: Dialect) -> _Old:
    assert isinstance(old.at, Cursor)  # noqa: S101  # it asks
    after = advance(old.at, code)
    over = isinstance(after, Verdict) and is_over(dialect, which, old.at.link.actions[code], after)
    return _Old(plain_place(after), over)


def _have_parted(place: _Place) -> bool:
    """Whether nothing that follows can make them agree: one is at its end."""
    old, new = place.old, place.new
    if not isinstance(old.at, Verdict):
        return False
    grants = old.at.mood is Mood.GRANTED
    if new.ended:
        return (new.verdict.mood is Mood.GRANTED) is not grants or old.over is not new.over
    # No control that is tried takes a no back.
    return grants and new.verdict.mood is Mood.DENIED
