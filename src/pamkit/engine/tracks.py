"""Walks of a chain that were made before, kept as a tree.

A place in the tree is where a walk stands after one row of answers.  Where each answer leads from
there, the kernel has said once (`semantics.stride`); whoever comes to the place again need not ask
it again.  A walk along the tree therefore costs the calls of its hooks and little else, and the
place where it ends is its trace: what was asked and answered, from the end to the beginning.

Nothing is decided here.  What a place does not know, the kernel says; what no place is kept for (an
answer that is not declared, a hook that has to be brought in first) leaves the tree, and the walk
goes on beside it (`engine.dispatch`).  Transactions of all threads may share a tree: a place is
whole before another leads to it, and two that were made for one answer mean the same.
"""

from __future__ import annotations

from pamkit.engine.bind import bind_now
from pamkit.engine.odd_words import tell_of
from pamkit.engine.standing import Standing
from pamkit.semantics.stride import is_past_end, step_of, stride
from pamkit.semantics.trace import Run
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF, REPLAYS, Primitive
from pamkit.vocab.flags import CRED_FLAGS, Flag

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.engine.bind import Bound
    from pamkit.engine.call import Line
    from pamkit.module.call import Hook, ModuleCall
    from pamkit.module.options import Problem
    from pamkit.module.registry import Registry
    from pamkit.policy.chain import Link
    from pamkit.policy.compile import Compiled
    from pamkit.semantics.stride import Stand
    from pamkit.semantics.trace import Path, Step

    Row = tuple[tuple[tuple[Hook, Line, "Track"], ...], "Track"]
    """Hooks that are asked one after the other as long as all succeed, and where that leads.

    Beside each hook stands what it is told, and the place where it is asked.
    """

_SUCCESS = ReturnCode.SUCCESS

_MOST_PLACES = 4_000
"""Places that the trees of one policy may have; walks beyond them are made beside the trees."""

_DENIED = ReturnCode.PERM_DENIED

_FOLLOWED = frozenset(REPLAYS.values())
_NO_FLAGS = frozenset({0})
_CREDENTIALS = frozenset({int(bit) for bit in Flag if bit & CRED_FLAGS})


class Track:
    """A place in a tree: where a walk stands after one row of answers.

    ``stand`` is what the kernel says of it, a verdict where the walk has ended.  ``hook`` and
    ``line`` say who is asked next; there is no hook where the walk has ended, and where nobody can
    be asked at once.  ``straight`` is what `look_ahead` has found.  ``code`` is what the
    application is told where the walk has ended, else `None`.  ``plain`` are the flags that a walk
    is nearly always made with, of which nothing is to be said; ``is_followed`` says whether another
    primitive follows the path that is walked here.
    """

    __slots__ = (
        "_follow",
        "_leads",
        "_tree",
        "answer",
        "before",
        "code",
        "declared",
        "hook",
        "is_followed",
        "line",
        "plain",
        "stand",
        "straight",
    )

    def __init__(
        self, tree: _Tree, stand: Stand | Verdict, before: Track | None, answer: int
    ) -> None:
        """Stand at ``stand``, reached from ``before`` by an answer."""
        self._tree, self.stand, self.before, self.answer = tree, stand, before, answer
        self._leads: dict[int, Track] = {}
        self._follow: Track | None = None
        self.straight: Row | None = None
        self.is_followed = tree.primitive in _FOLLOWED
        self.plain = _CREDENTIALS if tree.primitive is Primitive.SETCRED else _NO_FLAGS
        self.hook: Hook | None = None
        self.line: Line = ("", (), None)
        self.declared: frozenset[ReturnCode] = frozenset()
        self.code: int | None = None
        if isinstance(stand, Verdict):
            # Yes, because the chain granted; every other mood carries a refusing code.
            self.code = ReturnCode.SUCCESS if stand.mood is Mood.GRANTED else stand.code
        else:
            self._meet(stand.link)

    def _meet(self, link: Link) -> None:
        """Find who is asked here, if that can be said at once."""
        bound = None if link.refusal else self._tree.tracks.bound(link)
        if bound is None or bound.module is None:
            return
        hook = bound.module.hooks.get(self._tree.primitive)
        if hook is not None:
            self.line = (bound.module.name, bound.args, bound.options)
            self.declared = bound.module.declaration.answers[self._tree.primitive]
            self.hook = _telling(hook, bound.problems) if bound.problems else hook

    @property
    def jump_counts(self) -> bool:
        """Whether a link that jumps counts like `ok` here."""
        return self._tree.jump_counts

    @property
    def is_replay(self) -> bool:
        """Whether the walk follows the path of an earlier one."""
        return self._tree.is_replay

    def look_ahead(self) -> Row:
        """Return who is asked from here on as long as all succeed, and where that leads.

        It is kept if it reaches to the end, or to where nobody can be asked at once.
        """
        row: list[tuple[Hook, Line, Track]] = []
        place: Track = self
        while place.hook is not None:
            # No place where success is not declared; nor where there is no room, which may come.
            ahead = place.leads(_SUCCESS)
            if ahead is None:
                return tuple(row), place
            row.append((place.hook, place.line, place))
            place = ahead
        self.straight = known = (tuple(row), place)
        return known

    def leads(self, answer: int) -> Track | None:
        """Return the place that a code leads to; `None` if there is none in the tree."""
        known = self._leads.get(answer)
        if known is not None:
            return known
        stand, tree = self.stand, self._tree
        if answer not in self.declared or answer == ReturnCode.INCOMPLETE:
            return None
        if isinstance(stand, Verdict) or tree.tracks.room <= 0:
            return None
        answer = ReturnCode(answer)
        after = stride(stand, answer, jump_counts=tree.jump_counts)
        if is_past_end(stand, step_of(stand, answer, after).action):
            return None  # it is logged each time
        tree.tracks.room -= 1
        known = self._leads[answer] = Track(tree, after, self, answer)
        return known

    def followed(self, primitive: Primitive) -> Track:
        """Return where the primitive begins that follows the walk which ended here."""
        if self._follow is None:
            tracks = self._tree.tracks
            self._follow = tracks.replayed(primitive, self.path())
        return self._follow

    def path(self) -> Path:
        """Return number and answer of each link that was asked on the way here."""
        way = []
        place = self
        while place.before is not None:
            answer, place = place.answer, place.before
            assert not isinstance(place.stand, Verdict)  # noqa: S101  # nothing leads on from an end
            way.append((place.stand.link.number, answer))
        return tuple(reversed(way))

    def steps(self) -> tuple[Step, ...]:
        """Return the steps of the walk that led here."""
        way = []
        place = self
        while place.before is not None:
            after, answer, place = place.stand, place.answer, place.before
            assert not isinstance(place.stand, Verdict)  # noqa: S101  # nothing leads on from an end
            way.append(step_of(place.stand, answer, after))
        return tuple(reversed(way))

    @property
    def primitive(self) -> Primitive:
        """Which primitive walks here."""
        return self._tree.primitive

    def run(self, flags: int, service: str = "") -> Run:
        """Return the walk that ended here, with the flags that its hooks saw.

        ``service`` is its name by now, if a hook has changed that.
        """
        stand, code, tree = self.stand, self.code, self._tree
        assert isinstance(stand, Verdict)  # noqa: S101  # it has ended
        assert code is not None  # noqa: S101  # as above
        name = service or tree.tracks.service
        return Run(tree.primitive, name, flags, self.steps(), stand, code, tree.is_replay)


