"""Steps a coroutine of the engine and performs each effect on the spot.

The asynchronous twin is `pamkit.aio`; the meaning of a transaction lies in neither.
"""

from __future__ import annotations

from pamkit.engine.answers import checked, unanswered
from pamkit.module.effect import Ask, Blocking, Bring, Effect, Hash, Later, Load, Native, Tell, Wait
from pamkit.module.program import Listen, Run, Start
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence
    from typing import Any, Protocol

    from pamkit.module.program import Finished, Running
    from pamkit.module.registry import Module
    from pamkit.vocab.message import Answer, Message

    class Conversation(Protocol):
        """Answers messages: one answer for each, `None` where nothing was asked.

        It may raise `NotYet` to be asked again later; any other exception ends the
        conversation, and reaches the application.
        """

        def __call__(self, messages: tuple[Message, ...], /) -> Sequence[Answer]:
            """Show the messages and return one answer each."""

    class Guests(Protocol):
        """Native modules in a Python process."""

        @property
        def speak_for_themselves(self) -> bool:
            """Whether one has put a conversation of its own in the application's place."""

        def perform(
            self,
            effect: Effect,
            ask: Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]],
        ) -> Any:
            """Perform an effect with C, in this thread; ``ask`` reaches the application."""

    class Host(Protocol):
        """A transaction that may have native modules."""

        @property
        def guests(self) -> Guests | None:
            """Them, if there are any by now."""

    class Outside(Protocol):
        """What a driver performs effects with."""

        def crypt(self, token: bytes, setting: str) -> str | None:
            """Return the hash; `None` if the scheme is not known."""

        def run(self, effect: Run) -> Finished:
            """Run a program to its end."""

        def start(self, run: Run) -> Running:
            """Start a program to listen to."""

        def sleep(self, seconds: float) -> None:
            """Let time pass."""

        def bring(self, path: str) -> Module | str:
            """Return the module in a file of Python, or why there is none."""


_NATIVE = (Native, Load, Tell)
_ERROR = Style.ERROR_MSG


class NotYet(Exception):
    """Raised by a conversation that has no answer yet: the transaction is kept as it stands.

    The application sees `Incomplete` and calls the same primitive again later.
    """


class Kept(Exception):
    """A coroutine that waits for its conversation, and the effect it waits for."""

    __slots__ = ("coroutine", "effect", "heard")

    def __init__(self, coroutine: Coroutine[Effect, Any, int], effect: Effect) -> None:
        """Keep a coroutine."""
        super().__init__()
        self.coroutine, self.effect = coroutine, effect
        self.heard: Heard | None = None
        """What was heard before it had to wait, for who goes on."""


def drive(
    coroutine: Coroutine[Effect, Any, int],
    perform: Callable[[Effect], Any],
    waiting: Effect | None = None,
) -> int:
    """Step a coroutine to its end and return its code.

    ``waiting`` is the effect at which the coroutine was kept before.  Raises `Kept` if the
    conversation says `NotYet`.  Whatever else is not an ordinary exception (an interrupt)
    closes the coroutine and is passed on.
    """
    code = driven(coroutine, perform, waiting)
    if isinstance(code, Kept):
        raise code
    return code


def driven(
    coroutine: Coroutine[Effect, Any, int],
    perform: Callable[[Effect], Any],
    waiting: Effect | None = None,
) -> int | Kept:
    """Do the same, and return what is kept: nothing that was raised lies about while it waits."""
    result: Any = None
    try:
        effect = resumed(coroutine, waiting)
        while True:
            try:
                result = perform(effect)
            except NotYet:
                return Kept(coroutine, effect)
            except Exception as fault:  # noqa: BLE001  # the hook that waits decides
                effect = coroutine.throw(fault)
            except BaseException:
                close(coroutine)
                raise
            else:
                effect = coroutine.send(result)
    except StopIteration as end:
        code: int = end.value
        return code
    finally:
        result = None  # an exception would keep what was answered, with this frame


def close(coroutine: Coroutine[Effect, Any, int]) -> None:
    """End a coroutine; an interrupt that is under way is not lost for what a hook raises then."""
    try:  # noqa: SIM105  # no login loads `contextlib`
        coroutine.close()
    except Exception:  # noqa: BLE001, S110  # the walk is refused already
        pass


def resumed(coroutine: Coroutine[Effect, Any, int], waiting: Effect | None) -> Effect:
    """Return the effect to perform next; raises `StopIteration` if the coroutine ends."""
    if waiting is None or isinstance(waiting, Later):
        return coroutine.send(None)  # the call that was waited for is this one
    return waiting


def is_for(guests: Guests | None, effect: Effect) -> bool:
    """Whether an effect is performed with native modules."""
    kind = type(effect)
    if kind in _NATIVE:
        return True
    return kind is Ask and guests is not None and guests.speak_for_themselves


class Heard:
    """What a conversation was told, and what it raised."""

    __slots__ = ("fault", "told")

    def __init__(self) -> None:
        """Start with nothing."""
        self.fault: Exception | None = None
        """What the conversation raised, for the application."""
        self.told: list[str] = []
        """The error messages, in order."""

    def hear(self, messages: tuple[Message, ...]) -> None:
        """Keep the error messages."""
        for message in messages:
            if message.style is _ERROR:
                self.told.append(message.text)


class Performer(Heard):
    """Performs effects on the spot, with one conversation and one outside."""

    __slots__ = ("_conversation", "_host", "_outside")

    def __init__(
        self, conversation: Conversation | None, outside: Outside, host: Host | None = None
    ) -> None:
        """Perform with ``conversation``; without one, nobody answers prompts.

        ``host`` has the native modules, as soon as there are any.
        """
        super().__init__()
        self._conversation, self._outside, self._host = conversation, outside, host

    def __call__(self, effect: Effect) -> Any:
        """Perform one effect and return its result."""
        guests = None if self._host is None else self._host.guests
        if guests is not None and (type(effect) is Native or is_for(guests, effect)):
            return guests.perform(effect, self._ask)
        if isinstance(effect, Ask):
            return self._ask(effect.messages)
        if isinstance(effect, Hash):
            return self._outside.crypt(effect.token.expose(), effect.setting)
        if isinstance(effect, Run):
            return self._outside.run(effect)
        if isinstance(effect, Start):
            return self._outside.start(effect.run)
        if isinstance(effect, Listen):
            return effect.running.listen()
        if isinstance(effect, Wait):
            return self._outside.sleep(effect.seconds)
        if isinstance(effect, Later):
            raise NotYet
        if isinstance(effect, Bring):
            return self._outside.bring(effect.path)
        if isinstance(effect, Blocking):
            return effect.function(self._at_once)
        raise TypeError(f"no driver knows the effect `{type(effect).__name__}`")

    def _at_once(self, effect: Effect) -> Any:
        """Perform an effect for a function that cannot be taken up again later."""
        try:
            return self(effect)
        except NotYet:
            return ReturnCode.CONV_ERR, ()

    def _ask(self, messages: tuple[Message, ...]) -> tuple[int, tuple[Answer, ...]]:
        self.hear(messages)
        if self._conversation is None:
            return unanswered(messages)
        try:
            answers = self._conversation(messages)
        except NotYet:
            raise
        except Exception as fault:  # noqa: BLE001  # PAM is told conv_err, the application all
            self.fault = fault
            return ReturnCode.CONV_ERR, ()
        return checked(messages, answers)
