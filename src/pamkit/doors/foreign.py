"""A hook in Python that a libpam asks through `pam_pamkit.so`, ours or another's.

Where the libpam is ours, the engine knows the handle, and the hook gets the engine's own call.
Another's handle is known to its own functions alone: a `pam_pamkit.so` serves them in the words of
our libpam (`module/libpam.c`).  What reads and sets is called on the spot; what may hold a
conversation is asked for outside, with no frame of Python on the stack.
"""

from __future__ import annotations

import itertools

from pamkit.doors.door import DOORS, decoded, encoded
from pamkit.doors.perform import asked, at_once, drive, on_the_spot, stepped
from pamkit.doors.requests import SERVE, SLEEP, signed
from pamkit.doors.talk import converse
from pamkit.doors.world import LazyWorld
from pamkit.engine.bind import bring
from pamkit.engine.call import Call
from pamkit.engine.judging import judged
from pamkit.engine.odd_words import tell_of
from pamkit.module.call import Stop
from pamkit.module.effect import Ask, Blocking, Effect, Hash, Wait
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Message, Style
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator, Mapping
    from typing import Any

    from pamkit.doors.door import Door
    from pamkit.doors.requests import Steps
    from pamkit.module.call import Cleanup
    from pamkit.module.program import Finished, Run, Running
    from pamkit.module.registry import Module
    from pamkit.vocab.message import Answer

(
    GET_ITEM,
    SET_ITEM,
    GET_USER,
    GET_AUTHTOK,
    GET_AUTHTOK_NOVERIFY,
    GET_AUTHTOK_VERIFY,
    GET_DATA,
    SET_DATA,
    GETENV,
    PUTENV,
    GETENVLIST,
    FAIL_DELAY,
    PROMPT,
    SYSLOG,
) = range(8, 22)
"""C: of `enum pamkit_function`, those that a foreign libpam is asked for."""

_CALL_WORDS = 8
"""C: a `struct pamkit_call` is the answer, what is handed out, and six words."""

_FILES = "pamkit files"
"""The name of the data that keeps what was brought in from files for one handle."""

KEPT: dict[int, tuple[Any, Cleanup | None]] = {}
"""Data that hooks in Python keep on foreign handles; C knows the numbers alone."""


_numbers = itertools.count(1)
"""INVARIANT: no number is given out twice: a handle must never find another's data."""


class Served(Effect):
    """Have a function of the foreign libpam served outside: its number and its words."""

    function: int
    words: tuple[int, ...]

    def __await__(self) -> Generator[Effect, Any, tuple[int, int]]:
        """Come back with its code and what it hands out."""
        answer: tuple[int, int] = yield self
        return answer


class Meant(Record, eq=False):
    """The module that is meant, a sentence if there is none, and the words that are its own."""

    module: Module | str
    args: tuple[str, ...]


def ask_module(
    primitive: int, handle: int, flags: int, count: int, vector: int, place: int
) -> Steps[int]:
    """Ask a hook of the module that a `struct pamkit_asked` means; end with its code."""
    args = tuple(decoded(c_memory.text(c_memory.word(vector + at * WORD))) for at in range(count))
    libpam, name = c_memory.word(place), decoded(c_memory.text(place + WORD))
    door = DOORS.get(handle)
    if door is not None:
        return (yield from _in_ours(door, Primitive(primitive), signed(flags), name, args))
    foreign = Foreign(handle, libpam)
    call = ForeignCall(foreign, Primitive(primitive), signed(flags), args)
    hook = _hook_in(call, name)
    return (yield from stepped(hook, lambda effect: _perform(foreign, effect)))


def keep(value: Any, cleanup: Cleanup | None) -> int:
    """Keep data of a hook in Python; return the number that C knows it by."""
    number = next(_numbers)  # one step: two threads cannot get the same
    KEPT[number] = (value, cleanup)
    return number


def forget(number: int, status: int) -> None:
    """Clean up data that a hook in Python kept on a foreign handle."""
    value, cleanup = KEPT.pop(number, (None, None))
    if cleanup is not None:
        cleanup(value, status)


