"""A handle as C sees it: a block of memory, and copies of what was handed out.

C: a pointer that libpam hands out belongs to libpam and stands until the thing is changed.
"""

from __future__ import annotations

from pamkit.doors.requests import FROM_APPLICATION
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import TOKENS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.doors.audit import AuditTrail
    from pamkit.engine.transaction import Core
    from pamkit.module.call import Cleanup
    from pamkit.vocab.message import Answer, Message
    from pamkit.vocab.secret import Secret

CALLER = 8
"""C: who calls stands here; Linux-PAM's own tests write it."""
CONVERSATION = 16
"""A `struct pam_conv`: the function and its pointer."""
XAUTHDATA = CONVERSATION + 2 * WORD
"""A `struct pam_xauth_data`."""
COPIES = XAUTHDATA + 4 * WORD
"""By number of an item, the copy of it that was handed out and still stands; else null."""
_COPIES = 16
_SIZE = COPIES + _COPIES * WORD

NAME_OF_XAUTH, LENGTH_OF_XAUTH, DATA_OF_XAUTH = WORD, 2 * WORD, 3 * WORD
"""Where the fields of a `struct pam_xauth_data` lie, its first being the name's length."""

_SUCCESS = int(ReturnCode.SUCCESS)

DOORS: dict[int, Door] = {}
"""The handles that C programs hold, by address; anything else is refused."""


class Door:
    """A transaction with a handle for C."""

    __slots__ = (
        "_tokens",
        "_vectors",
        "address",
        "ask",
        "asked",
        "clean_up",
        "copies",
        "core",
        "ending",
        "hosted",
        "modules",
        "prompted",
        "texts",
        "trail",
    )

    def __init__(self, core: Core, trail: AuditTrail) -> None:
        """Make a block for a core, and remember it."""
        self.core, self.trail = core, trail
        self.address = c_memory.blank(_SIZE)
        c_memory.set_word(
            self.address, self.address
        )  # C: a handle knows itself, a stale one does not
        core.handle.on_text = self._forget_copy
        self.ending = False
        self.hosted = False
        """Whether the application is Python: then no C may do what is the application's."""
        self.ask: Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]] | None = None
        """The conversation of such an application, unless a module put its own into the block."""
        self.asked: Callable[[tuple[Message, ...]], tuple[int, tuple[Answer, ...]]] | None = None
        """The same, whatever modules do."""
        self.clean_up: Cleanup | None = None
        """How data of native modules is cleaned up by those who cannot call C."""
        self.modules: list[int] = []
        """Blocks of native modules that were opened."""
        self.prompted: str | None = None
        """The prompt for a name that a conversation wants to hear again."""
        self.texts = core.handle.texts
        self.copies: dict[int | str, tuple[str, tuple[int, int]]] = {}
        """What was handed out: a text as it was then, and the answer that carries its copy."""
        self._tokens: dict[int, tuple[Secret, int, int]] = {}
        self._vectors: dict[tuple[str, ...], int] = {}
        self.caller = FROM_APPLICATION
        DOORS[self.address] = self

    @property
    def caller(self) -> int:
        """Who calls now, as C sees it: a module or the application."""
        return c_memory.number(self.address + CALLER)

    @caller.setter
    def caller(self, who: int) -> None:
        c_memory.set_number(self.address + CALLER, who)

    def text(self, key: int | str, text: str | None) -> int:
        """Return the address of a text item or variable as it is now."""
        if text is None:
            return 0
        kept = self.copies.get(key)
        if kept is not None:
            if kept[0] is text:
                return kept[1][1]
            c_memory.forget(kept[1][1])
            del self.copies[key]
        pointer = c_memory.copy(encoded(text))
        self.copies[key] = (text, (_SUCCESS, pointer))
        if not isinstance(key, str):
            c_memory.set_word(self.address + COPIES + key * WORD, pointer)
        return pointer

    def _forget_copy(self, item: int) -> None:
        """The item changes: what was handed out of it is not what it is any more."""
        c_memory.set_word(self.address + COPIES + item * WORD, 0)

    def copied(self, key: int | str, pointer: int) -> str | None:
        """Return the text that was handed out with this very pointer, if it still stands."""
        kept = self.copies.get(key)
        return kept[0] if kept is not None and kept[1][1] == pointer else None

    def token(self, item: int, token: Secret | None) -> int:
        """Return the address of a token as it is now."""
        if token is None:
            return 0
        kept = self._tokens.get(item)
        if kept is not None and kept[0] is token:
            return kept[1]
        pointer = c_memory.copy(token.expose())
        self._tokens[item] = (token, pointer, len(token))
        if kept is not None:
            c_memory.forget(kept[1], kept[2])
        return pointer

    def token_is_at(self, item: int, pointer: int) -> bool:
        """Whether a token was handed out with this very pointer and still stands."""
        kept = self._tokens.get(item)
        return kept is not None and kept[1] == pointer

    def sweep(self) -> None:
        """Overwrite the copies of tokens that are gone."""
        for item in TOKENS:
            kept = self._tokens.get(item)
            if kept is not None and self.core.handle.tokens.get(item) is not kept[0]:
                del self._tokens[item]
                c_memory.forget(kept[1], kept[2])

    def vector(self, args: tuple[str, ...]) -> int:
        """Return the address of the words of a line, as a hook takes them."""
        if args not in self._vectors:
            self._vectors[args] = strings(args)
        return self._vectors[args]

    def close(self) -> None:
        """Free everything; the handle is no handle any more."""
        del DOORS[self.address]
        self.core.handle.on_text = None  # no ring: it goes now, not when somebody looks for garbage
        forget_xauth(self.address + XAUTHDATA)
        for _, (_, pointer) in self.copies.values():
            c_memory.forget(pointer)
        for _, pointer, length in self._tokens.values():
            c_memory.forget(pointer, length)
        for args, vector in self._vectors.items():
            for at in range(len(args)):
                c_memory.forget(c_memory.word(vector + at * WORD))
            c_memory.forget(vector, WORD)
        c_memory.forget(self.address, _SIZE)


