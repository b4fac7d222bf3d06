"""Modules written for pam_python: their functions as hooks, and the `pamh` they are given.

Such a function takes three parameters, calls the conversation itself and waits for it: it cannot
be suspended, as a hook of ours is.  So it runs as a `Blocking` effect, and whoever drives gives it
what performs its conversations on the spot.

Differences, all of them refusals: `False` is no answer, though it equals 0; a text with a NUL
inside is not cut there; `xauthdata` is not served.  A password is a `str` to such a module,
which nobody can wipe.

Source: the documentation of pam_python, release 1.1 (facts only).
"""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.module.declaration import Declaration
from pamkit.module.effect import Ask, Blocking
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.codes import text as strerror
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.flags import DATA_REPLACE, DATA_SILENT, Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import MAX_RESPONSE, Message, Style
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator
    from types import ModuleType
    from typing import Any

    from pamkit.module.call import Hook, ModuleCall
    from pamkit.module.effect import Effect, Perform
    from pamkit.vocab.message import Answer

    Function = Callable[["PamHandle", int, list[str]], int]

LIBPAM_VERSION = "1.7.0"
"""What `pamh.libpam_version` says: the interface that is served."""

_END = "pam_sm_end"


class Words(Options):
    """Whatever stands behind the path of the file; `argv` holds it."""

    words: tuple[str, ...] = rest("handed on to the module")


class _AnyCode(frozenset["ReturnCode"]):
    """The answers of a module that declares none."""

    def __contains__(self, answer: object) -> bool:
        return True


def old_module(python: ModuleType, path: str) -> Module:
    """Return the service module in a file of Python that declares none.

    Its global names belong to one transaction, as pam_python has it: run the file anew for the
    next.  Raises `ValueError` if it defines no hook.
    """
    one = _Transaction(python, path)
    hooks: dict[Primitive, Hook] = {
        primitive: _hook(one, getattr(python, name))
        for primitive, name in HOOK_NAMES.items()
        if callable(getattr(python, name, None))
    }
    if not hooks:
        raise ValueError("it has neither a `MODULE` nor a function `pam_sm_authenticate` or other")
    name = path.rpartition("/")[2].removesuffix(".py")
    answers: dict[Primitive, frozenset[ReturnCode]] = dict.fromkeys(hooks, _AnyCode())
    nothing: frozenset[Item] = frozenset()
    return Module(name, Declaration(name, Words, answers, nothing, nothing, (), (path,), ()), hooks)


class PamException(Exception):
    """`pamh.exception`: what the members of a handle raise; ``pam_result`` is the code."""

    def __init__(self, code: int) -> None:
        """Say in words what a code means."""
        super().__init__(strerror(code))
        self.pam_result = int(code)


class PamMessage:
    """`pamh.Message(style, text)`."""

    __slots__ = ("msg", "msg_style")

    def __init__(self, msg_style: int, msg: str) -> None:
        """Hold a style and a text."""
        self.msg_style, self.msg = msg_style, msg


class PamResponse:
    """`pamh.Response(text, code)`; the code is always 0."""

    __slots__ = ("resp", "resp_retcode")

    def __init__(self, resp: str | None, resp_retcode: int = 0) -> None:
        """Hold an answer."""
        self.resp, self.resp_retcode = resp, resp_retcode

    @property
    def ret_code(self) -> int:
        """The code, by the name that the documentation gives it."""
        return self.resp_retcode


class PamXAuthData:
    """`pamh.XAuthData(name, data)`."""

    __slots__ = ("data", "name")

    def __init__(self, name: str, data: str) -> None:
        """Hold a name and data."""
        self.name, self.data = name, data