async def _meant(name: str, args: tuple[str, ...], files: dict[str, Module | str]) -> Meant:
    """Return the module that a shared object means, which the words of its line may say."""
    if not name:
        return Meant(await bring(args[0] if args else "", files), args[1:])
    if name.startswith("/"):
        return Meant(await bring(name, files), args)
    from pamkit.assembly import registry

    return Meant(registry().find(f"{name}.so") or f"there is no module `{name}` in Python", args)


def _in_ours(
    door: Door, primitive: Primitive, flags: int, name: str, args: tuple[str, ...]
) -> Steps[int]:
    """Ask a hook on a handle of our own, as the engine asks it."""
    handle = door.core.handle
    if handle.entry(_FILES) is None:
        handle.keep(_FILES, {}, None)
    files: dict[str, Module | str] = handle.data(_FILES)
    before = handle.current

    async def hook() -> int:
        meant = await _meant(name, args, files)
        found, log = meant.module, door.core.world.log
        if isinstance(found, str):
            log.write(Priority.ERR, f"PAM {found}")
            return int(ReturnCode.MODULE_UNKNOWN)
        function = found.hooks.get(primitive)
        if function is None:
            log.write(Priority.ERR, f"PAM unable to resolve symbol: {_symbol(primitive)}")
            return int(ReturnCode.MODULE_UNKNOWN)
        options, problems = found.declaration.options.parse(
            meant.args, door.core.world.process.directory
        )
        line = (found.name, meant.args, options)
        call = Call(door.core, primitive, flags, line)
        tell_of(problems, call)
        handle.current = call
        code, _ = await judged(
            function, call, lambda note: log.write(Priority.ERR, f"PAM {found.name}: {note}")
        )
        return int(code)

    try:
        return (yield from drive(door, hook()))
    finally:
        handle.current = before


async def _hook_in(call: ForeignCall, name: str) -> int:
    """Ask a hook on a foreign handle."""
    try:
        files = call.data(_FILES)
    except KeyError:
        files = {}
        call.set_data(_FILES, files)
    meant = await _meant(name, call.args, files)
    found = meant.module
    if isinstance(found, str):
        call.log(Priority.ERR, found)
        return int(ReturnCode.MODULE_UNKNOWN)
    function = found.hooks.get(call.primitive)
    if function is None:
        call.log(Priority.ERR, f"unable to resolve symbol: {_symbol(call.primitive)}")
        return int(ReturnCode.MODULE_UNKNOWN)
    call.args = meant.args
    call.options, problems = found.declaration.options.parse(
        meant.args, call.world.process.directory
    )
    tell_of(problems, call)
    code, _ = await judged(
        function, call, lambda note: call.log(Priority.ERR, f"{found.name}: {note}")
    )
    return int(code)


def _symbol(primitive: Primitive) -> str:
    return f"pam_sm_{primitive.name.lower()}"


class Foreign:
    """A foreign handle, and the functions of its libpam."""

    __slots__ = ("handle", "libpam")

    def __init__(self, handle: int, libpam: int) -> None:
        """Hold two addresses: the handle's, and that of a server of the functions."""
        self.handle, self.libpam = handle, libpam

    def serve(self, function: int, *words: int) -> tuple[int, int]:
        """Have a function served here and now: one that reads or sets, and calls nobody."""
        return at_once(self.served(function, words))

    def served(self, function: int, words: tuple[int, ...]) -> Steps[tuple[int, int]]:
        """Have a function served; end with its code and what it hands out."""
        block = c_memory.blank(_CALL_WORDS * WORD)
        c_memory.set_word(block, int(ReturnCode.SYSTEM_ERR))  # until libpam says otherwise
        for at, word in enumerate((self.handle, *words), 2):
            c_memory.set_word(block + at * WORD, word)
        yield (SERVE, self.libpam, function, block)
        answer, out = signed(c_memory.word(block)), c_memory.word(block + WORD)
        c_memory.forget(block, _CALL_WORDS * WORD)
        return answer, out


def _perform(foreign: Foreign, effect: Effect) -> Steps[Any]:
    if isinstance(effect, Served):
        return (yield from foreign.served(effect.function, effect.words))
    if isinstance(effect, Ask):
        return (yield from asked(effect.messages, lambda carried: _talk(foreign, carried)))
    if isinstance(effect, Wait):
        yield (SLEEP, max(0, int(effect.seconds * 1_000_000)))
        return None
    if isinstance(effect, Blocking):
        return effect.function(lambda inner: at_once(_perform(foreign, inner)))
    return on_the_spot(effect)