def strings(texts: tuple[str, ...]) -> int:
    """Return the address of a vector of C strings that ends with a null pointer."""
    vector = c_memory.blank((len(texts) + 1) * WORD)
    for at, text in enumerate(texts):
        c_memory.set_word(vector + at * WORD, c_memory.copy(encoded(text)))
    return vector


def forget_xauth(address: int) -> None:
    """Overwrite and free what a `struct pam_xauth_data` points to."""
    name, data = c_memory.word(address + NAME_OF_XAUTH), c_memory.word(address + DATA_OF_XAUTH)
    length = max(0, c_memory.number(address + LENGTH_OF_XAUTH))
    for at in range(0, COPIES - XAUTHDATA, WORD):
        c_memory.set_word(address + at, 0)
    c_memory.forget(name)
    c_memory.forget(data, length)


def lay_out_xauth(address: int, name: bytes, data: bytes, *, length: int | None = None) -> None:
    """Put other contents into a `struct pam_xauth_data`; ``length`` is what it says of the name."""
    forget_xauth(address)
    c_memory.set_number(address, len(name) if length is None else length)
    c_memory.set_word(address + NAME_OF_XAUTH, c_memory.copy(name))
    c_memory.set_number(address + LENGTH_OF_XAUTH, len(data))
    c_memory.set_word(address + DATA_OF_XAUTH, c_memory.copy(data))


def encoded(text: str) -> bytes:
    """Return a text as C carries it."""
    return text.encode("utf-8", "surrogateescape")


def decoded(data: bytes | None) -> Any:
    """Return what C carried as text, bytes that are no UTF-8 kept; `None` for no text."""
    return None if data is None else data.decode("utf-8", "surrogateescape")