class PamHandle:
    """`pamh`: what a function of such a module sees of the transaction."""

    __slots__ = ("_call", "_perform", "module", "pamh")

    Message = PamMessage
    Response = PamResponse
    XAuthData = PamXAuthData
    exception = PamException
    libpam_version = LIBPAM_VERSION
    py_initialized = 1

    def __init__(self, module: ModuleType) -> None:
        """Make the handle of a module that was just run."""
        self.module = module
        self.pamh = id(self)
        self._call: ModuleCall[Any] | None = None
        self._perform: Perform = _out_of_place

    def get_user(self, prompt: str | None = None) -> str:
        """Return the user's name, asking for it if need be."""
        return _finished(self._now().user(prompt), self._perform)

    def conversation(self, prompts: Any) -> Any:
        """Show a message or a list of them; return the response, or the list of responses."""
        one = not isinstance(prompts, (list, tuple))
        messages = tuple(_message(prompt) for prompt in ([prompts] if one else prompts))
        code, answers = self._perform(Ask(messages))
        if code != ReturnCode.SUCCESS:
            raise PamException(code)
        responses = [PamResponse(_text(answer)) for answer in answers]
        return responses[0] if one else responses

    def fail_delay(self, microseconds: int) -> None:
        """Ask for a delay if the call fails."""
        self._now().fail_delay(microseconds)

    def strerror(self, code: int) -> str:
        """Return what a code means."""
        return strerror(code)

    @property
    def env(self) -> PamEnvironment:
        """The PAM environment, as a mapping."""
        return PamEnvironment(self._now())

    @property
    def xauthdata(self) -> PamXAuthData | None:
        """C: an item that no hook in Python can reach."""
        raise PamException(ReturnCode.BAD_ITEM)

    def _now(self) -> ModuleCall[Any]:
        if self._call is None:
            raise PamException(ReturnCode.SYSTEM_ERR)
        return self._call

    def _lend(self, call: ModuleCall[Any], perform: Perform) -> None:
        self._call, self._perform = call, perform


