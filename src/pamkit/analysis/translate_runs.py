"""Two chains under two families, asked side by side: where they part, each with a run.

A line of the new chain is one of the old one (its module then answers both alike), or one that was
added, whose answer is known.  Whatever modules may answer is looked at (`translate_answers`): of
those of which nothing is known, everything.
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.translate_answers import ANY
from pamkit.analysis.translate_plain import plain_place
from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.semantics.fold import fold_of
from pamkit.semantics.replay import Replay, advance_replay, begin_replay
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.translate_answers import Answers as Known
    from pamkit.policy.chain import Chain
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.table import Fold
    from pamkit.semantics.trace import Path

    At = Cursor | Replay | Verdict
    Answers = tuple[tuple[int, int], ...]


MOST = 30_000
"""Pairs of places that are looked at before it is given up."""


MOST_PATHS = 32
"""Ways of authenticate that setcred is looked at on; the same for sessions."""


class TooMany(Exception):
    """There is more to look at than anybody wants to wait for."""


class Pass(Record):
    """One way through a chain that an application asks for; ``update`` is the pass of chauthtok."""

    primitive: Primitive
    update: bool | None = None

    @property
    def words(self) -> str:
        """The pass as people call it."""
        if self.update is None:
            return self.primitive.name.lower()
        return "chauthtok" if self.update else "the check of chauthtok"


PASSES = {
    Facility.AUTH: (Pass(Primitive.AUTHENTICATE),),
    Facility.ACCOUNT: (Pass(Primitive.ACCT_MGMT),),
    Facility.SESSION: (Pass(Primitive.OPEN_SESSION),),
    Facility.PASSWORD: (Pass(Primitive.CHAUTHTOK, False), Pass(Primitive.CHAUTHTOK, True)),
}
"""What a facility is asked, but for what follows (`FOLLOWING`)."""

FOLLOWING = {
    Facility.AUTH: Pass(Primitive.SETCRED),
    Facility.SESSION: Pass(Primitive.CLOSE_SESSION),
}
"""What is asked after a yes to the pass of `PASSES`."""


class Side(Record, eq=False):
    """A chain under the rules of its family.

    ``origin`` is the number of the old line for each link, `None` for one that was added; then
    ``said`` is what it answers, by pass.
    """

    chain: Chain
    dialect: Dialect
    origin: tuple[int | None, ...]
    is_permit: tuple[bool, ...]

    def said(self, number: int, primitive: Primitive) -> int:
        """Return what an added line answers."""
        return ReturnCode.SUCCESS if self.is_permit[number] else DENIALS[primitive]


DENIALS = {
    Primitive.AUTHENTICATE: ReturnCode.AUTH_ERR,
    Primitive.SETCRED: ReturnCode.CRED_ERR,
    Primitive.ACCT_MGMT: ReturnCode.AUTH_ERR,
    Primitive.OPEN_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CLOSE_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CHAUTHTOK: ReturnCode.AUTHTOK_ERR,
}
"""What `pam_deny` answers."""


class Kind(Names):
    """In what two chains part."""

    LOOSER = 0
    """Only the new one grants."""
    STRICTER = 1
    """Only the old one grants."""
    NO_UPDATE = 2
    """Only one is done with the check of chauthtok, and changes nothing."""
    MUST_CHANGE = 3
    """Both refuse, and only one with "must change the password"."""
    CODE = 4
    ASKED = 5
    """A module is asked by one of them only."""


GRANTS = (Kind.LOOSER, Kind.STRICTER, Kind.NO_UPDATE)
"""Kinds in which only one of them says yes, or does what it says yes to."""


class Parting(Record):
    """Where two chains part.

    ``answers`` are what the old lines answer, by number; ``before`` what they answered in the pass
    before, where this one follows it.  ``codes`` are what the old and the new one tell.
    """

    kind: Kind
    which: Pass
    answers: Answers
    codes: tuple[int, int]
    before: Answers = ()


def side_of(chain: Chain, dialect: Dialect) -> Side:
    """Return an old chain as it is."""
    count = sum(1 for _ in _numbers(chain.links))
    return Side(chain, dialect, tuple(range(count)), (False,) * count)


def _numbers(links: Iterable[object]) -> Iterator[None]:
    for link in links:
        yield None
        if not isinstance(link, Link):
            yield from _numbers(link.links)  # type: ignore[attr-defined]  # a substack


def partings(old: Side, new: Side, which: Pass, known: Known = ANY) -> dict[Kind, Parting]:
    """Return a shortest run to each kind of parting; raises `TooMany`.

    Whatever codes the modules may answer are looked at.
    """
    walk = _Walk(old, new, which, known)
    first, second = (_Stand(begin(side.chain.links, _fold(side, which))) for side in (old, new))
    for _ in walk.ends(first, second):
        pass
    return walk.found


def differing(old: Side, new: Side, which: Pass, known: Known = ANY) -> Parting | None:
    """Return a shortest run that one grants and the other does not; raises `TooMany`.

    Codes are not told apart: that is far less to look at.
    """
    walk = _Walk(old, new, which, known, is_plain=True)
    first, second = (_Stand(begin(side.chain.links, _fold(side, which))) for side in (old, new))
    for _ in walk.ends(first, second):
        pass
    return next((walk.found[kind] for kind in GRANTS if kind in walk.found), None)


def following_partings(
    old: Side, new: Side, which: Pass, then: Pass, known: Known = ANY
) -> dict[Kind, Parting]:
    """Return the same for what follows a pass that both have granted; raises `TooMany`."""
    walk = _Walk(old, new, which, known, most=MOST // 20, one_of_each=True)
    starts = tuple(
        _Stand(begin(side.chain.links, _fold(side, which)), path=_path_of(side, which))
        for side in (old, new)
    )
    found: dict[Kind, Parting] = {}
    done: set[tuple[Path | None, Path | None]] = set()
    for first, second, before in walk.ends(*starts):
        paths = (first.path, second.path)
        if told(first.at) or told(second.at) or paths in done:
            continue
        if len(done) == MOST_PATHS:
            raise TooMany
        done.add(paths)
        beside = _Walk(old, new, then, known)
        for _ in beside.ends(_after(first, old, then), _after(second, new, then)):
            pass
        for kind, parting in beside.found.items():
            found.setdefault(kind, parting.changed(before=before))
    return found


@lru_cache(maxsize=4096)
def groups(
    tables: tuple[tuple[int, ...], ...], of_each: int = 1, among: frozenset[int] | None = None
) -> tuple[int, ...]:
    """Return codes that stand for all: those of a group have the same actions in all tables.

    Two of each are enough to tell one error from another.  ``among``: the codes that there are;
    `None`: all.
    """
    found: dict[tuple[int, ...], list[int]] = {}
    for code in range(CODE_COUNT):
        if among is not None and code not in among:
            continue
        special = code if code in SPECIAL else -1
        found.setdefault((special, *(table[code] for table in tables)), []).append(code)
    # The last of a group are no family's own errors.
    return tuple(code for codes in found.values() for code in codes[-of_each:])


SPECIAL = (ReturnCode.SUCCESS, ReturnCode.NEW_AUTHTOK_REQD, ReturnCode.IGNORE)


def told(at: At) -> int:
    """Return the code that an application hears at an end; raises `TypeError` before it."""
    if not isinstance(at, Verdict):
        raise TypeError("the run is not at its end")
    return ReturnCode.SUCCESS if at.mood is Mood.GRANTED else at.code


def is_over(dialect: Dialect, which: Pass, action: int, verdict: Verdict) -> bool:
    """Whether an end of the check of chauthtok is that of all of it, without an update."""
    ends_all = dialect.done_check_is_all and which.update is False and action == Action.DONE
    return ends_all and verdict.mood is Mood.GRANTED


class _Stand(Record):
    """Where one side stands; ``path`` is how it came there, where that matters."""

    at: At
    is_over: bool = False
    path: Path | None = None

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from other places."""
        at = self.at
        if isinstance(at, Verdict):
            return at, self.is_over, self.path
        if isinstance(at, Replay):
            return at.link.number, at.here.verdict, at.recorded.verdict, self.path
        entries = tuple(frame.entry for frame in at.frames)
        return at.link.number, entries, at.verdict, at.noted, self.path


