"""The functions of libpam.so.0, each as a function or a generator over words of C.

A function answers a word, or a pair: the return code and the word that is handed out.  One
that has to reach outside is a generator (see `doors.requests`).  What is not answered here was
refused by the caller before it asked.

Contracts: `pam_start(3)` and its sisters; what no page says is Linux-PAM's, measured.
"""

from __future__ import annotations

from pamkit.doors.door import (
    CONVERSATION,
    DATA_OF_XAUTH,
    DOORS,
    LENGTH_OF_XAUTH,
    NAME_OF_XAUTH,
    XAUTHDATA,
    Door,
    decoded,
    forget_xauth,
    lay_out_xauth,
    strings,
)
from pamkit.doors.perform import drive
from pamkit.doors.requests import CLEANUP, CLOSE, FROM_APPLICATION, FROM_MODULE, signed
from pamkit.doors.start import NotStarted, new_core
from pamkit.doors.talk import take, talk
from pamkit.engine.call import Call
from pamkit.engine.handle import Handle
from pamkit.module.call import Stop
from pamkit.module.effect import Tell
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import DATA_REPLACE
from pamkit.vocab.item import TEXTS, TOKENS, Item
from pamkit.vocab.priority import Priority
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from pamkit.doors.requests import Steps
    from pamkit.module.effect import Effect

# C: plain numbers; an answer of a door is a word.
_SUCCESS = int(ReturnCode.SUCCESS)
_SYSTEM_ERR = int(ReturnCode.SYSTEM_ERR)
_BAD_ITEM = int(ReturnCode.BAD_ITEM)
_ABORT = int(ReturnCode.ABORT)
_UNFINISHED = (_ABORT, int(ReturnCode.INCOMPLETE))
_USER, _CONV, _FAIL_DELAY, _XAUTHDATA = 2, 5, 10, 12
_TEXTS = frozenset(int(item) for item in TEXTS)
_TOKENS = frozenset(int(item) for item in TOKENS)


class NativeData(Record, eq=False):
    """Module data of a native module: its pointer, and the address of its cleanup or 0."""

    pointer: int
    cleanup: int


class NativeDelay(Record, eq=False):
    """An application's delay function in C."""

    pointer: int

    def __call__(self, code: int, microseconds: int) -> Tell:
        """Return what tells it."""
        return Tell(self.pointer, int(code), microseconds)


def start(service: int, user: int, conversation: int, confdir: int) -> Steps[Any]:
    """`pam_start(3)`, `pam_start_confdir(3)`: the policy is read, its modules are opened."""
    try:
        core, trail = new_core(
            decoded(c_memory.text(service)),
            decoded(c_memory.text(user)),
            decoded(c_memory.text(confdir)),
        )
    except NotStarted as refused:
        return int(refused.code), 0
    door = Door(core, trail)
    _copy(conversation, door.address + CONVERSATION, 2)
    yield from drive(door, core.prepare())
    return _SUCCESS, door.address


def end(handle: int, status: int) -> Steps[int]:
    """`pam_end(3)`: cleanups newest first, then everything is overwritten and freed."""
    door = DOORS.get(handle)
    if door is None or door.ending or door.hosted or door.caller != FROM_APPLICATION:
        return _SYSTEM_ERR
    core, door.ending = door.core, True
    door.trail.at_end()
    # C: cleanups run as the application, and find the handle as it was; what they add to it is
    # never cleaned up.
    for name in core.handle.data_names():
        value, cleanup = core.handle.entry(name) or (None, None)
        if isinstance(value, NativeData):
            if value.cleanup:
                yield (CLEANUP, value.cleanup, handle, value.pointer, signed(status))
        elif cleanup is not None:
            try:
                cleanup(value, signed(status))
            except Exception:  # noqa: BLE001  # the other cleanups must run as well
                core.world.log.write(Priority.ERR, "PAM a cleanup of module data failed")
    core.handle.take_data()
    core.end(signed(status))
    for block in door.modules:
        yield (CLOSE, block)
    door.close()
    return _SUCCESS