class PamEnvironment:
    """`pamh.env`: a mapping; names and values are text."""

    __slots__ = ("_call",)

    def __init__(self, call: ModuleCall[Any]) -> None:
        """Show the environment of a transaction."""
        self._call = call

    def __getitem__(self, name: str) -> str:
        """Return a variable; `KeyError` if it is not set."""
        return self._call.environment()[name]

    def __setitem__(self, name: object, value: object) -> None:
        """Set a variable."""
        texts = isinstance(name, str) and isinstance(value, str)
        if not texts or not name or "=" in str(name):
            raise PamException(ReturnCode.BAD_ITEM)
        _good(self._call.putenv(f"{name}={value}"))

    def __delitem__(self, name: str) -> None:
        """Delete a variable; `KeyError` if it is not set."""
        if name not in self:
            raise KeyError(name)
        _good(self._call.putenv(name))

    def __contains__(self, name: object) -> bool:
        """Whether a variable is set."""
        return name in self._call.environment()

    def __iter__(self) -> Iterator[str]:
        """The names."""
        return iter(self._call.environment())

    def __len__(self) -> int:
        """How many variables are set."""
        return len(self._call.environment())

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return a variable, or ``default``."""
        return self._call.environment().get(name, default)

    def keys(self) -> list[str]:
        """The names."""
        return list(self._call.environment())

    def values(self) -> list[str]:
        """The values."""
        return list(self._call.environment().values())

    def items(self) -> list[tuple[str, str]]:
        """Names and values."""
        return list(self._call.environment().items())


def _item(item: Item) -> property:
    def read(pamh: PamHandle) -> str | None:
        return pamh._now().item(item)

    def write(pamh: PamHandle, value: object) -> None:
        if value is not None and not isinstance(value, str):
            raise PamException(ReturnCode.BAD_ITEM)
        try:
            pamh._now().set_item(item, value)
        except Stop as refused:
            raise PamException(refused.code) from None

    return property(read, write)


def _token(item: Item) -> property:
    def read(pamh: PamHandle) -> str | None:
        return _text(pamh._now().token(item))

    def write(pamh: PamHandle, value: object) -> None:
        if value is not None and (not isinstance(value, str) or "\0" in value):
            raise PamException(ReturnCode.BAD_ITEM)
        pamh._now().set_token(item, None if value is None else Secret(value))

    return property(read, write)


_OTHERS = {
    "DATA_SILENT": DATA_SILENT,
    "DATA_REPLACE": DATA_REPLACE,
    "MAX_NUM_MSG": 32,
    "MAX_MSG_SIZE": 512,
    "MAX_RESP_SIZE": MAX_RESPONSE,
    "_PAM_RETURN_VALUES": CODE_COUNT,
}
"""C: numbers of the headers that are in no table of ours."""


def _furnish() -> None:
    """Give the class its constants and items."""
    items = [item for item in Item if item <= Item.AUTHTOK_TYPE]  # those of Linux-PAM
    for table in (ReturnCode, items, Flag, Style):
        for member in table:
            setattr(PamHandle, f"PAM_{member.name}", int(member))
    for name, number in _OTHERS.items():
        setattr(PamHandle, name if name.startswith("_PAM") else f"PAM_{name}", number)
    for item in items:
        if item in (Item.AUTHTOK, Item.OLDAUTHTOK):
            setattr(PamHandle, item.name.lower(), _token(item))
        elif item not in (Item.CONV, Item.FAIL_DELAY, Item.XAUTHDATA):
            setattr(PamHandle, item.name.lower(), _item(item))


_furnish()


class _Transaction:
    """The global names of a file that was run for one transaction, and their handle."""

    __slots__ = ("_known", "_path", "_python", "pamh")

    def __init__(self, python: ModuleType, path: str) -> None:
        self.pamh = PamHandle(python)
        self._python, self._path = python, path
        self._known = False

    def run(self, function: Function, call: ModuleCall[Any], perform: Perform) -> int:
        self.pamh._lend(call, perform)
        if not self._known and callable(getattr(self._python, _END, None)):
            call.set_data(f"pamkit {_END} {self._path}", self, _end)
        self._known = True
        try:
            return function(self.pamh, call.flags, [self._path, *call.args])
        finally:
            self.pamh._lend(call, _out_of_place)

    def end(self) -> None:
        getattr(self._python, _END)(self.pamh)


def _end(one: _Transaction, status: int) -> None:
    if not status & DATA_REPLACE:
        one.end()


def _hook(one: _Transaction, function: Function) -> Hook:
    async def hook(call: ModuleCall[Any]) -> int:
        return await Blocking(lambda perform: one.run(function, call, perform))

    return hook


def _out_of_place(_: Effect) -> Any:
    """No conversation is held where no hook is being asked."""
    return ReturnCode.SYSTEM_ERR, ()


def _finished(coroutine: Coroutine[Effect, Any, str], perform: Perform) -> str:
    """Step a coroutine to its end, each effect performed on the spot."""
    try:
        effect = coroutine.send(None)
        while True:
            effect = coroutine.send(perform(effect))
    except StopIteration as end:
        value: str = end.value
        return value
    except Stop as stop:
        raise PamException(stop.code) from None


def _message(prompt: Any) -> Message:
    text, style = prompt.msg, prompt.msg_style
    if isinstance(text, bytes):
        text = text.decode("utf-8", "surrogateescape")
    known = style in tuple(Style) and style != Style.BINARY_PROMPT
    if not known or not isinstance(text, str) or "\0" in text:
        raise PamException(ReturnCode.CONV_ERR)
    return Message(Style(style), text)


def _text(answer: Answer) -> str | None:
    """Return an answer or a token as such modules expect it."""
    if isinstance(answer, Secret):
        return answer.expose().decode("utf-8", "surrogateescape")
    return answer if isinstance(answer, str) else None


def _good(code: int) -> None:
    if code != ReturnCode.SUCCESS:
        raise PamException(code)
