"""Advances a cursor with real calls; nothing a hook raises gets past it."""

from __future__ import annotations

from pamkit.engine.bind import Bound, bind
from pamkit.engine.call import Call
from pamkit.engine.judging import judged, undeclared
from pamkit.engine.odd_words import tell_of
from pamkit.policy.dialect import LINUX
from pamkit.semantics.stride import is_past_end, step_of, stride
from pamkit.semantics.verdict import Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.engine.call import Around
    from pamkit.engine.tracks import Tracks
    from pamkit.engine.transaction import Core
    from pamkit.module.registry import Module, Natives, Registry
    from pamkit.policy.chain import Link
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.stride import Stand
    from pamkit.semantics.trace import Step
    from pamkit.vocab.facility import Primitive


class Suspended(Record):
    """A walk that waits because a hook answered `incomplete`: where it stands."""

    primitive: Primitive
    update: bool
    stand: Stand
    steps: tuple[Step, ...]


class Dispatcher:
    """Asks the links of a chain through a handle, and folds their answers."""

    def __init__(
        self,
        around: Around | Core,
        registry: Registry,
        watch: Callable[[Primitive, Step], object] | None = None,
        natives: Natives | None = None,
        here: Callable[[], str] | None = None,
        tracks: Tracks | None = None,
        dialect: Dialect = LINUX,
    ) -> None:
        """Ask modules from ``registry``; tell ``watch`` about each step as it is made.

        ``here`` gives the directory that relative paths in options count from.  ``tracks`` has
        the modules that other transactions share.  ``dialect`` says what a link answers that
        cannot be asked.
        """
        self._around, self._handle = around, around.handle
        self._registry, self._watch, self._natives = registry, watch, natives
        self._here, self._tracks, self._dialect = here, tracks, dialect
        self._bound: dict[Link, Bound] = {}
        self._files: dict[str, Module | str] = {}
        """Modules from files that a policy names, by path: one for all lines of a transaction."""

    def use(self, tracks: Tracks | None) -> None:
        """Forget bound links: the policy was replaced, and these tracks are the new one's."""
        self._tracks = tracks
        self._bound.clear()

    def states(self, link: Link, fact: str) -> bool:
        """Whether the module of a link that was asked states a fact of itself."""
        bound = self._known(link)
        if bound is None or bound.module is None:
            return False
        return bound.module.declaration.fact(fact, bound.options)

    async def walk(
        self,
        stand: Stand | Verdict,
        steps: tuple[Step, ...],
        primitive: Primitive,
        flags: int,
        *,
        remembered: dict[int, int] | None = None,
        jump_counts: bool = False,
        unchecked: Callable[[Link], bool] | None = None,
        given: tuple[int, str] | None = None,
    ) -> tuple[Stand | Verdict, tuple[Step, ...]]:
        """Walk on from where a walk stands; return the verdict, or where it waits, and the steps.

        ``remembered`` holds the answers that choose the actions under the quirk
        `answers-steer-replay`.  ``unchecked`` says of a link that it may not be asked in this pass.
        ``given`` is what the first link has answered already, and a note.
        """
        made = list(steps)
        while not isinstance(stand, Verdict):
            link = stand.link
            if given is not None:
                (answer, note), given = given, None
            elif unchecked is not None and unchecked(link):
                answer, note = int(ReturnCode.AUTHTOK_ERR), "its preliminary check never ran"
            else:
                answer, note = await self._ask(link, primitive, flags)
            if answer == ReturnCode.INCOMPLETE:
                return stand, tuple(made)
            judged = None if remembered is None else remembered.get(link.number, answer)
            after = stride(stand, answer, judged=judged, jump_counts=jump_counts)
            step = step_of(stand, answer, after, judged=judged, note=note)
            if is_past_end(stand, step.action):
                self._log(Priority.ERR, "bad jump in stack")
            made.append(step)
            if self._watch is not None:
                self._watch(primitive, step)
            stand = after
        return stand, tuple(made)

    async def _ask(self, link: Link, primitive: Primitive, flags: int) -> tuple[int, str]:
        """Return what a link answers, and a note for the trace."""
        dialect = self._dialect
        if link.refusal:
            return dialect.bad_line[1], link.refusal
        bound = await self.bind(link)
        if bound.module is None:
            return dialect.no_module[1], bound.fault
        hook = bound.module.hooks.get(primitive)
        if hook is None:
            self._log(Priority.ERR, f"unable to resolve symbol: pam_sm_{primitive.name.lower()}")
            return dialect.no_function[1], f"it has no function for {primitive.name.lower()}"
        name = bound.module.name
        line = (name, bound.args, bound.options)
        call = Call(self._around, primitive, flags, line)
        tell_of(bound.problems, call)
        self._handle.current = call
        try:
            answer, note = await judged(
                hook, call, lambda note: self._log(Priority.ERR, f"{name}: {note}")
            )
        finally:
            self._handle.current = None
        declared = bound.module.declaration.answers[primitive]
        return answer, note or undeclared(self._around.world, name, declared, answer)

    async def bind(self, link: Link) -> Bound:
        """Return a link with its module, found once for each policy."""
        bound = self._known(link)
        if bound is None:
            bound = self._bound[link] = await bind(
                link, self._registry, self._natives, self._files, self._here
            )
            if bound.module is None and not link.quiet:
                for line in bound.fault.split("\n"):
                    self._log(Priority.ERR, line)
        return bound

    def _known(self, link: Link) -> Bound | None:
        bound = self._bound.get(link)
        if bound is None and self._tracks is not None:
            bound = self._tracks.bound(link)
        return bound

    def _log(self, priority: int, text: str) -> None:
        self._around.world.log.write(priority, f"PAM {text}")
