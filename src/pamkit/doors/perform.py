"""Steps a coroutine of the engine and turns its effects into requests to C."""

from __future__ import annotations

from pamkit.doors.door import CONVERSATION, Door, encoded
from pamkit.doors.requests import DELAY, FROM_APPLICATION, HOOK, OPEN, SLEEP, signed
from pamkit.doors.talk import take, talk
from pamkit.engine.answers import checked
from pamkit.module.effect import Ask, Blocking, Bring, Hash, Load, Native, Tell, Wait
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any, TypeVar

    from pamkit.doors.requests import Steps
    from pamkit.module.effect import Effect
    from pamkit.vocab.message import Answer, Message

    T = TypeVar("T")


def drive(door: Door, coroutine: Coroutine[Effect, Any, T]) -> Steps[T]:
    """Step a coroutine to its end; end with what it returned, or raise what it raised."""
    return stepped(coroutine, lambda effect: perform(door, effect))


def stepped(
    coroutine: Coroutine[Effect, Any, T], perform: Callable[[Effect], Steps[Any]]
) -> Steps[T]:
    """Step a coroutine to its end with what performs its effects; see `drive`."""
    try:
        effect = coroutine.send(None)
        while True:
            try:
                result = yield from perform(effect)
            except Exception as fault:  # noqa: BLE001  # the hook that waits decides
                effect = coroutine.throw(fault)
            else:
                effect = coroutine.send(result)
    except StopIteration as end:
        value: T = end.value
        return value


def at_once(steps: Steps[T]) -> T:
    """Carry out requests here and now, for a function that cannot be suspended.

    Frames of Python stay on the stack meanwhile: an application must not jump away from there.
    """
    try:
        request = next(steps)
        from _pamkit_foreign import perform as carry_out  # type: ignore[import-not-found]  # core

        while True:
            request = steps.send(carry_out(*request))
    except StopIteration as end:
        value: T = end.value
        return value


def perform(door: Door, effect: Effect) -> Steps[Any]:
    """Perform one effect; end with its result."""
    if isinstance(effect, Native):
        vector, count = door.vector(effect.args), len(effect.args)
        word = yield (HOOK, effect.pointer, door.address, effect.flags, count, vector)
        return signed(word)
    if isinstance(effect, Ask):
        if door.ask is not None:
            return door.ask(effect.messages)
        return (yield from _ask(door, effect.messages))
    if isinstance(effect, Load):
        path = c_memory.copy(encoded(effect.path))
        block = yield (OPEN, path)
        c_memory.forget(path)
        door.modules.append(block)
        from pamkit.doors.native_module import loaded

        return loaded(block)
    if isinstance(effect, Wait):
        yield (SLEEP, max(0, int(effect.seconds * 1_000_000)))
        return None
    if isinstance(effect, Tell):
        door.caller = FROM_APPLICATION
        pointer = c_memory.word(door.address + CONVERSATION + WORD)
        yield (DELAY, effect.pointer, effect.code, effect.microseconds, pointer)
        return None
    if isinstance(effect, Blocking):
        return effect.function(lambda inner: at_once(perform(door, inner)))
    return on_the_spot(effect)


def on_the_spot(effect: Effect) -> Any:
    """What calls nobody's code but the system's: hashes, and programs run to their end."""
    from pamkit.stores.system import system_outside

    outside = system_outside("/")
    if isinstance(effect, Hash):
        return outside.crypt(effect.token.expose(), effect.setting)
    from pamkit.module.program import Listen, Run, Start

    if isinstance(effect, Run):
        return outside.run(effect)
    if isinstance(effect, Start):
        return outside.start(effect.run)
    if isinstance(effect, Listen):
        return effect.running.listen()
    if isinstance(effect, Bring):
        return outside.bring(effect.path)
    raise TypeError(f"no door knows the effect `{type(effect).__name__}`")


def _ask(door: Door, messages: tuple[Message, ...]) -> Steps[tuple[int, tuple[Answer, ...]]]:
    return (yield from asked(messages, lambda carried: talk(door, carried)))


def asked(
    messages: tuple[Message, ...],
    talk: Callable[[tuple[tuple[int, bytes], ...]], Steps[tuple[int, int]]],
) -> Steps[tuple[int, tuple[Answer, ...]]]:
    """Have messages told in the language of the program; end with the answers to them."""
    from pamkit.stores.translation import translated

    carried = tuple(
        (int(m.style), m.payload if m.style is Style.BINARY_PROMPT else encoded(translated(m.text)))
        for m in messages
    )
    code, responses = yield from talk(carried)
    answers = take(responses, tuple(style for style, _ in carried))
    if code != ReturnCode.SUCCESS:
        return code, ()
    return checked(messages, answers)