class _Tree:
    """The walks of one chain for one primitive that begin alike."""

    __slots__ = ("is_replay", "jump_counts", "primitive", "tracks")

    def __init__(
        self, tracks: Tracks, primitive: Primitive, *, jump_counts: bool, is_replay: bool
    ) -> None:
        self.tracks, self.primitive = tracks, primitive
        self.jump_counts, self.is_replay = jump_counts, is_replay


class Tracks:
    """The walks that were made with the policy of a service, and the modules that its links name.

    ``registry`` has the modules in Python; ``native_first`` says for which of them another is
    wanted.  Those, and modules that have to be brought in, are each transaction's own.
    """

    __slots__ = (
        "_bound",
        "_jump_counts",
        "_native_first",
        "_registry",
        "compiled",
        "room",
        "roots",
        "service",
        "standings",
        "start",
    )

    def __init__(
        self,
        service: str,
        compiled: Compiled,
        registry: Registry,
        native_first: Callable[[str], bool] | None = None,
        *,
        jump_counts: bool = False,
    ) -> None:
        """Know no walk yet.  ``jump_counts`` is the dialect's."""
        self.service, self.compiled, self._jump_counts = service, compiled, jump_counts
        self._registry, self._native_first = registry, native_first
        self._bound: dict[Link, Bound] = {}
        self.roots: list[Track | None] = [None] * len(Primitive)
        """Where each primitive begins, as far as it was walked."""
        self.room = _MOST_PLACES
        self.start = Standing(self)
        """Where every transaction begins."""
        self.standings = {(self.start.paths, self.start.refused): self.start}
        """Where transactions have come to, by what was walked and what was refused."""

    def bound(self, link: Link) -> Bound | None:
        """Return a link with its module in Python; `None` if that cannot be said at once."""
        bound = self._bound.get(link)
        if bound is None:
            if self._native_first is not None and self._native_first(link.module):
                return None
            bound = bind_now(link, self._registry)
            if bound is not None:
                self._bound[link] = bound
        return bound

    def first(self, primitive: Primitive) -> Track:
        """Return where a primitive begins that follows no other walk."""
        root = self.roots[primitive]
        if root is None:
            counts = self._jump_counts and primitive in REPLAYS
            tree = _Tree(self, primitive, jump_counts=counts, is_replay=False)
            links = self.compiled.chains[FACILITY_OF[primitive]].links
            root = self.roots[primitive] = Track(tree, begin(links), None, _DENIED)
        return root

    def replayed(self, primitive: Primitive, path: Path) -> Track:
        """Return where a primitive begins that follows the path of an earlier one."""
        from pamkit.semantics.replay import begin_replay

        tree = _Tree(self, primitive, jump_counts=self._jump_counts, is_replay=True)
        links = self.compiled.chains[FACILITY_OF[primitive]].links
        return Track(tree, begin_replay(links, path), None, _DENIED)


def _telling(hook: Hook, problems: tuple[Problem, ...]) -> Hook:
    """Return a hook that has the odd words of its line told first, each time."""

    def told(call: ModuleCall[Any]) -> Any:
        tell_of(problems, call)
        return hook(call)

    return told