def _primitive(primitive: Primitive) -> Callable[[int, int], Steps[int]]:
    def call(handle: int, flags: int) -> Steps[int]:
        door = DOORS.get(handle)
        # C: a module may not call the application's functions on its own handle.
        if door is None or door.hosted or door.caller != FROM_APPLICATION:
            return _SYSTEM_ERR
        core, finished = door.core, False
        core.walks = ()  # nobody reads them here, and a handle may live for years
        door.caller = FROM_MODULE
        try:
            code = yield from drive(door, core.call(primitive, signed(flags)))
            finished = True
        finally:
            door.caller = FROM_APPLICATION
            if not finished:
                core.refuse(primitive)  # before all else: one more interrupt may come
                core.abandon()
            door.sweep()
        # C: a call that walked no chain to its end is on record too.
        if not core.runs and code in _UNFINISHED:
            code = door.trail.after_call(primitive, signed(flags), code)
        if code >= CODE_COUNT and core.dialect.keywords:
            # DIALECT: codes that only other families have; a program in C knows Linux-PAM's alone.
            return _SYSTEM_ERR
        return int(code)  # what the engine decided, and nobody else

    return call


def get_item(handle: int, item: int) -> Any:
    """`pam_get_item(3)`: tokens for modules only."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    if item in _TEXTS:
        text = door.texts.get(item)  # type: ignore[call-overload]  # an `Item` is an `int`
        kept = door.copies.get(item)
        if kept is not None and kept[0] is text:
            return kept[1]
        return _SUCCESS, door.text(item, text)
    state = door.core.handle
    if item in _TOKENS:
        if door.caller != FROM_MODULE:
            return _BAD_ITEM
        return _SUCCESS, door.token(item, state.tokens.get(item))  # type: ignore[call-overload]  # an int
    if item == _CONV:
        return _SUCCESS, handle + CONVERSATION
    if item == _FAIL_DELAY:
        callback = state.delay_callback
        return _SUCCESS, callback.pointer if isinstance(callback, NativeDelay) else 0
    if item == _XAUTHDATA:
        return _SUCCESS, handle + XAUTHDATA
    return _BAD_ITEM


def set_item(handle: int, item: int, value: int) -> int:
    """`pam_set_item(3)`: what is given is copied; setting what was handed out changes nothing."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    state, item = door.core.handle, signed(item)
    if item in _TEXTS:
        text = door.copied(item, value) or decoded(c_memory.text(value))
        # DIALECT: a program was compiled with Linux-PAM's items, whatever the policy is written in.
        return int(Handle.set(state, item, text, from_module=True))
    if item in _TOKENS:
        if door.caller != FROM_MODULE:
            return _BAD_ITEM
        if not (value and door.token_is_at(item, value)):
            token = c_memory.text(value)
            state.set_token(Item(item), None if token is None else Secret(token))
            door.sweep()
        return _SUCCESS
    if item == _CONV:
        if not value:
            return int(ReturnCode.PERM_DENIED)
        _copy(value, handle + CONVERSATION, 2)
        door.ask = None
        state.conversation_failure = None
        return _SUCCESS
    if item == _FAIL_DELAY:
        state.delay_callback = NativeDelay(value) if value else None
        return _SUCCESS
    if item == _XAUTHDATA:
        return _set_xauth(state, handle + XAUTHDATA, value)
    return _BAD_ITEM


def _set_xauth(state: Handle, ours: int, theirs: int) -> int:
    if not theirs:
        return _BAD_ITEM  # C: libpam dies of it
    if theirs == ours:
        return _SUCCESS
    # C: the name ends at its NUL, whatever is said of its length; what is no data is no item.
    name = c_memory.text(c_memory.word(theirs + NAME_OF_XAUTH))
    place = c_memory.word(theirs + DATA_OF_XAUTH)
    data_length = c_memory.number(theirs + LENGTH_OF_XAUTH)
    if name is None or not place or data_length < 0:
        forget_xauth(ours)
        state.xauthdata = None
        return int(ReturnCode.BUF_ERR)
    length = c_memory.number(theirs)
    data = c_memory.data(place, data_length)
    # A length that reaches behind the name is not handed on: whoever believes it reads too far.
    lay_out_xauth(ours, name, data, length=length if 0 <= length <= len(name) else None)
    state.xauthdata = (decoded(name), data)
    return _SUCCESS


