"""Advances a cursor with real calls; nothing a hook raises gets past it."""

from __future__ import annotations

from sys import getrefcount

from pamkit.engine.bind import Bound, bind
from pamkit.engine.call import Call
from pamkit.engine.judging import judged, judged_answer, judged_fault
from pamkit.engine.odd_words import tell_of
from pamkit.policy.dialect import LINUX
from pamkit.semantics.stride import is_past_end, step_of, stride
from pamkit.semantics.verdict import Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from pamkit.engine.call import Around
    from pamkit.engine.tracks import Track, Tracks
    from pamkit.engine.transaction import Core
    from pamkit.module.effect import Effect
    from pamkit.module.registry import Module, Natives, Registry
    from pamkit.module.world import World
    from pamkit.policy.chain import Link
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.stride import Stand
    from pamkit.semantics.trace import Step
    from pamkit.vocab.facility import Primitive

_SUCCESS = ReturnCode.SUCCESS


async def _nothing() -> None:
    """Do nothing; what calling it gives is a coroutine, whose class has no other name here."""


_never = _nothing()
_COROUTINE = type(_never)
_never.close()


class Suspended(Record):
    """A walk that waits because a hook answered `incomplete`: where it stands."""

    primitive: Primitive
    update: bool
    stand: Stand
    steps: tuple[Step, ...]


class Begun:
    """A coroutine that was stepped once, and the effect it waits for."""

    __slots__ = ("_coroutine", "_effect")

    def __init__(self, coroutine: Coroutine[Effect, Any, Any], effect: Effect) -> None:
        """Wait where the coroutine waits."""
        self._coroutine = coroutine
        self._effect: Effect | None = effect

    def __await__(self) -> Begun:
        """Be stepped by whoever drives; by hand, for there is one for each person who types."""
        return self

    def __iter__(self) -> Begun:
        """Be stepped."""
        return self

    def __next__(self) -> Effect:
        """Surface with the effect, or go on as the coroutine does."""
        effect, self._effect = self._effect, None
        return self._coroutine.send(None) if effect is None else effect

    def send(self, result: Any) -> Effect:
        """Go on with what came of the effect."""
        return self._coroutine.send(result)

    def throw(self, *fault: Any) -> Effect:
        """Go on with what was raised instead: the hook that waits decides."""
        return self._coroutine.throw(*fault)

    def close(self) -> None:
        """Have the hook clean up."""
        self._coroutine.close()


class Left(Record, eq=False):
    """A walk that waits, or left its tracks: the place, and what its hook answered or raised."""

    place: Track
    answer: Any
    call: Call

    @property
    def code(self) -> None:
        """Nothing is decided."""


def along(place: Track, call: Call) -> Track | Left:
    """Ask hook after hook from a place on, as long as each answers at once what its place knows.

    Return the place where the walk has ended, or where it was left.
    """
    alone = getrefcount(call)
    while True:
        # Most walks meet nothing but success: the places of such a walk lie in one row.
        row, end = place.straight or place.look_ahead()
        try:
            for hook, line, here in row:  # noqa: B007  # it is where a fault is judged
                call.line = line
                if (answer := hook(call)) is not _SUCCESS:
                    break
                if getrefcount(call) != alone:
                    # The hook has kept it: what it sees there must stay what it was.
                    call = call.again()
                    alone = getrefcount(call)
            else:
                if end.code is not None:
                    # Yes or no is said by where the kernel has found that these answers lead.
                    return end
                if end.hook is None:
                    return Left(end, None, call)
                here, call.line = end, end.line
                answer = end.hook(call)
        except Exception as fault:  # noqa: BLE001  # it is judged where the place is left
            return Left(here, fault, call)
        answer, ahead = _led(here, answer)
        if ahead is None:
            return Left(here, answer, call)
        place = ahead
        if getrefcount(call) != alone:
            call = call.again()  # as above
            alone = getrefcount(call)


def _led(place: Track, answer: Any) -> tuple[Any, Track | None]:
    """Return what a hook answers when it need not wait, and where that leads if it is a code."""
    # `type`, because an object may say of its class what it likes.
    if type(answer) is not ReturnCode:
        try:
            answer = _stepped(answer)
        except Exception as fault:  # noqa: BLE001  # it is judged where the place is left
            return fault, None
    return answer, place.leads(answer) if type(answer) is ReturnCode else None


def _stepped(answer: Any) -> Any:
    """Return what a hook answers that need not wait: a code stays what it is."""
    if type(answer) is int:
        return ReturnCode(answer)
    if isinstance(answer, Exception):
        return _ended(answer)  # it was answered, not raised
    if type(answer) is not _COROUTINE:
        return answer
    try:
        effect = answer.send(None)
    except StopIteration as end:
        answer = end.value
        if type(answer) is int:
            return ReturnCode(answer)
        return answer if type(answer) is ReturnCode else _ended(answer)
    return Begun(answer, effect)


async def _ended(answer: Any) -> Any:
    """Return what a hook has answered for good: nothing in it is waited for again."""
    return answer


def settled(
    place: Track, call: Call, answer: Any = None, fault: Exception | None = None
) -> tuple[int, str]:
    """Return the code of a hook that was asked, when it has come to its end, and a note."""
    name = call.module

    def complain(note: str) -> None:
        call.world.log.write(Priority.ERR, f"PAM {name}: {note}")

    if fault is None:
        code, note = judged_answer(answer, complain)
    else:
        code, note = judged_fault(fault, complain)
    return code, note or undeclared(call.world, name, place.declared, code)


def undeclared(world: World, name: str, declared: frozenset[ReturnCode], answer: int) -> str:
    """Return what is to be noted of an answer that a module does not declare; it is logged."""
    if answer in declared:
        return ""
    note = f"answered {ReturnCode(answer).name} ({int(answer)}), which it does not declare"
    world.log.write(Priority.DEBUG, f"PAM {name}: {note}")
    return note


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
