"""Advances a cursor with real calls; nothing a hook raises gets past it."""

from __future__ import annotations

from pamkit.engine.bind import Bound, bind
from pamkit.engine.call import Call
from pamkit.engine.judging import judged
from pamkit.engine.odd_words import tell_of
from pamkit.policy.control import Action
from pamkit.semantics.trace import Path, Step
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, advance, begin
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.engine.delay import FailDelay
    from pamkit.engine.handle import Handle
    from pamkit.module.registry import Module, Natives, Registry
    from pamkit.module.world import World
    from pamkit.policy.chain import Chain, Link
    from pamkit.semantics.replay import Replay
    from pamkit.vocab.facility import Primitive


class Mode(Record):
    """How a walk is judged: fresh, along a recorded path, or as libpam replays.

    ``path`` is the path to follow (`None`: a walk of its own).  ``remembered`` holds the
    answers that choose the actions under the quirk `answers-steer-replay`.
    """

    path: Path | None = None
    remembered: dict[int, int] | None = None
    jump_counts: bool = False


FRESH = Mode()
"""A walk judged by its own answers."""


class Suspended(Record):
    """A walk that waits because a hook answered `incomplete`: where it stands."""

    primitive: Primitive
    update: bool
    stand: Cursor | Replay
    steps: tuple[Step, ...]


class Dispatcher:
    """Asks the links of a chain through a handle, and folds their answers."""

    def __init__(
        self,
        handle: Handle,
        delay: FailDelay,
        world: World,
        registry: Registry,
        watch: Callable[[Primitive, Step], object] | None = None,
        natives: Natives | None = None,
        here: Callable[[], str] | None = None,
    ) -> None:
        """Ask modules from ``registry``; tell ``watch`` about each step as it is made.

        ``here`` gives the directory that relative paths in options count from.
        """
        self._handle, self._delay, self._world = handle, delay, world
        self._registry, self._watch, self._natives = registry, watch, natives
        self._here = here
        self._bound: dict[Link, Bound] = {}
        self._files: dict[str, Module | str] = {}
        """Modules from files that a policy names, by path: one for all lines of a transaction."""

    def forget(self) -> None:
        """Forget bound links: the policy was replaced."""
        self._bound.clear()

    def states(self, link: Link, fact: str) -> bool:
        """Whether the module of a link that was asked states a fact of itself."""
        bound = self._bound.get(link)
        if bound is None or bound.module is None:
            return False
        return bound.module.declaration.fact(fact, bound.options)

    async def walk(
        self,
        chain: Chain,
        primitive: Primitive,
        flags: int,
        mode: Mode,
        resume: Suspended | None,
        unchecked: Callable[[Link], bool] | None = None,
    ) -> tuple[Verdict | Cursor | Replay, tuple[Step, ...]]:
        """Walk a chain; return the verdict, or where it waits, and the steps.

        ``unchecked`` says of a link that it may not be asked in this pass.
        """
        stand: Cursor | Replay | Verdict
        if resume is not None:
            stand, steps = resume.stand, list(resume.steps)
        else:
            steps = []
            stand = begin(chain.links) if mode.path is None else _replayed(chain, mode.path)
        while not isinstance(stand, Verdict):
            link = stand.link
            if unchecked is not None and unchecked(link):
                answer, note = int(ReturnCode.AUTHTOK_ERR), "its preliminary check never ran"
            else:
                answer, note = await self._ask(link, primitive, flags)
            if answer == ReturnCode.INCOMPLETE:
                return stand, tuple(steps)
            judged, after = _advance(stand, answer, mode)
            step = _step(stand, answer, judged, after, note)
            if step.action > 0 and _past_end(stand, step.action):
                self._log(Priority.ERR, "bad jump in stack")
            steps.append(step)
            if self._watch is not None:
                self._watch(primitive, step)
            stand = after
        return stand, tuple(steps)

    async def _ask(self, link: Link, primitive: Primitive, flags: int) -> tuple[int, str]:
        """Return what a link answers, and a note for the trace."""
        if link.refusal:
            return ReturnCode.PERM_DENIED, link.refusal
        bound = await self.bind(link)
        if bound.module is None:
            return ReturnCode.MODULE_UNKNOWN, bound.fault
        hook = bound.module.hooks.get(primitive)
        if hook is None:
            self._log(Priority.ERR, f"unable to resolve symbol: pam_sm_{primitive.name.lower()}")
            return ReturnCode.MODULE_UNKNOWN, f"it has no function for {primitive.name.lower()}"
        call = Call(
            self._handle,
            self._delay,
            self._world,
            primitive=primitive,
            flags=flags,
            module=bound.module.name,
            args=bound.args,
            options=bound.options,
        )
        tell_of(bound.problems, call)
        name = bound.module.name
        self._handle.current = call
        try:
            answer, note = await judged(
                hook, call, lambda note: self._log(Priority.ERR, f"{name}: {note}")
            )
        finally:
            self._handle.current = None
        if note:
            return answer, note
        declared = bound.module.declaration.answers[primitive]
        if answer not in declared:
            note = f"answered {ReturnCode(answer).name} ({int(answer)}), which it does not declare"
            self._log(Priority.DEBUG, f"{bound.module.name}: {note}")
            return answer, note
        return answer, ""

    async def bind(self, link: Link) -> Bound:
        """Return a link with its module, found once for each policy."""
        bound = self._bound.get(link)
        if bound is None:
            bound = self._bound[link] = await bind(
                link, self._registry, self._natives, self._files, self._here
            )
            if bound.module is None and not link.quiet:
                for line in bound.fault.split("\n"):
                    self._log(Priority.ERR, line)
        return bound

    def _log(self, priority: int, text: str) -> None:
        self._world.log.write(priority, f"PAM {text}")


def _replayed(chain: Chain, path: Path) -> Replay | Verdict:
    from pamkit.semantics.replay import begin_replay

    return begin_replay(chain.links, path)


def _advance(
    stand: Cursor | Replay, answer: int, mode: Mode
) -> tuple[int, Cursor | Replay | Verdict]:
    """Return the code that chose the action, and where the walk stands after the answer."""
    if not isinstance(stand, Cursor):
        from pamkit.semantics.replay import advance_replay

        return stand.judged, advance_replay(stand, answer, jump_counts=mode.jump_counts)
    if mode.remembered is not None:
        judged = mode.remembered.get(stand.link.number, answer)
        return judged, advance(stand, answer, judged=judged, jump_counts=mode.jump_counts)
    # Without the quirk an ignored link that jumps has no say: libpam would hand `ignore` out.
    counts = mode.jump_counts and answer != ReturnCode.IGNORE
    return answer, advance(stand, answer, jump_counts=counts)


def _step(
    stand: Cursor | Replay, answer: int, judged: int, after: Cursor | Replay | Verdict, note: str
) -> Step:
    link = stand.link
    action = link.actions[judged] if 0 <= judged < CODE_COUNT else int(Action.BAD)
    frames = stand.frames if isinstance(stand, Cursor) else stand.here.frames
    verdict = after if isinstance(after, Verdict) else after.verdict
    return Step(link, answer, judged, action, stand.verdict, verdict, len(frames) - 1, note)


def _past_end(stand: Cursor | Replay, jump: int) -> bool:
    frame = (stand if isinstance(stand, Cursor) else stand.here).frames[-1]
    return frame.at + 1 + jump > len(frame.links)
