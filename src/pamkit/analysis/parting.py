"""Where two families' folds of the same lines part: at which line, and on which answer.

Both folds walk the lines side by side and hear the same answers.  A line is where they part if
before it no fold of the first family could tell where the two stand, and behind it there are
answers on which one lets by and the other does not, or on which both let by and ask others.  So a
line is named if, and only if, something hangs on it; what follows from an earlier line is not said
again (`test_lines_part_where_the_folds_do`).
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.model import TOLD_APART
from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.semantics.replay import Replay, advance_replay
from pamkit.semantics.table import Fold, notes, step
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.semantics.walk import Cursor, Frame, advance
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    Rows = tuple[tuple[int, ...], ...]
    """What each line of a chain does with each code."""
    Answer = tuple[int, ...]
    """What a line answers; where one call follows another, what it answers to both."""

MOST = 100_000
"""Steps that are tried for one chain and two families before it is given up."""

MOST_LINES = 150
"""Lines of a chain that is compared."""

YES, MUST_CHANGE, NO, ALL_DONE = "yes", "must change", "no", "all done"
"""What a call can come to; `ALL_DONE` is a yes behind which no second pass is made.

Where codes are told apart a refusal is the word of its code.
"""

_GOOD = (YES, MUST_CHANGE, ALL_DONE)


class TooLong(Exception):
    """There is more to compare than can be looked at."""


class At(Record):
    """Where one fold stands.

    ``live``: the next line will be asked.  ``earlier`` is where the call stands that went before;
    ``is_all``: no second pass is made.
    """

    verdict: Verdict
    noted: int | None = None
    live: bool = True
    earlier: At | None = None
    is_all: bool = False


class Way(Record):
    """How one family judges lines in one call.

    ``rows`` are the actions of each line.  ``earlier`` is the fold of the call that goes before,
    which must have granted; with ``replays`` its path is followed (``jump_counts`` as in
    `policy.dialect.Dialect`).  ``done_is_all``: a yes that ends the chain ends the call with it.
    ``start`` stands in the place of the fold's own first verdict.
    """

    rows: Rows
    fold: Fold
    earlier: Fold | None = None
    replays: bool = False
    done_is_all: bool = False
    start: Verdict | None = None
    closes: bool | None = None
    with_codes: bool = False

    @property
    def is_closing(self) -> bool:
        """Whether an earlier yes counts where nobody says anything."""
        return self.replays if self.closes is None else self.closes

    def begin(self) -> At:
        """Return where it stands before the first line."""
        start = self.fold.start if self.start is None else self.start
        return At(start, earlier=None if self.earlier is None else At(self.earlier.start))

    def go(self, line: int, at: At, answer: Answer) -> At:
        """Return where it stands behind a line."""
        actions = self.rows[line]
        if at.earlier is None:
            return self._folded(actions, at, answer[0]) if at.live else at
        assert self.earlier is not None  # noqa: S101  # said for type checkers
        before = at.earlier
        after = _folded(self.earlier, actions, before, answer[0]) if before.live else before
        if not at.live:
            return at.changed(earlier=after)
        if not self.replays:
            return _folded(self.fold, actions, at, answer[1]).changed(earlier=after)
        verdict = _followed(actions, before.verdict, at.verdict, answer)
        return At(verdict, None, after.live, after)

    def _folded(self, actions: tuple[int, ...], at: At, answer: int) -> At:
        after = _folded(self.fold, actions, at, answer)
        ends_all = self.done_is_all and not after.live and actions[answer] == Action.DONE
        return after.changed(is_all=True) if ends_all else after

    def told(self, at: At) -> str:
        """Return what the call comes to."""
        verdict = at.verdict
        if self.is_closing and at.earlier is not None:
            verdict = _closed(at.earlier.verdict, verdict)
        if verdict.mood is Mood.GRANTED:
            return ALL_DONE if at.is_all else YES
        if verdict.code == ReturnCode.NEW_AUTHTOK_REQD:
            return MUST_CHANGE
        return WORDS[verdict.code] if self.with_codes else NO

    def counts(self, at: At) -> bool:
        """Whether the call is made at all: the one before it was granted."""
        return at.earlier is None or at.earlier.verdict.mood is Mood.GRANTED

    def handed(self, own: At, other: At) -> At:
        """Return where this fold would stand if it had the verdict of another one."""
        if not self.replays or own.earlier is None:
            return other.changed(earlier=own.earlier)
        live = own.live and other.live
        return At(other.verdict, None, live, own.earlier)


class Parting(Record, eq=False):
    """A line at which two ways part: the answer, and where both stood before and behind it."""

    line: int
    answer: Answer
    before: tuple[At, At]
    after: tuple[At, At]


def partings(old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]) -> list[Parting]:
    """Return where two ways of the same lines part: each line and answer once.

    ``answers`` are those that each line may give.  What hangs on the verdict before the first
    answer is no line's: see `silence_matters`.  Raises `TooLong`.
    """
    new = _begun_alike(old, new)
    return _Search(old, new, answers).found()


def differs(old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]) -> bool:
    """Whether there are answers on which two ways come to something else; raises `TooLong`."""
    return _Search(old, new, answers).differ(0, old.begin(), new.begin(), apart=False)


def nobody_said(old: Way, new: Way) -> tuple[str, str]:
    """Return what both come to where every line was asked and none had a say."""
    granted = At(Verdict(Mood.GRANTED, ReturnCode.SUCCESS))
    told = [
        way.told(way.begin() if way.earlier is None else way.begin().changed(earlier=granted))
        for way in (old, new)
    ]
    return told[0], told[1]


def silence_matters(old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]) -> bool:
    """Whether it makes a difference what is told where nobody has a say; raises `TooLong`."""
    said = nobody_said(old, new)
    return said[0] != said[1] and differs(_begun_alike(old, new), new, answers)


def _begun_alike(old: Way, new: Way) -> Way:
    """Return a way that tells what the old one does where nobody has a say."""
    return new.changed(start=old.fold.start, closes=old.is_closing)


def told_apart(
    codes: tuple[int, ...], rows: tuple[tuple[int, ...], ...], alike: int = 1
) -> tuple[int, ...]:
    """Return codes without those that are treated alike; ``alike`` of them stay."""
    seen: dict[object, list[int]] = {}
    for code in codes:
        kind = code if code in TOLD_APART else -1
        same = seen.setdefault((kind, *(row[code] for row in rows)), [])
        if len(same) < alike:
            same.append(code)
    return tuple(code for same in seen.values() for code in same)


class _Search:
    """Two ways, walked side by side on all answers."""

    def __init__(self, old: Way, new: Way, answers: tuple[tuple[Answer, ...], ...]) -> None:
        self.old, self.new, self.answers = old, new, answers
        self.count = len(answers)
        if self.count > MOST_LINES:
            raise TooLong
        self.steps = 0
        self._alike: dict[tuple[int, At, At, bool], bool] = {}
        self._differ: dict[tuple[int, At, At, bool], bool] = {}

    def found(self) -> list[Parting]:
        """Return where they part."""
        here = {(self.old.begin(), self.new.begin(), False): None}
        found: dict[tuple[int, Answer], Parting] = {}
        for line in range(self.count):
            there: dict[tuple[At, At, bool], None] = {}
            for old, new, apart in here:
                together = self.alike(line, old, self.old.handed(old, new), apart=apart)
                for answer, before, after, is_apart in self._moves(line, old, new, apart=apart):
                    there[before, after, is_apart] = None
                    key = (line, answer)
                    is_new = together and key not in found
                    if is_new and self._parts(line + 1, before, after, apart=is_apart):
                        found[key] = Parting(line, answer, (old, new), (before, after))
            here = there
        return list(found.values())

    def _parts(self, line: int, old: At, new: At, *, apart: bool) -> bool:
        handed = self.old.handed(old, new)
        return not self.alike(line, old, handed, apart=apart) and self.differ(
            line, old, new, apart=apart
        )

    def alike(self, line: int, old: At, handed: At, *, apart: bool) -> bool:
        """Whether the first family's fold comes to the same from here, whatever is answered."""
        if old == handed and not apart:
            return True
        key = (line, old, handed, apart)
        if key not in self._alike:
            if line == self.count:
                self._alike[key] = not self._apart((self.old, old), (self.old, handed), apart)
            else:
                self._alike[key] = all(
                    self.alike(
                        line + 1,
                        self.old.go(line, old, answer),
                        self.old.go(line, handed, answer),
                        apart=apart or old.live is not handed.live,
                    )
                    for answer in self._answers(line)
                )
        return self._alike[key]

    def differ(self, line: int, old: At, new: At, *, apart: bool) -> bool:
        """Whether there are answers on which both come to something else from here."""
        key = (line, old, new, apart)
        if key not in self._differ:
            if line == self.count:
                self._differ[key] = self._apart((self.old, old), (self.new, new), apart)
            else:
                self._differ[key] = any(
                    self.differ(line + 1, before, after, apart=is_apart)
                    for _, before, after, is_apart in self._moves(line, old, new, apart=apart)
                )
        return self._differ[key]

    def _moves(
        self, line: int, old: At, new: At, *, apart: bool
    ) -> Iterator[tuple[Answer, At, At, bool]]:
        apart = apart or old.live is not new.live
        for answer in self._answers(line):
            yield answer, self.old.go(line, old, answer), self.new.go(line, new, answer), apart

    def _answers(self, line: int) -> tuple[Answer, ...]:
        self.steps += len(self.answers[line])
        if self.steps > MOST:
            raise TooLong
        return self.answers[line]

    def _apart(self, old: tuple[Way, At], new: tuple[Way, At], apart: bool) -> bool:
        if not (old[0].counts(old[1]) and new[0].counts(new[1])):
            return False
        before, after = (way.told(at) for way, at in (old, new))
        return before != after or (apart and before in _GOOD)