def _talk(foreign: Foreign, carried: tuple[tuple[int, bytes], ...]) -> Steps[tuple[int, int]]:
    code, place = foreign.serve(GET_ITEM, int(Item.CONV))
    if code != ReturnCode.SUCCESS or not place or not c_memory.word(place):
        return ReturnCode.SYSTEM_ERR, 0
    return (yield from converse(place, carried))


class ForeignCall:
    """A foreign handle behind `module.call.ModuleCall`: each contract is its libpam's."""

    __slots__ = ("_foreign", "args", "flags", "options", "primitive", "world")

    def __init__(
        self, foreign: Foreign, primitive: Primitive, flags: int, args: tuple[str, ...]
    ) -> None:
        """Show a hook the handle, for one primitive."""
        self._foreign = foreign
        self.primitive, self.flags, self.args = primitive, flags, args
        self.options: Any = None
        self.world: Any = LazyWorld()

    @property
    def silent(self) -> bool:
        """Whether the application wants no messages."""
        return bool(self.flags & Flag.SILENT)

    @property
    def preliminary(self) -> bool:
        """Whether this is the first pass of chauthtok."""
        return self.primitive is Primitive.CHAUTHTOK and bool(self.flags & Flag.PRELIM_CHECK)

    def item(self, item: Item) -> str | None:
        """Return a text item."""
        text: str | None = decoded(self._item(item))
        return text

    def set_item(self, item: Item, value: str | None) -> None:
        """Set a text item; ends the hook with the code of `pam_set_item` if it fails."""
        if value is not None and "\0" in value:
            raise Stop(ReturnCode.BAD_ITEM)
        self._set(item, None if value is None else encoded(value))

    def token(self, item: Item) -> Secret | None:
        """Return a token."""
        token = self._item(item)
        return None if token is None else Secret(token)

    def set_token(self, item: Item, token: Secret | None) -> None:
        """Set or clear a token; libpam overwrites the old one."""
        self._set(item, None if token is None else token.expose())

    def _item(self, item: Item) -> bytes | None:
        code, place = self._foreign.serve(GET_ITEM, int(item))
        if code != ReturnCode.SUCCESS:
            raise Stop(code)
        return c_memory.text(place)

    def _set(self, item: Item, data: bytes | None) -> None:
        copy = 0 if data is None else c_memory.copy(data)
        code, _ = self._foreign.serve(SET_ITEM, int(item), copy)
        if data is not None:
            c_memory.forget(copy, len(data))
        if code != ReturnCode.SUCCESS:
            raise Stop(code)

    async def user(self, prompt: str | None = None) -> str:
        """Return the user's name, asking for it if need be."""
        name = decoded(await self._brought(GET_USER, (), prompt))
        if name is None:
            raise Stop(ReturnCode.CONV_ERR)  # no answer is not an empty answer
        user: str = name
        return user

    async def authtok(self, item: Item, prompt: str | None = None) -> Secret:
        """Return a token, asking for it (in a password change twice) if need be."""
        return await self._token(GET_AUTHTOK, int(item), prompt)

    async def authtok_once(self, prompt: str | None = None) -> Secret:
        """Return the new token, asking once."""
        return await self._token(GET_AUTHTOK_NOVERIFY, int(Item.AUTHTOK), prompt)

    async def authtok_again(self, prompt: str | None = None) -> Secret:
        """Ask for the new token again, unless that was done, and compare."""
        code, place = self._foreign.serve(GET_ITEM, int(Item.AUTHTOK))
        if code != ReturnCode.SUCCESS or not place:
            raise Stop(ReturnCode.AUTHTOK_ERR)
        return await self._token(GET_AUTHTOK_VERIFY, int(Item.AUTHTOK), prompt, place)

    async def _token(
        self, function: int, item: int, prompt: str | None, given: int | None = None
    ) -> Secret:
        behind = () if given is None else (given,)
        token = await self._brought(function, (item,), prompt, behind)
        if token is None:
            raise Stop(ReturnCode.AUTHTOK_ERR)  # no token is not an empty one
        return Secret(token)

    async def _brought(
        self,
        function: int,
        before: tuple[int, ...],
        prompt: str | None,
        behind: tuple[int, ...] = (),
    ) -> bytes | None:
        """Have libpam bring a text that it may ask for; end the hook with its code if it fails."""
        copy = 0 if prompt is None else c_memory.copy(encoded(prompt))
        code, place = await Served(function, (*before, copy, *behind))
        c_memory.forget(copy)
        if code != ReturnCode.SUCCESS:
            raise Stop(code)
        return c_memory.text(place)

    async def ask(self, style: Style, text: str) -> Answer:
        """Hold a conversation of one message; ends the hook if it fails."""
        code, answer = await self._spoken(style, text)
        if code != ReturnCode.SUCCESS:
            raise Stop(code)
        return answer

    async def say(self, style: Style, text: str) -> int:
        """Show a message; return the conversation's code."""
        code, _ = await self._spoken(style, text)
        return code

    async def _spoken(self, style: Style, text: str) -> tuple[int, Answer]:
        code, answers = await Ask((Message(style, text),))
        if code != ReturnCode.SUCCESS:
            self.log(Priority.ERR, "conversation failed")
        return code, answers[0] if answers else None

    async def hash(self, token: Secret, setting: str) -> str | None:
        """Return ``crypt(token, setting)``; `None` if the scheme is not known."""
        return await Hash(token, setting)

    async def run(
        self,
        argv: tuple[str, ...],
        *,
        environment: Mapping[str, str] | None = None,
        stdin: Secret | bytes = b"",
    ) -> Finished:
        """Run a program to its end."""
        from pamkit.module.program import Run

        return await Run(argv, tuple((environment or {}).items()), stdin)

    async def start(self, run: Run) -> Running:
        """Start a program to listen to."""
        from pamkit.module.program import Start

        return await Start(run)

    async def listen(self, running: Running) -> bytes | Finished:
        """Return what a program says next, or how it ended."""
        from pamkit.module.program import Listen

        return await Listen(running)

    async def wait(self, seconds: float) -> None:
        """Let time pass."""
        await Wait(seconds)

    def data(self, name: str) -> Any:
        """Return module data; `KeyError` if there is none of a module in Python."""
        code, number = self._named(GET_DATA, name)
        if code != ReturnCode.SUCCESS or number not in KEPT:
            raise KeyError(name)
        return KEPT[number][0]

    def set_data(self, name: str, value: Any, cleanup: Cleanup | None = None) -> None:
        """Keep data on the handle; libpam has old data of that name cleaned up first."""
        from _pamkit_foreign import (  # type: ignore[import-not-found]  # built into the core
            cleanup as address,
        )

        number = keep(value, cleanup)
        code, _ = self._named(SET_DATA, name, number, address())
        if code != ReturnCode.SUCCESS:
            KEPT.pop(number, None)
            raise Stop(code)

    def getenv(self, name: str) -> str | None:
        """Return a variable of the PAM environment."""
        value: str | None = decoded(c_memory.text(self._named(GETENV, name)[1]))
        return value

    def putenv(self, assignment: str) -> int:
        """Carry out an assignment in the PAM environment."""
        if "\0" in assignment:
            return ReturnCode.BAD_ITEM
        return self._named(PUTENV, assignment)[0]

    def environment(self) -> dict[str, str]:
        """Return the PAM environment."""
        _, vector = self._foreign.serve(GETENVLIST)
        found: dict[str, str] = {}
        at = vector
        while vector and c_memory.word(at):
            name, _, value = decoded(c_memory.text(c_memory.word(at))).partition("=")
            found[name] = value
            c_memory.forget(c_memory.word(at))
            at += WORD
        c_memory.forget(vector, 0)
        return found

    def fail_delay(self, microseconds: int) -> None:
        """Ask for a delay if the call fails."""
        self._foreign.serve(FAIL_DELAY, microseconds)

    def log(self, priority: int, text: str) -> None:
        """Write a line for the administrator; libpam puts the module's name in front."""
        from pamkit.stores.log import one_line

        copy = c_memory.copy(encoded(one_line(text)))
        self._foreign.serve(SYSLOG, int(priority), copy)
        c_memory.forget(copy)

    def _named(self, function: int, name: str, *words: int) -> tuple[int, int]:
        copy = c_memory.copy(encoded(name))
        answer = self._foreign.serve(function, copy, *words)
        c_memory.forget(copy)
        return answer