class _Walk:
    """Both sides, walked side by side."""

    def __init__(
        self,
        old: Side,
        new: Side,
        which: Pass,
        known: Known,
        *,
        most: int = 0,
        one_of_each: bool = False,
        is_plain: bool = False,
    ) -> None:
        self.sides, self.which, self.known = (old, new), which, known
        self.most, self.of_each = most or MOST, 1 if one_of_each or is_plain else 2
        self.is_plain = is_plain
        self.found: dict[Kind, Parting] = {}
        self.codes: dict[tuple[object, ...], tuple[int, ...]] = {}

    def ends(self, old: _Stand, new: _Stand) -> Iterator[tuple[_Stand, _Stand, Answers]]:
        """Yield each pair of ends with a run to it, and note where they part."""
        first = (self._on(0, old), self._on(1, new))
        todo: list[tuple[tuple[_Stand, _Stand], Answers]] = [(first, ())]
        seen = {(first[0].key, first[1].key)}
        for pair, answers in todo:
            line = min(self._line(n, pair[n]) for n in (0, 1))
            if line == _END:
                self._note_end(pair[0], pair[1], answers)
                yield (*pair, answers)
                continue
            moving = [n for n in (0, 1) if self._line(n, pair[n]) == line]
            if len(moving) == 1 and not self.known.is_idle(line):
                self._note(Kind.ASKED, answers, (line, moving[0]))
            for code in self._answers(line, [_link(pair[n].at) for n in moving]):
                there = (
                    self._moved(0, pair[0], code) if 0 in moving else pair[0],
                    self._moved(1, pair[1], code) if 1 in moving else pair[1],
                )
                key = (there[0].key, there[1].key)
                if key not in seen:
                    if len(seen) >= self.most:
                        raise TooMany
                    seen.add(key)
                    todo.append((there, (*answers, (line, code))))

    def _line(self, n: int, stand: _Stand) -> int:
        if isinstance(stand.at, Verdict):
            return _END
        line = self.sides[n].origin[stand.at.link.number]
        assert line is not None  # noqa: S101  # `_on` never stops at an added line
        return line

    def _answers(self, line: int, links: list[Link]) -> tuple[int, ...]:
        """Return what a line may answer; 32 and more are no codes, and refuse everywhere."""
        tables = tuple(link.actions for link in links)
        if (line, tables) not in self.codes:
            may = self.known.may(line, self.which.primitive)
            self.codes[line, tables] = groups(tables, self.of_each, may)
        return self.codes[line, tables]

    def _moved(self, n: int, stand: _Stand, code: int) -> _Stand:
        return self._on(n, self._step(n, stand, code))

    def _on(self, n: int, stand: _Stand) -> _Stand:
        """Let the lines answer that were added."""
        side = self.sides[n]
        while not isinstance(stand.at, Verdict):
            number = stand.at.link.number
            if side.origin[number] is not None:
                break
            stand = self._step(n, stand, side.said(number, self.which.primitive))
        return stand

    def _step(self, n: int, stand: _Stand, code: int) -> _Stand:
        at, dialect = stand.at, self.sides[n].dialect
        link = _link(at)
        path = None if stand.path is None else (*stand.path, (link.number, code))
        if isinstance(at, Replay):
            return _Stand(advance_replay(at, code, jump_counts=dialect.jump_counts), path=path)
        assert isinstance(at, Cursor)  # noqa: S101  # it has a link
        after = advance(at, code)
        if self.is_plain:
            after = plain_place(after)
        over = isinstance(after, Verdict) and is_over(
            dialect, self.which, link.actions[code], after
        )
        return _Stand(after, over, path)

    def _note_end(self, old: _Stand, new: _Stand, answers: Answers) -> None:
        codes = (told(old.at), told(new.at))
        grants = [code == ReturnCode.SUCCESS for code in codes]
        if grants[0] is not grants[1]:
            self._note(Kind.LOOSER if grants[1] else Kind.STRICTER, answers, codes)
        elif old.is_over is not new.is_over:
            self._note(Kind.NO_UPDATE, answers, codes)
        elif codes[0] != codes[1]:
            is_account = self.which.primitive is Primitive.ACCT_MGMT
            must = is_account and ReturnCode.NEW_AUTHTOK_REQD in codes
            self._note(Kind.MUST_CHANGE if must else Kind.CODE, answers, codes)

    def _note(self, kind: Kind, answers: Answers, codes: tuple[int, int]) -> None:
        if kind not in self.found:
            self.found[kind] = Parting(kind, self.which, answers, codes)


_END = 1 << 30


def _fold(side: Side, which: Pass) -> Fold:
    return fold_of(side.chain.rules, which.primitive, update=which.update)


def _link(at: At) -> Link:
    assert not isinstance(at, Verdict)  # noqa: S101  # who is at an end is not asked
    return at.link


def _path_of(side: Side, which: Pass) -> Path | None:
    """Return an empty path where what follows keeps to it (DIALECT: linux)."""
    return () if _fold(side, which) is LINUX_FOLD else None


def _after(stand: _Stand, side: Side, then: Pass) -> _Stand:
    """Return where what follows a yes begins."""
    if stand.path is None:
        return _Stand(begin(side.chain.links, _fold(side, then)))
    return _Stand(begin_replay(side.chain.links, stand.path))
