"""Runs of calls one after another, and of walks side by side where one hangs on the other.

A program calls authenticate, then acct_mgmt, and goes on as long as it hears yes.  setcred goes the
way that authenticate went; so both are walked together, link by link, and nobody has to remember
a way.  Two walks of one primitive, one of them with a module that fails, see the same day.
"""

from __future__ import annotations

from pamkit.analysis import explore
from pamkit.analysis.explore import NOTHING, Choice, End, Known, Outcome, TooMany
from pamkit.analysis.model import Model, failures
from pamkit.semantics.fold import fold_of
from pamkit.semantics.replay import Replay, advance_replay
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pamkit.analysis.model import Subject
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Facility

    At = Cursor | Verdict
    Place = tuple[int, tuple[Verdict, ...], Verdict, int | None]
    Marks = frozenset[str]
    _Step = tuple["_Stand", Known, tuple["Seen", ...], tuple[Choice, ...]]
    """Where it leads, what is settled then, what can be seen of it, and what was chosen."""


class Beside(Record):
    """A walk beside that of a call.

    Of the primitive that follows the one that is called, or of the same one: then the module
    ``failing`` answers any error there.  ``jump_counts`` as in `policy.dialect.Dialect`;
    `None`: as the chain was read.
    """

    primitive: Primitive
    failing: str = ""
    jump_counts: bool | None = None


class Call(Record):
    """What a program asks for: a primitive, for chauthtok its pass, and what is walked beside."""

    primitive: Primitive
    update: bool | None = None
    beside: tuple[Beside, ...] = ()


class Seen(Record, eq=False):
    """An answer of a run, for whoever watches it; ``walk`` is 0 for what is called."""

    call: Call
    walk: int
    primitive: Primitive
    link: Link
    subject: Subject
    outcome: Outcome


if TYPE_CHECKING:
    Watch = Callable[[Marks, Seen], Marks]
    """What is marked behind an answer, given what was marked before."""


class _Point(Record):
    """Where a run can stand: in which call, at which links, knowing what, with what marked."""

    call: int
    places: tuple[Place, ...]
    known: Known
    marks: Marks


class Lockstep(Record, eq=False):
    """What was found: every end, and the first way to each point."""

    came_from: dict[_Point | End, tuple[_Point, tuple[Choice, ...]] | None]
    ends: tuple[End, ...]

    def witness(self, end: End) -> tuple[Choice, ...]:
        """Return a shortest run that ends so."""
        choices: list[Choice] = []
        step = self.came_from[end]
        while step is not None:
            point, made = step
            choices.extend(reversed(made))
            step = self.came_from[point]
        return tuple(reversed(choices))

    @property
    def choices(self) -> Iterator[Choice]:
        """Every choice by which a point was first reached."""
        return (choice for step in self.came_from.values() if step for choice in step[1])


def explore_calls(
    calls: tuple[Call, ...],
    chains: Mapping[Facility, Chain],
    model: Callable[[Primitive, bool | None], Model],
    watch: Watch,
    known: Known = NOTHING,
) -> Lockstep:
    """Return every end that a program's calls can come to; raises `TooMany`.

    It ends with the first refusal; its verdict is that of the last call that was made.
    """
    search = _Search(calls, chains, model)
    came: dict[_Point | End, tuple[_Point, tuple[Choice, ...]] | None] = {}
    ends: list[End] = []
    todo: list[tuple[_Stand, _Point]] = []
    met: set[tuple[_Stand, Known, Marks]] = set()

    def enter(
        stand: _Stand, known: Known, marks: Marks, step: tuple[_Point, tuple[Choice, ...]] | None
    ) -> None:
        kept = NOTHING if stand.link is None else search.kept(stand.call, stand.link, known)
        if (stand, kept, marks) in met:
            return
        met.add((stand, kept, marks))
        if stand.link is None:
            end = End(stand.verdicts[0], NOTHING, marks, stand.verdicts[1:])
            if end not in came:  # calls may be refused alike
                came[end] = step
                ends.append(end)
            return
        if len(came) >= explore.MOST:
            raise TooMany
        point = _Point(stand.call, tuple(map(_place, stand.walks)), kept, marks)
        came[point] = step
        todo.append((stand, point))

    enter(search.begin(0), known, frozenset(), None)
    # First in, first out: the first way to a point is a shortest one.
    steps = 0
    for stand, point in todo:
        for after, settled, seen, choices in search.steps(stand, point.known):
            steps += 1
            if steps > explore.MOST_STEPS:
                raise TooMany
            marks = point.marks
            for each in seen:
                marks = watch(marks, each)
            enter(after, settled, marks, (point, choices))
    return Lockstep(came, tuple(ends))


