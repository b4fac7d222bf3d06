"""A search for controls: line by line, and all that the lines before can have led to at once."""

from __future__ import annotations

from pamkit.analysis.translate_lines import DENY, PERMIT, Put, added, choices
from pamkit.analysis.translate_runs import PASSES, groups, is_over
from pamkit.semantics.fold import fold_of
from pamkit.semantics.table import notes, step
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.translate_lines import Choice
    from pamkit.analysis.translate_runs import Pass, Side
    from pamkit.policy.chain import Link
    from pamkit.policy.dialect import Dialect


MOST = 300
"""Sets of places that are looked at for one chain."""

_AROUND = (((), ()), ((), (PERMIT,)), ((PERMIT,), ()), ((), (DENY,)), ((PERMIT,), (DENY,)))
"""Lines that may be added before and behind the others."""


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


def searched(old: Side, target: Dialect) -> tuple[Put, ...] | None:
    """Return lines that grant when the old ones do, in both passes of chauthtok; or nothing."""
    for before, behind in _AROUND:
        search = _Search(old, target, before, behind)
        if (found := search.found()) is not None:
            return found
    return None


class _Search:
    def __init__(
        self, old: Side, target: Dialect, before: tuple[Put, ...], behind: tuple[Put, ...]
    ) -> None:
        self.old, self.target = old, target
        self.before = tuple(added(each, target) for each in before)
        self.behind = tuple(added(each, target) for each in behind)
        self.links = tuple(old.chain)
        self.passes = PASSES[old.chain.facility]
        self.folds = [
            fold_of(target.name, which.primitive, update=which.update) for which in self.passes
        ]
        self.dead: set[tuple[int, frozenset[object]]] = set()
        self.looked = 0
        self.steps: dict[object, tuple[_Place, ...]] = {}

    def found(self) -> tuple[Put, ...] | None:
        places = []
        for n, which in enumerate(self.passes):
            source = fold_of(self.old.chain.rules, which.primitive, update=which.update)
            start = begin(self.old.chain.links, source)
            new = _New(_plain(self.folds[n].start), None)
            for put in self.before:
                new = self._put(n, new, put)
            places.append(_Place(n, _Old(plain_place(start)), new))
        chosen = self._from(0, frozenset(places))
        if chosen is None:
            return None
        lines = [
            Put(link.number, control, actions, link.module, link.args)
            for link, (control, actions) in zip(self.links, chosen, strict=True)
        ]
        return (*self.before, *lines, *self.behind)

    def _from(self, at: int, places: frozenset[_Place]) -> tuple[Choice, ...] | None:
        """Return controls for the lines from one on; `None` if there are none."""
        if at == len(self.links):
            return () if all(map(self._agrees, places)) else None
        if (at, places) in self.dead or self.looked >= MOST:
            return None
        self.looked += 1
        for choice in choices(self.links[at], self.target):
            after = self._after(self.links[at], choice[1], places)
            if after is None:
                continue
            rest = self._from(at + 1, after)
            if rest is not None:
                return (choice, *rest)
        self.dead.add((at, places))
        return None

    def _after(
        self, link: Link, actions: tuple[int, ...], places: frozenset[_Place]
    ) -> frozenset[_Place] | None:
        """Return where a line leads to; `None` if it has parted them for good."""
        found: set[_Place] = set()
        for place in places:
            key = (link.number, actions, place)
            if key not in self.steps:
                self.steps[key] = tuple(self._moved(link, actions, place))
            there = self.steps[key]
            if any(map(_have_parted, there)):
                return None
            found.update(there)
        return frozenset(found)

    def _moved(self, link: Link, actions: tuple[int, ...], place: _Place) -> set[_Place]:
        old, new, which = place.old, place.new, self.passes[place.which]
        asks = isinstance(old.at, Cursor) and old.at.link is link
        if not asks and new.ended:
            return {place}
        tables = (link.actions,) * asks + (actions,) * (not new.ended)
        found = set()
        for code in groups(tables):
            there, here = old, new
            if asks:
                there = _old_step(old, code, which, self.old.dialect)
            if not new.ended:
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
        return _New(_plain(after), noted, ended, over)

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


_CODES = {
    Mood.UNDECIDED: ReturnCode.AUTH_ERR,
    Mood.GRANTED: ReturnCode.SUCCESS,
    Mood.QUALIFIED: ReturnCode.NEW_AUTHTOK_REQD,
    Mood.DENIED: ReturnCode.AUTH_ERR,
}
_PLAIN = {mood: Verdict(mood, code) for mood, code in _CODES.items()}


def _plain(verdict: Verdict) -> Verdict:
    """Return a verdict without its code, on which nothing hangs but what is told."""
    return _PLAIN[verdict.mood]


def plain_place(at: Cursor | Verdict) -> Cursor | Verdict:
    """Return a place without the codes that were told on the way to it."""
    if isinstance(at, Verdict):
        return _plain(at)
    frames = tuple(frame.changed(entry=_plain(frame.entry)) for frame in at.frames)
    noted = None if at.noted is None else ReturnCode.AUTH_ERR
    return at.changed(frames=frames, verdict=_plain(at.verdict), noted=noted)