def _copy(source: int, target: int, words: int) -> None:
    for at in range(words):
        c_memory.set_word(target + at * WORD, c_memory.word(source + at * WORD))


def _call(door: Door) -> Call:
    """The hook that is being asked, or a stand-in where an application asks."""
    core = door.core
    return core.handle.current or Call(core, Primitive.AUTHENTICATE, 0)


def get_user(handle: int, prompt: int) -> Any:
    """`pam_get_user(3)`: the name, asked for if need be."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    text = door.texts.get(_USER)  # type: ignore[call-overload]  # an `Item` is an `int`
    kept = door.copies.get(_USER)
    if kept is not None and kept[0] is text:
        return kept[1]
    return _ask_user(door, prompt)


def _ask_user(door: Door, prompt: int) -> Steps[Any]:
    text, state = decoded(c_memory.text(prompt)), door.core.handle
    asks = Item.USER not in state.texts and state.conversation_failure is None
    shown = state.texts.get(Item.USER_PROMPT, "login:") if text is None else text
    # C: a conversation that is taken up again is asked what it was asked before.
    if asks and door.prompted is not None and door.prompted != shown:
        door.core.world.log.write(Priority.ERR, "PAM pam_get_user: resume with another prompt")
        return _ABORT
    try:
        user = yield from drive(door, _call(door).user(text))
    except Stop as stop:
        if asks:
            door.prompted = shown if stop.code == ReturnCode.CONV_AGAIN else None
        return int(stop.code)
    if asks:
        door.prompted = None
    return _SUCCESS, door.text(_USER, user)


def get_authtok(handle: int, item: int, prompt: int) -> Steps[Any]:
    """`pam_get_authtok(3)`: a token, asked for if need be, a new one twice."""
    return _get_token(handle, item, lambda call, item, text: call.authtok(item, text), prompt)


def get_authtok_noverify(handle: int, item: int, prompt: int) -> Steps[Any]:
    """`pam_get_authtok_noverify(3)`: a token, asked for once."""
    return _get_token(handle, item, lambda call, _, text: call.authtok_once(text), prompt)


def get_authtok_verify(handle: int, item: int, prompt: int, token: int) -> Steps[Any]:
    """`pam_get_authtok_verify(3)`: the new token once more, compared with the one given."""
    data = c_memory.text(token)
    given = None if data is None else Secret(data)
    return _get_token(
        handle, item, lambda call, _, text: call.authtok_again(text, given=given), prompt
    )


def _get_token(
    handle: int,
    number: int,
    ask: Callable[[Call, Item, str | None], Coroutine[Effect, Any, Secret]],
    prompt: int,
) -> Steps[Any]:
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    call = door.core.handle.current
    if call is None or number not in _TOKENS:
        return _BAD_ITEM
    item = Item(number)
    try:
        token = yield from drive(door, ask(call, item, decoded(c_memory.text(prompt))))
    except Stop as stop:
        door.sweep()
        return int(stop.code)
    door.sweep()
    return _SUCCESS, door.token(item, token)


def get_data(handle: int, name: int) -> Any:
    """`pam_get_data(3)`: for modules only."""
    door = DOORS.get(handle)
    if door is None or door.caller != FROM_MODULE:
        return _SYSTEM_ERR
    entry = door.core.handle.entry(decoded(c_memory.text(name)))
    if entry is None or not isinstance(entry[0], NativeData):
        return int(ReturnCode.NO_MODULE_DATA)
    return _SUCCESS, entry[0].pointer


def set_data(handle: int, name: int, data: int, cleanup: int) -> Steps[int]:
    """`pam_set_data(3)`: for modules only; old data of that name is cleaned up first."""
    door = DOORS.get(handle)
    if door is None or door.caller != FROM_MODULE:
        return _SYSTEM_ERR
    key = decoded(c_memory.text(name))
    entry = door.core.handle.entry(key)
    if entry is not None:
        old, old_cleanup = entry
        if isinstance(old, NativeData):
            if old.cleanup:
                yield (CLEANUP, old.cleanup, handle, old.pointer, DATA_REPLACE)
        elif old_cleanup is not None:
            old_cleanup(old, DATA_REPLACE)
    door.core.handle.keep(key, NativeData(data, cleanup), door.clean_up)
    return _SUCCESS


def getenv(handle: int, name: int) -> Any:
    """`pam_getenv(3)`: a variable, or the null pointer."""
    door = DOORS.get(handle)
    if door is None:
        return 0
    key: str = decoded(c_memory.text(name))
    return _SUCCESS, door.text(key, door.core.handle.env.get(key))


def putenv(handle: int, assignment: int) -> int:
    """`pam_putenv(3)`: ``NAME=value``, ``NAME=`` or ``NAME``."""
    door = DOORS.get(handle)
    if door is None:
        return _ABORT
    text = decoded(c_memory.text(assignment)) or ""
    code = int(door.core.handle.putenv(text))
    if code == _BAD_ITEM:
        absent = not text.startswith("=") and text
        said = f"delete non-existent entry; {text}" if absent else "bad variable"
        _log(door, Priority.ERR, f"pam_putenv: {said}")
    return code


def getenvlist(handle: int) -> Any:
    """`pam_getenvlist(3)`: a vector of strings that the caller frees."""
    door = DOORS.get(handle)
    if door is None:
        return 0
    variables = door.core.handle.env.items()
    return _SUCCESS, strings(tuple(f"{name}={value}" for name, value in variables))


def fail_delay(handle: int, microseconds: int) -> int:
    """`pam_fail_delay(3)`: the longest request of a round counts."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    door.core.delay(microseconds & 0xFFFFFFFF)
    return _SUCCESS


