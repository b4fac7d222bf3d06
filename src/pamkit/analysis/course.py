"""A primitive walked with all that its answer hangs on: once, twice, or behind another one.

authenticate, acct_mgmt and open_session walk their lines once.  chauthtok walks them twice: the
second time only after a yes, and a link whose check never ran may not change anything (what libpam
does: the quirk `update-unchecked`).  setcred and close_session follow the lines that authenticate
and open_session went through.
"""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.policy.dialect import dialect_named
from pamkit.semantics.fold import fold_of
from pamkit.semantics.replay import Replay, advance_replay
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import REPLAYS, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.chain import Link
    from pamkit.semantics.table import Fold
    from pamkit.semantics.trace import Path
    from pamkit.semantics.walk import Links

    Place = tuple[bool, int, tuple[object, ...], Verdict, frozenset[int], int | None]
    Walk = Cursor | Verdict


class Stand(Record):
    """Where a run stands.

    ``again`` is the second walk of chauthtok, ``asked`` the numbers of the links that the first one
    asked.  ``beside`` is where the primitive stands that follows this one, at the same link.
    ``walks`` is where two primitives stand that each walk on their own; ``cursor`` is that of the
    one whose link comes first.
    """

    cursor: Cursor
    again: bool = False
    asked: frozenset[int] = frozenset()
    beside: Cursor | None = None
    walks: tuple[Walk, ...] = ()

    @property
    def asks(self) -> tuple[bool, ...]:
        """Which primitives the link is asked for; empty if for each."""
        return tuple(isinstance(at, Cursor) and at.link is self.link for at in self.walks)

    @property
    def link(self) -> Link:
        """The link to ask."""
        return self.cursor.link

    @property
    def may_be_asked(self) -> bool:
        """Whether the link is asked at all: who was not asked to check may not change."""
        link = self.link
        return not self.again or bool(link.refusal) or link.number in self.asked

    @property
    def place(self) -> Place:
        """What tells this stand from others in the same chain."""
        frames, verdict = self.cursor.frames, self.cursor.verdict
        entries: tuple[object, ...] = tuple(frame.entry for frame in frames)
        if self.beside is not None:
            entries = (
                *entries,
                *(frame.entry for frame in self.beside.frames),
                self.beside.verdict,
            )
        entries = (*entries, *map(_place, self.walks))
        return self.again, self.link.number, entries, verdict, self.asked, self.cursor.noted


def _place(at: Walk) -> object:
    """Return what tells where a walk stands in its chain."""
    if isinstance(at, Verdict):
        return at
    entries = tuple(frame.entry for frame in at.frames)
    return at.link.number, entries, at.verdict, at.noted


class Ended(Record):
    """How a run ended: with the code that the program is told.

    ``counts`` is false where what it follows was refused already: then it says nothing of its own.
    Where it is asked what follows a refusal, it is false behind a yes.
    """

    code: int
    counts: bool = True

    @property
    def is_granted(self) -> bool:
        """Whether it ended with yes."""
        return self.code == ReturnCode.SUCCESS


