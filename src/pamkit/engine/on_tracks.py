"""Walks on tracks: hook after hook is asked, and where one waits, the walk waits with it."""

from __future__ import annotations

from sys import getrefcount

from pamkit.engine.judging import settled
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine, Generator
    from typing import Any

    from pamkit.engine.call import Call
    from pamkit.engine.tracks import Track
    from pamkit.engine.transaction import Core
    from pamkit.module.effect import Effect

_SUCCESS = ReturnCode.SUCCESS


async def _nothing() -> None:
    """Do nothing; what calling it gives is a coroutine, whose class has no other name here."""


_never = _nothing()
_COROUTINE = type(_never)
_never.close()


class Left(Record, eq=False):
    """A walk that left its tracks: the place, and what its hook answered or raised."""

    place: Track
    answer: Any
    call: Call

    @property
    def code(self) -> None:
        """Nothing is decided."""


class Waiting:
    """A walk in which a hook waits: its coroutine, which was stepped once, and what came of it."""

    __slots__ = ("call", "effect", "place", "steps")

    code: None = None
    """Nothing is decided."""

    call: Call
    place: Track
    """Where the hook was asked."""

    def __init__(self, steps: Coroutine[Effect, Any, Any], effect: Effect) -> None:
        """Wait for an effect."""
        self.steps, self.effect = steps, effect


# What waits is a generator that steps its hook by hand: one object for each person who types.  That
# it is one of the interpreter's is what keeps a `StopIteration` of anybody's from being its answer.


def waits(core: Core, flags: int, walk: Waiting) -> Generator[Effect, Any, int]:
    """Go on with a call in which a hook waits; end with the code the application gets."""
    handle, place, call = core.handle, walk.place, walk.call
    steps: Any = walk.steps
    effect: Any = walk.effect
    del walk
    while True:
        answer: Any = None
        given: tuple[int, str] | None = None
        result: Any = None
        code: Any
        handle.current = call
        try:
            while True:
                try:
                    result = yield effect
                except GeneratorExit:
                    _close(steps, place, call)
                    raise
                except BaseException as fault:  # noqa: BLE001  # the hook that waits decides
                    effect = steps.throw(fault)
                else:
                    effect = steps.send(result)
                    result = None
        except StopIteration as end:
            answer = end.value
        except Exception as fault:  # noqa: BLE001  # whatever a hook raises must not grant
            given = settled(place, call, fault=fault)
        finally:
            # Nothing that is done with lies about while the next one is asked.
            handle.current = result = steps = effect = None
        after = place.leads(answer) if type(answer) is ReturnCode else None
        if after is None:
            if given is None:
                given = settled(place, call, answer)
            if not given[1]:
                after = place.leads(given[0])
            if after is None:
                code = core.leave(place, flags, given)
                break
        reached: Any = along(after, call.again())  # the hook may have kept the other
        if type(reached) is Waiting:
            place, call, steps, effect = reached.place, reached.call, reached.steps, reached.effect
            del reached
            continue
        try:
            code = core.come_to(place.primitive, flags, reached)
        finally:
            del reached  # a fault has its hook's locals, and leads back to this frame
        if isinstance(code, int):
            return code
        break
    ended: int = yield from code
    return ended


def answered(walk: Waiting) -> Generator[Effect, Any, Any]:
    """Go on with the hook that waits and no further; end with what it answers."""
    steps, effect = walk.steps, walk.effect
    step: Any
    given: Any
    while True:
        try:
            result = yield effect
        except GeneratorExit:
            _close(steps, walk.place, walk.call)
            raise
        except BaseException as fault:  # noqa: BLE001  # as above
            step, given = steps.throw, fault
        else:
            step, given = steps.send, result
            del result
        try:
            effect = step(given)
        except StopIteration as end:
            return end.value
        finally:
            del given


def _close(steps: Coroutine[Effect, Any, Any], place: Track, call: Call) -> None:
    """Have a hook clean up; what it raises then is told, and takes no interrupt's place."""
    try:
        steps.close()
    except Exception as fault:  # noqa: BLE001  # as above
        settled(place, call, fault=fault)


_AWAITED = 0x100  # C: CO_ITERABLE_COROUTINE, as `types.coroutine` sets it

for _each in (waits, answered):
    _each.__code__ = _each.__code__.replace(co_flags=_each.__code__.co_flags | _AWAITED)


def along(place: Track, call: Call) -> Track | Waiting | Left:
    """Ask hook after hook from a place on, as long as each answers at once what its place knows.

    Return the place where the walk has ended, or where it waits or was left.
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
            # `type`, because an object may say of its class what it likes.
            if type(answer) is not ReturnCode:
                answer = _stepped(answer)
        except Exception as fault:  # noqa: BLE001  # it is judged where the place is left
            return Left(here, fault, call)
        if type(answer) is Waiting:
            answer.place, answer.call = here, call
            return answer
        ahead = here.leads(answer) if type(answer) is ReturnCode else None
        if ahead is None:
            return Left(here, answer, call)
        place = ahead
        if getrefcount(call) != alone:
            call = call.again()  # as above
            alone = getrefcount(call)


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
    return Waiting(answer, effect)


async def _ended(answer: Any) -> Any:
    """Return what a hook has answered for good: nothing in it is waited for again."""
    return answer
