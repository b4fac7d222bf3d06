"""One login as the core makes it, in a Python of its own that has nothing but the core's modules.

Run with `-I -S`, and a directory of policies: prints what was imported, which modules and classes
were made, and what the login answered.  What is C in the core is played here.
"""

# ruff: noqa: E402  # nothing may be imported before the way there is set

from __future__ import annotations

import builtins
import sys
from _frozen_importlib import FrozenImporter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FROZEN, SOURCES, POLICIES, *BUILT_IN = sys.argv[1:]
for name in BUILT_IN:  # others have some of them as files
    __import__(name)
for name in ("__future__", "os", "stat", "struct"):  # the core has short ones of its own
    sys.modules.pop(name, None)
sys.meta_path[:] = [finder for finder in sys.meta_path if finder is not FrozenImporter]
sys.path[:] = [FROZEN, SOURCES]

imported: set[str] = set()
classes: list[str] = []
_import, _build_class = builtins.__import__, builtins.__build_class__


def _noting_import(name: str, globals: object = None, *rest: Any, **words: Any) -> object:
    if isinstance(globals, dict) and str(globals.get("__name__", "")).startswith("pamkit"):
        imported.add(name)
    return _import(name, globals, *rest, **words)  # type: ignore[arg-type]  # handed on as it came


def _noting_class(body: Any, name: str, *rest: Any, **words: Any) -> object:
    classes.append(name)
    return _build_class(body, name, *rest, **words)


class Memory:
    """C's memory: blocks by address."""

    def __init__(self) -> None:
        self._bytes = bytearray(16)

    def copy(self, data: bytes) -> int:
        address = len(self._bytes)
        self._bytes += data + bytes(16 - len(data) % 16)
        return address

    def blank(self, length: int) -> int:
        return self.copy(bytes(length))

    def forget(self, address: int, length: int = 0) -> None:
        pass

    def text(self, address: int) -> bytes | None:
        return bytes(self._bytes[address:]).partition(b"\0")[0] if address else None

    def data(self, address: int, length: int) -> bytes:
        return bytes(self._bytes[address : address + length])

    def word(self, address: int) -> int:
        return int.from_bytes(self._bytes[address : address + 8], "little")

    def set_word(self, address: int, value: int) -> None:
        self._bytes[address : address + 8] = value.to_bytes(8, "little")

    def number(self, address: int) -> int:
        return int.from_bytes(self._bytes[address : address + 4], "little", signed=True)

    def set_number(self, address: int, value: int) -> None:
        self._bytes[address : address + 4] = value.to_bytes(4, "little", signed=True)


class Library:
    """What the login asks the C library for: a kernel without audit, a log that nobody reads."""

    def audit(self, *_: object) -> int:
        import errno

        raise OSError(errno.EPROTONOSUPPORT, "no audit")

    def syslog(self, *_: object) -> None:
        pass


memory = Memory()
sys.builtin_module_names = (*sys.builtin_module_names, "_pamkit_door", "_pamkit_c")
sys.modules["_pamkit_door"] = memory  # type: ignore[assignment]  # all that is asked of it
sys.modules["_pamkit_c"] = Library()  # type: ignore[assignment]  # all that is asked of it
before = frozenset(sys.modules)
builtins.__import__ = _noting_import  # type: ignore[assignment]  # it takes the same
builtins.__build_class__ = _noting_class  # type: ignore[assignment]  # it takes the same

from pamkit.doors import functions


def served(result: Any) -> Any:
    """Step a function of a door to its end, as the core does; it must ask for nothing."""
    if not hasattr(result, "send"):
        return result
    try:
        asked = result.send(None)
    except StopIteration as end:
        return end.value
    raise SystemExit(f"the login asks C for {asked}")


START, END, AUTHENTICATE = 0, 1, 2
do: Any = functions.FUNCTIONS
code, handle = served(
    do[START](
        memory.copy(b"start"),
        memory.copy(b"root"),
        memory.blank(16),
        memory.copy(POLICIES.encode()),
    )
)
codes = (code, served(do[AUTHENTICATE](handle, 0)), served(do[END](handle, 0)))
print(*codes)
print(*sorted(imported))
print(*sorted(set(sys.modules) - before))
print(*classes)