def _place(at: At) -> Place:
    if isinstance(at, Verdict):
        return -1, (), at, None
    return at.link.number, tuple(frame.entry for frame in at.frames), at.verdict, at.noted


class _Stand:
    """Where walks stand, whatever is known; ``verdicts`` are how they end if none is on its way."""

    def __init__(self, call: int, walks: tuple[At, ...], verdicts: tuple[Verdict, ...]) -> None:
        self.call, self.walks, self.verdicts = call, walks, verdicts
        self.link = None if verdicts else _least(walks)
        self.moves: dict[tuple[int | None, ...], _Stand] = {}
        self.steps: dict[Known, tuple[_Step, ...]] = {}


class _Search:
    """What can come next, for one program."""

    def __init__(
        self,
        calls: tuple[Call, ...],
        chains: Mapping[Facility, Chain],
        model: Callable[[Primitive, bool | None], Model],
    ) -> None:
        self._calls = calls
        self._chains = [chains[FACILITY_OF[call.primitive]] for call in calls]
        self._models = [model(call.primitive, call.update) for call in calls]
        self._followers = [
            [model(each.primitive, None) for each in call.beside if not each.failing]
            for call in calls
        ]
        self._jump_counts = [_jump_counts(chain) for chain in self._chains]
        self._is_steered = [_is_steered(chain) for chain in self._chains]
        self._last: dict[str, tuple[int, int]] = {}
        for number, chain in enumerate(self._chains):
            for link in chain:
                for each in (self._models[number], *self._followers[number]):
                    self._last |= dict.fromkeys(each.names(link), (number, link.number))
        self._stands: dict[tuple[int, tuple[Place, ...]], _Stand] = {}
        self._kept: dict[tuple[int, Link, Known], Known] = {}

    def begin(self, call: int) -> _Stand:
        """Return where the walks of a call begin."""
        chain, made = self._chains[call], self._calls[call]
        primitives = (made.primitive, *(each.primitive for each in made.beside))
        folds = (fold_of(chain.rules, each, update=made.update) for each in primitives)
        return self._stand(call, tuple(begin(chain.links, fold) for fold in folds))

    def kept(self, call: int, link: Link, known: Known) -> Known:
        """Return what is settled without that on which nothing hangs any more."""
        key = (call, link, known)
        found = self._kept.get(key)
        if found is None:
            here = (call, link.number)
            found = frozenset(fact for fact in known if self._last.get(fact[0], (-1, -1)) >= here)
            self._kept[key] = found
        return found

    def steps(self, stand: _Stand, known: Known) -> tuple[_Step, ...]:
        """Return where the walks can go from here: those that stand at the first link move."""
        if known not in stand.steps:
            stand.steps[known] = tuple(self._steps(stand, known))
        return stand.steps[known]

    def _stand(self, call: int, walks: tuple[At, ...]) -> _Stand:
        """Return where walks stand; with the last yes of a call the next one begins."""
        key = (call, tuple(map(_place, walks)))
        if key not in self._stands:
            self._stands[key] = self._new(call, walks)
        return self._stands[key]

    def _new(self, call: int, walks: tuple[At, ...]) -> _Stand:
        verdicts = tuple(each for each in walks if isinstance(each, Verdict))
        if len(verdicts) < len(walks):
            return _Stand(call, walks, ())
        no = next((each for each in verdicts if each.mood is not Mood.GRANTED), None)
        if call + 1 == len(self._calls):
            return _Stand(call, walks, verdicts)
        return self.begin(call + 1) if no is None else _Stand(call, walks, (no, *verdicts[1:]))

    def _steps(self, stand: _Stand, known: Known) -> Iterator[_Step]:
        call, walks, link = stand.call, stand.walks, stand.link
        assert link is not None  # noqa: S101  # said for type checkers
        made, subject = self._calls[call], self._models[call].subject(link)
        for outcomes in self._answers(call, link, walks, known):
            codes = tuple(None if outcome is None else outcome.code for outcome in outcomes)
            if codes not in stand.moves:
                after = tuple(
                    self._moved(call, walks, at, outcomes) if outcome is not None else walks[at]
                    for at, outcome in enumerate(outcomes)
                )
                stand.moves[codes] = self._stand(call, after)
            choices: list[Choice] = []
            seen: list[Seen] = []
            settled = known
            for at, outcome in enumerate(outcomes):
                if outcome is None:
                    continue
                primitive = made.primitive if at == 0 else made.beside[at - 1].primitive
                choices.append(Choice(link, outcome, primitive, at, made.update))
                seen.append(Seen(made, at, primitive, link, subject, outcome))
                settled = settled.union(outcome.settles) if outcome.settles else settled
            yield stand.moves[codes], settled, tuple(seen), tuple(choices)

    def _answers(
        self, call: int, link: Link, walks: tuple[At, ...], known: Known
    ) -> Iterator[list[Outcome | None]]:
        """Yield what a link may answer to each of the walks; `None` to one that is elsewhere."""
        here = [isinstance(each, Cursor) and each.link is link for each in walks]
        beside = self._calls[call].beside
        outcomes = self._models[call](link, known)
        for first in outcomes if here[0] else (None,):
            settled = known if first is None else known.union(first.settles)
            if not beside:
                yield [first]
            elif beside[0].failing:
                usual = (first,) if first is not None else outcomes
                for second in self._failing(call, link, beside[0].failing, usual):
                    yield [first, second if here[1] else None]
                    if not here[1]:
                        break
            else:
                for second in self._followers[call][0](link, settled):
                    yield [first, *(second if each else None for each in here[1:])]

    def _failing(
        self, call: int, link: Link, module: str, usual: tuple[Outcome, ...]
    ) -> tuple[Outcome, ...]:
        if self._models[call].subject(link).name == module and not link.refusal:
            return failures(link)
        return usual

    def _moved(
        self, call: int, walks: tuple[At, ...], at: int, outcomes: list[Outcome | None]
    ) -> At:
        made, walk, steered = self._calls[call], walks[at], self._is_steered[call]
        outcome, first = outcomes[at], walks[0]
        assert isinstance(walk, Cursor)  # noqa: S101  # said for type checkers
        assert outcome is not None  # noqa: S101  # said for type checkers
        beside = made.beside[at - 1] if at else None
        if beside is None or beside.failing:
            # DIALECT: setcred and close_session on a handle of their own count jumps, too.
            counts = made.primitive in REPLAYS and self._jump_counts[call]
            counts = counts and (steered or outcome.code != ReturnCode.IGNORE)
            return advance(walk, outcome.code, jump_counts=counts)
        if walk.fold is not LINUX_FOLD:
            # DIALECT: in other families nothing follows an earlier path.
            return advance(walk, outcome.code)
        usual = self._jump_counts[call]
        counts = usual if beside.jump_counts is None else beside.jump_counts
        chose = outcomes[0]
        if steered:
            judged = outcome.code if chose is None else chose.code
            return advance(walk, outcome.code, judged=judged, jump_counts=counts)
        assert isinstance(first, Cursor)  # noqa: S101  # a replay never leaves what it follows
        assert chose is not None  # noqa: S101  # said for type checkers
        return _replayed(first, walk, chose.code, outcome.code, jump_counts=counts)


def _replayed(first: Cursor, here: Cursor, chose: int, answer: int, *, jump_counts: bool) -> At:
    after = advance(first, chose)
    # The way up to where it goes next is all that is known of it by now.
    rest = () if isinstance(after, Verdict) else ((after.link.number, int(ReturnCode.SUCCESS)),)
    replay = Replay(first, here, ((first.link.number, chose), *rest))
    there = advance_replay(replay, answer, jump_counts=jump_counts)
    return there.here if isinstance(there, Replay) else there


def _least(walks: tuple[At, ...]) -> Link:
    """Return the link that is first in the text of those where a walk stands."""
    links = [each.link for each in walks if isinstance(each, Cursor)]
    return min(links, key=lambda link: link.number)


def _jump_counts(chain: Chain) -> bool:
    return "jump_counts" in chain.rules.split()


def _is_steered(chain: Chain) -> bool:
    """Whether setcred and close_session are walked as libpam does."""
    return "answers-steer-replay" in chain.rules.split()