@lru_cache(maxsize=65536)
def _stepped(
    fold: Fold, action: int, verdict: Verdict, noted: int | None, answer: int
) -> tuple[Verdict, int | None, bool]:
    after, ends = step(verdict, action, answer, fold.start, fold=fold, noted=noted)
    if noted is None and notes(verdict, action, fold):
        noted = answer
    return after, noted, ends


def _folded(fold: Fold, actions: tuple[int, ...], at: At, answer: int) -> At:
    action = actions[answer]
    verdict, noted, ends = _stepped(fold, action, at.verdict, at.noted, answer)
    return At(verdict, noted, not ends, at.earlier)


_PLACE = Span("", 1)
_BEHIND = Link(1, "", (), (int(Action.IGNORE),) * CODE_COUNT, "", _PLACE)
"""A line that has no say."""


@lru_cache(maxsize=65536)
def _followed(actions: tuple[int, ...], chose: Verdict, here: Verdict, answer: Answer) -> Verdict:
    """Return the verdict of a call that follows another one, behind a line that is not the last."""
    judged, said = answer
    links = (Link(0, "", (), actions, "", _PLACE), _BEHIND)
    cursors = (Cursor((Frame(links, 0, START),), verdict) for verdict in (chose, here))
    recorded, now = cursors
    after = advance(recorded, judged)
    rest = ((1, int(ReturnCode.SUCCESS)),) if isinstance(after, Cursor) else ()
    replay = Replay(recorded, now, ((0, judged), *rest))
    there = advance_replay(replay, said)
    return there.here.verdict if isinstance(there, Replay) else there


@lru_cache(maxsize=65536)
def _closed(chose: Verdict, here: Verdict) -> Verdict:
    """Return how a call ends that follows another one."""
    cursors = (Cursor((Frame((_BEHIND,), 0, START),), verdict) for verdict in (chose, here))
    recorded, now = cursors
    ended = advance_replay(Replay(recorded, now, ((1, int(ReturnCode.SUCCESS)),)), 0)
    assert isinstance(ended, Verdict)  # noqa: S101  # there is one line
    return ended
