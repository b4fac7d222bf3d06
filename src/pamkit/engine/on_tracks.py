"""Walks on tracks: hook after hook is asked, and where one waits, the walk waits with it."""

from __future__ import annotations

from sys import getrefcount

from pamkit.engine.judging import settled
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
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
    """A walk in which a hook waits; whoever drives steps it to the code of its call.

    It is a coroutine, and written by hand: there is one for each person who types.
    """

    __slots__ = ("_core", "_effect", "_flags", "_steps", "call", "place")

    code: None = None
    """Nothing is decided."""

    _core: Core
    _flags: int
    call: Call
    place: Track | None
    """Where the hook was asked that waits; `None` where this is stepped for somebody else."""

    def __init__(self, steps: Coroutine[Effect, Any, Any], effect: Effect) -> None:
        """Wait where a hook waits, which was stepped once, for the effect that came of it."""
        self._steps = steps
        self._effect: Effect | None = effect

    def within(self, core: Core, flags: int) -> Any:
        """Go on as a call of ``core``."""
        self._core, self._flags = core, flags
        return self

    def alone(self) -> Any:
        """Go on with the hook, and no further: end with what it answers."""
        self.place = None
        return self

    def __await__(self) -> Waiting:
        """Be stepped by whoever drives."""
        return self

    def __next__(self) -> Effect:
        """Surface with the effect."""
        return self.send(None)

    def send(self, result: Any) -> Effect:
        """Go on with what came of the effect."""
        effect, place = self._effect, self.place
        if place is None:
            self._effect = None
            return self._steps.send(result) if effect is None else effect
        if effect is not None:
            self._effect = None
            self._core.handle.current = self.call
            return effect
        given: tuple[int, str] | None = None
        answer: Any = None
        try:
            return self._steps.send(result)
        except StopIteration as end:
            answer = end.value
        except Exception as fault:  # noqa: BLE001  # whatever a hook raises must not grant
            self._core.handle.current = None
            given = settled(place, self.call, fault=fault)
        except BaseException:  # an interrupt; it goes on
            self._core.handle.current = None
            raise
        return self._after(place, answer, given)

    def throw(self, *fault: Any) -> Effect:
        """Go on with what was raised instead: the hook that waits decides."""
        self._effect, place = None, self.place
        if place is None:
            return self._steps.throw(*fault)
        given: tuple[int, str] | None = None
        answer: Any = None
        try:
            return self._steps.throw(*fault)
        except StopIteration as end:
            answer = end.value
        except Exception as odd:  # noqa: BLE001  # as above
            self._core.handle.current = None
            given = settled(place, self.call, fault=odd)
        except BaseException:  # as above
            self._core.handle.current = None
            raise
        return self._after(place, answer, given)

    def close(self) -> None:
        """Have the hook clean up."""
        try:
            self._steps.close()
        finally:
            if self.place is not None:
                self._core.handle.current = None

    def _after(self, place: Track, answer: Any, given: tuple[int, str] | None) -> Effect:
        """Go on behind the hook, with what it answered or, ``given``, what that was judged to be.

        Return the next effect; `StopIteration` has the code of the call.
        """
        core, flags, call = self._core, self._flags, self.call
        core.handle.current = None
        after = place.leads(answer) if type(answer) is ReturnCode else None
        if after is None:
            if given is None:
                given = settled(place, call, answer)
            if not given[1]:
                after = place.leads(given[0])
            if after is None:
                return self._elsewhere(core.leave(place, flags, given))
        reached = along(after, call.again())  # the hook may have kept the other
        try:
            if type(reached) is Waiting:
                return self._with(reached)
            code = core.come_to(place.primitive, flags, reached)
        finally:
            del reached  # a fault has its hook's locals, and leads back to this frame
        if isinstance(code, int):
            raise StopIteration(code)
        return self._elsewhere(code)

    def _with(self, other: Waiting) -> Effect:
        """Wait as another walk does, which was not stepped yet: this call goes on in it."""
        self._steps, self.place, self.call = other._steps, other.place, other.call
        self._core.handle.current = self.call
        effect = other._effect
        assert effect is not None  # noqa: S101  # as above
        return effect

    def _elsewhere(self, steps: Any) -> Effect:
        """Be the coroutine in which the call goes on."""
        self._steps, self.place = steps, None
        effect: Effect = steps.send(None)
        return effect


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
