"""The handle: items, tokens, environment and module data of one transaction.

Contracts are those of `pam_set_item(3)`, `pam_putenv(3)` and `pam_set_data(3)`.
"""

from __future__ import annotations

from pamkit.policy.words import ascii_lower
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import DATA_REPLACE
from pamkit.vocab.item import TEXTS, TOKENS, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.engine.call import Call
    from pamkit.module.call import Cleanup
    from pamkit.policy.dialect import Dialect
    from pamkit.vocab.secret import Secret


_NOTHING: Any = type(type.__dict__)({})
_NO_TOKENS: dict[Item, Secret] = _NOTHING
"""What handles have that have no token: a view of nothing, into which nothing can be put."""


# They are equal to the items, and hash alike.
_SERVICE: Any = int(Item.SERVICE)
_USER: Any = int(Item.USER)


class Handle:
    """The state that modules and application share during one transaction."""

    __slots__ = (
        "_data",
        "_env",
        "conversation",
        "conversation_failure",
        "current",
        "delay_callback",
        "on_text",
        "service_changed",
        "texts",
        "tokens",
        "verified",
        "xauthdata",
    )

    def __init__(self, service: str, user: str | None) -> None:
        """Start with the service's name and, if known, the user's."""
        self.texts: dict[Item, str] = {_SERVICE: service}
        """The text items, by number: a dictionary of plain values is nothing for the collector."""
        if user is not None:
            self.texts[_USER] = user
        self.tokens = _NO_TOKENS
        self.conversation: Any = None
        self.delay_callback: Callable[[int, int], object] | None = None
        self.xauthdata: tuple[str, bytes] | None = None
        # Most handles never have these, and thousands may wait.
        self._env: dict[str, str] | None = None
        self._data: dict[str, tuple[Any, Cleanup | None]] | None = None
        self.verified = False
        """Whether the new token was typed twice."""
        self.conversation_failure: int | None = None
        """What asking for the user's name ended with, so that it is not asked again."""
        self.service_changed = False
        self.on_text: Callable[[Item], object] | None = None
        """Told which text item is about to change, or to go."""
        self.current: Call | None = None
        """The hook that is being asked; C functions of native modules speak for it."""

    @property
    def env(self) -> dict[str, str]:
        """The PAM environment."""
        if self._env is None:
            self._env = {}
        return self._env

    @property
    def service(self) -> str:
        """The name that picks the policy."""
        return self.texts[Item.SERVICE]

    @property
    def login_prompt(self) -> str:
        """The prompt for the user's name where nobody chose one."""
        return "login:"

    def get(self, item: int, *, from_module: bool) -> tuple[int, Any]:
        """Return a code and the item's value, as `pam_get_item(3)` does."""
        if item in TEXTS:
            return ReturnCode.SUCCESS, self.texts.get(Item(item))
        if item in TOKENS:
            if not from_module:
                return ReturnCode.BAD_ITEM, None
            return ReturnCode.SUCCESS, self.tokens.get(Item(item))
        if item == Item.CONV:
            return ReturnCode.SUCCESS, self.conversation
        if item == Item.FAIL_DELAY:
            return ReturnCode.SUCCESS, self.delay_callback
        if item == Item.XAUTHDATA:
            return ReturnCode.SUCCESS, self.xauthdata
        return ReturnCode.BAD_ITEM, None

    def set(self, item: int, value: Any, *, from_module: bool) -> int:
        """Set an item and return a code, as `pam_set_item(3)` does."""
        if item in TEXTS:
            return self._set_text(Item(item), value)
        if item in TOKENS:
            if not from_module:
                return ReturnCode.BAD_ITEM
            self.set_token(Item(item), value)
        elif item == Item.CONV:
            if value is None:
                return ReturnCode.PERM_DENIED
            self.conversation = value
            self.conversation_failure = None
        elif item == Item.FAIL_DELAY:
            self.delay_callback = value
        elif item == Item.XAUTHDATA:
            self.xauthdata = value
        else:
            return ReturnCode.BAD_ITEM
        return ReturnCode.SUCCESS

    def _set_text(self, item: Item, value: str | None) -> int:
        if value is not None and "\0" in value:
            return ReturnCode.BAD_ITEM  # C strings end there: half a name is another name
        if item is Item.SERVICE:
            if value is None:
                return ReturnCode.BAD_ITEM
            value = ascii_lower(value)
            self.service_changed = True
        if item in (Item.USER, Item.USER_PROMPT):
            self.conversation_failure = None
        self.put_text(item, value)
        return ReturnCode.SUCCESS

    def put_text(self, item: Item, value: str | None) -> None:
        """Set or clear a text item that has been judged already."""
        if self.on_text is not None:
            self.on_text(item)
        if value is None:
            self.texts.pop(item, None)
        else:
            number: Any = int(item)
            self.texts[number] = value

    def set_token(self, item: Item, token: Secret | None) -> None:
        """Set or clear a token; the old one is wiped unless it is the same object."""
        if self.tokens is _NO_TOKENS:
            if token is None:
                return
            self.tokens = {}
        old = self.tokens.pop(item, None)
        if old is not None and old is not token:
            old.wipe()
        if token is not None:
            self.tokens[item] = token

    def wipe_tokens(self) -> None:
        """Forget both tokens."""
        if self.tokens:
            for item in TOKENS:
                self.set_token(item, None)

    def putenv(self, assignment: str) -> int:
        """Carry out ``NAME=value``, ``NAME=`` or ``NAME``, as `pam_putenv(3)` does."""
        name, sign, value = assignment.partition("=")
        if not name or "\0" in assignment:
            return ReturnCode.BAD_ITEM
        if sign:
            self.env[name] = value
        elif name in self.env:
            del self.env[name]
        else:
            return ReturnCode.BAD_ITEM
        return ReturnCode.SUCCESS

    def set_data(self, name: str, value: Any, cleanup: Cleanup | None) -> None:
        """Keep module data; the old data of that name is cleaned up first."""
        old, old_cleanup = self.entry(name) or (None, None)
        if old_cleanup is not None:
            old_cleanup(old, DATA_REPLACE)
        self.keep(name, value, cleanup)

    def data(self, name: str) -> Any:
        """Return module data; `KeyError` if there is none."""
        if self._data is None:
            raise KeyError(name)
        return self._data[name][0]

    def entry(self, name: str) -> tuple[Any, Cleanup | None] | None:
        """Return module data and its cleanup; `None` if there is none of that name."""
        return None if self._data is None else self._data.get(name)

    def data_names(self) -> tuple[str, ...]:
        """Return the names of all module data, the newest first."""
        return tuple(reversed(self._data or {}))

    def keep(self, name: str, value: Any, cleanup: Cleanup | None) -> None:
        """Put data in a place whose old data has been cleaned up, or was never there."""
        if self._data is None:
            self._data = {}
        self._data[name] = (value, cleanup)

    def take_data(self) -> list[tuple[Any, Cleanup | None]]:
        """Take all data and its cleanups off the handle, the newest first."""
        data, self._data = self._data, None
        return list(reversed(data.values())) if data else []

    def clean_up(self, status: int) -> list[BaseException]:
        """Run the cleanups, newest first, then forget everything; return what they raised."""
        try:
            return self._clean_data(status) if self._data else []
        finally:
            if self.tokens:
                self.wipe_tokens()
            if self._env:
                self._env.clear()
            self.conversation = None

    def _clean_data(self, status: int) -> list[BaseException]:
        raised: list[BaseException] = []
        for value, cleanup in self.take_data():
            if cleanup is not None:
                try:
                    cleanup(value, status)
                except BaseException as odd:  # noqa: BLE001  # the other cleanups must run as well
                    raised.append(odd)
        return raised


def handle_for(dialect: Dialect, service: str, user: str | None) -> Handle:
    """Return the handle that a transaction of a dialect begins with."""
    if dialect.keywords:
        from pamkit.vocab.families import ITEM_RULES  # DIALECT: no start on Linux loads it

        if dialect.name in ITEM_RULES:
            from pamkit.engine.family_handle import FamilyHandle

            return FamilyHandle(dialect.name, service, user)
    return Handle(service, user)