class Course(Record, eq=False):
    """The walk of a primitive through a chain.

    ``primitives`` are those that each link is asked for: the one that chooses the way first.
    ``jump_counts`` as in `policy.dialect.Dialect`, ``rules`` as in `policy.chain.Chain`.  With
    ``on_its_own`` the second primitive walks the lines anew.  ``refused``: it is asked what follows
    a refusal of the first.
    """

    links: Links
    primitives: tuple[Primitive, ...]
    jump_counts: bool = False
    rules: str = ""
    on_its_own: bool = False
    refused: bool = False

    def start(self) -> Stand | Ended:
        """Return where it begins; a chain without links is refused."""
        if self.on_its_own:
            folds = (fold_of(self.rules, each) for each in self.primitives)
            return self._apart(tuple(begin(self.links, fold) for fold in folds))
        first = begin(self.links, self._fold(again=False))
        if isinstance(first, Verdict):
            return Ended(_told(first), not self._follows or self.refused)
        return Stand(first, beside=first if self._follows else None)

    def go(self, stand: Stand, *answers: int) -> Stand | Ended:
        """Return where it goes on; there is an answer for each of the primitives."""
        if stand.beside is not None:
            return self._beside(stand, *answers)
        if stand.walks:
            link = stand.link
            moved = zip(stand.walks, answers, strict=True)
            return self._apart(
                tuple(
                    advance(at, answer) if isinstance(at, Cursor) and at.link is link else at
                    for at, answer in moved
                )
            )
        after = advance(stand.cursor, answers[0])
        asked = stand.asked
        if self.is_twice and not stand.again:
            asked |= {stand.link.number}
        if isinstance(after, Cursor):
            return Stand(after, stand.again, asked)
        code = _told(after)
        is_over = self.ends_with_check and stand.link.actions[answers[0]] == Action.DONE
        if self.is_twice and not stand.again and code == ReturnCode.SUCCESS and not is_over:
            first = begin(self.links, self._fold(again=True))
            assert isinstance(first, Cursor)  # noqa: S101  # the first walk has asked somebody
            return Stand(first, again=True, asked=asked)
        return Ended(code)

    @property
    def ends_with_check(self) -> bool:
        """Whether a `sufficient` yes of the check is one of the whole call.

        DIALECT: as in `policy.dialect.Dialect.done_check_is_all`.
        """
        name = self.rules.partition(" ")[0]
        return self.is_twice and bool(name) and dialect_named(name).done_check_is_all

    @property
    def is_twice(self) -> bool:
        """Whether the lines are walked twice."""
        return self.primitives[0] is Primitive.CHAUTHTOK

    @property
    def _follows(self) -> bool:
        return len(self.primitives) == 2 and not self.on_its_own

    def _fold(self, *, again: bool) -> Fold:
        return fold_of(self.rules, self.primitives[0], update=again)

    def _apart(self, walks: tuple[Walk, ...]) -> Stand | Ended:
        """Return where two primitives stand that walk on their own."""
        cursors = [at for at in walks if isinstance(at, Cursor)]
        if cursors:
            first = min(cursors, key=lambda at: at.link.number)
            return Stand(first, walks=walks)
        earlier, last = walks
        assert isinstance(earlier, Verdict)  # noqa: S101  # said for type checkers
        assert isinstance(last, Verdict)  # noqa: S101  # said for type checkers
        return Ended(_told(last), self._counts(earlier))

    def _counts(self, earlier: Verdict) -> bool:
        return (earlier.mood is Mood.GRANTED) is not self.refused

    def _beside(self, stand: Stand, chose: int, answer: int) -> Stand | Ended:
        """Move the primitive that chooses the way, and beside it the one that follows."""
        after = advance(stand.cursor, chose)
        path: Path = ((stand.link.number, chose),)
        if isinstance(after, Cursor):
            # The path up to where it goes next is all that is known of it by now.
            path = (*path, (after.link.number, ReturnCode.SUCCESS))
        assert stand.beside is not None  # noqa: S101  # said for type checkers
        replay = Replay(stand.cursor, stand.beside, path)
        there = advance_replay(replay, answer, jump_counts=self.jump_counts)
        if isinstance(there, Replay):
            return Stand(there.recorded, beside=there.here)
        assert isinstance(after, Verdict)  # noqa: S101  # both end at the same link
        return Ended(_told(there), self._counts(after))


def course_of(
    links: Links,
    primitive: Primitive,
    *,
    jump_counts: bool = False,
    rules: str = "",
    refused: bool = False,
) -> Course:
    """Return the walk of a primitive through the links of its facility.

    ``refused``: of a primitive that comes behind another one, what it does behind a refusal.
    """
    earlier = REPLAYS.get(primitive)
    if earlier is None:
        return Course(links, (primitive,), jump_counts, rules)
    # DIALECT: in other families nothing follows an earlier path.
    on_its_own = fold_of(rules, primitive) is not LINUX_FOLD
    return Course(links, (earlier, primitive), jump_counts, rules, on_its_own, refused)


def _told(verdict: Verdict) -> int:
    # Yes, because the chain granted; every other mood carries a refusing code.
    return ReturnCode.SUCCESS if verdict.mood is Mood.GRANTED else verdict.code
