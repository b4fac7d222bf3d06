"""What an application sees of a handle: items and environment as mappings."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode, c_name
from pamkit.vocab.failure import PamError
from pamkit.vocab.item import TOKENS, Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pamkit.engine.handle import Handle


_WHO = (Item.USER, Item.SERVICE)


class Items:
    """The items of a transaction by `Item` or name (`"rhost"`, `"PAM_RHOST"`).

    Reading one that is not set gives `None`; setting `None` clears it.  Tokens belong to
    modules: touching one raises `PamError` with `BAD_ITEM`, as `pam_get_item(3)` says.
    """

    __slots__ = ("_handle", "_waiting")

    def __init__(self, handle: Handle, waiting: Callable[[], bool] = lambda: False) -> None:
        """Show the items of ``handle``; ``waiting`` says whether a call is half done."""
        self._handle, self._waiting = handle, waiting

    def __getitem__(self, item: Item | str | int) -> Any:
        """Return an item, or `None`."""
        code, value = self._handle.get(_item(item), from_module=False)
        if code != ReturnCode.SUCCESS:
            name = _item(item).name
            raise PamError(
                code,
                f"an application may not read the item `{name}`"
                if _item(item) in TOKENS
                else f"there is no item `{name}` in this family",
            )
        return value

    def __setitem__(self, item: Item | str | int, value: Any) -> None:
        """Set an item; text may be bytes."""
        if isinstance(value, bytes):
            value = value.decode("utf-8", "surrogateescape")
        if _item(item) in _WHO and value != self[item] and self._waiting():
            # What was proved so far was proved of somebody else, or by another policy.
            raise PamError(
                ReturnCode.PERM_DENIED,
                f"the item `{_item(item).name}` cannot change while a call waits to be finished",
            )
        code = self._handle.set(_item(item), value, from_module=False)
        if code != ReturnCode.SUCCESS:
            raise PamError(
                code, f"the item `{_item(item).name}` cannot be set to this: {c_name(code)}"
            )

    def __delitem__(self, item: Item | str | int) -> None:
        """Clear an item."""
        self[item] = None

    def __iter__(self) -> Iterator[Item]:
        """The items that are set, tokens left out."""
        return map(Item, sorted(self._handle.texts))

    def __len__(self) -> int:
        """How many items are set."""
        return len(self._handle.texts)

    def __contains__(self, item: object) -> bool:
        """Whether an item is set."""
        return isinstance(item, (str, int)) and _item(item) in self._handle.texts

    def __repr__(self) -> str:
        """The items that are set."""
        inside = ", ".join(f"{item.name}={self._handle.texts[item]!r}" for item in self)
        return f"Items({inside})"


def _item(item: Item | str | int) -> Item:
    """Return the item meant; `PamError` with `BAD_ITEM` for one that does not exist."""
    try:
        if isinstance(item, str):
            return Item[item.upper().removeprefix("PAM_")]
        return Item(item)
    except (KeyError, ValueError):
        raise PamError(ReturnCode.BAD_ITEM, f"there is no item `{item}`") from None


class Environment:
    """The PAM environment of a transaction, in order; names and values are text."""

    __slots__ = ("_handle",)

    def __init__(self, handle: Handle) -> None:
        """Show the environment of ``handle``."""
        self._handle = handle

    def __getitem__(self, name: str) -> str:
        """Return a variable; `KeyError` if it is not set."""
        return self._handle.env[name]

    def get(self, name: str, default: str | None = None) -> str | None:
        """Return a variable, or ``default``."""
        return self._handle.env.get(name, default)

    def __setitem__(self, name: str, value: str) -> None:
        """Set a variable; `PamError` with `BAD_ITEM` for a name with `=`, empty, or a NUL."""
        code = self._handle.putenv(f"{name}={value}") if "=" not in name else ReturnCode.BAD_ITEM
        if code != ReturnCode.SUCCESS:
            raise PamError(code, f"`{name}` cannot name a variable, or its value holds a NUL")

    def __delitem__(self, name: str) -> None:
        """Delete a variable; `KeyError` if it is not set."""
        del self._handle.env[name]

    def __iter__(self) -> Iterator[str]:
        """The names, in the order they were set."""
        return iter(tuple(self._handle.env))

    def __len__(self) -> int:
        """How many variables are set."""
        return len(self._handle.env)

    def __contains__(self, name: object) -> bool:
        """Whether a variable is set."""
        return name in self._handle.env

    def keys(self) -> tuple[str, ...]:
        """The names; with this, ``dict(env)`` is a copy."""
        return tuple(self._handle.env)

    def items(self) -> tuple[tuple[str, str], ...]:
        """Names and values, in order."""
        return tuple(self._handle.env.items())

    def __repr__(self) -> str:
        """How many variables there are; values may be tickets or keys."""
        return f"Environment({', '.join(self._handle.env)})"