def prompt(handle: int, style: int, text: int, wanted: int) -> Steps[Any]:
    """`pam_prompt(3)`: one message; its answer is the caller's to free, wanted or not."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    said = c_memory.text(text) or b""
    code, responses = yield from talk(door, ((signed(style), said),))
    answer = 0
    if responses and wanted:
        answer = c_memory.word(responses)
        c_memory.forget(responses, 2 * WORD)
    else:
        take(responses, (signed(style),))
    if code != ReturnCode.SUCCESS:
        _call(door).log(Priority.ERR, "conversation failed")
    return code, answer


def syslog(handle: int, priority: int, text: int) -> int:
    """`pam_syslog(3)`: inside a hook its name stands in front; answers 1, it was served."""
    door = DOORS.get(handle)
    # C: a line that ends itself is the same line to whoever reads the log.
    line = (decoded(c_memory.text(text)) or "").removesuffix("\n")
    _log(door, signed(priority), line)
    return 1


def _log(door: Door | None, priority: int, line: str) -> None:
    current = None if door is None else door.core.handle.current
    if current is not None:
        current.log(priority, line)
    elif door is not None:
        door.core.world.log.write(priority, f"PAM {line}")
    else:
        from pamkit.stores.log import SystemLog

        SystemLog().write(priority, f"PAM {line}")


def audit_write(handle: int, kind: int, message: int, code: int) -> int:
    """`pam_modutil_audit_write(3)`: a record of a module's own."""
    door = DOORS.get(handle)
    if door is None:
        return _SYSTEM_ERR
    text = decoded(c_memory.text(message)) or ""
    return int(door.trail.message(signed(kind), text, signed(code)))


def module(
    primitive: int, handle: int, flags: int, count: int, vector: int, asked: int
) -> Steps[int]:
    """A hook of a module in Python, asked through `pam_pamkit.so`."""
    from pamkit.doors.foreign import ask_module

    return (yield from ask_module(primitive, handle, flags, count, vector, asked))


def forget(handle: int, data: int, status: int) -> int:
    """Data that such a module kept on a foreign handle, to be cleaned up."""
    from pamkit.doors.foreign import forget

    forget(data, signed(status))
    return _SUCCESS


FUNCTIONS = (
    start,
    end,
    *(_primitive(primitive) for primitive in Primitive),
    get_item,
    set_item,
    get_user,
    get_authtok,
    get_authtok_noverify,
    get_authtok_verify,
    get_data,
    set_data,
    getenv,
    putenv,
    getenvlist,
    fail_delay,
    prompt,
    syslog,
    audit_write,
    module,
    forget,
)
"""C: in the order of `enum pamkit_function`."""
