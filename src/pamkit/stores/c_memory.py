"""Memory as C sees it, behind one seam: addresses are numbers, 0 is the null pointer.

In the core of our own libpam.so.0 a module built into that interpreter serves these; in a
Python process `c_memory_by_ctypes` does.
"""

from __future__ import annotations

import sys

__all__ = ["c_memory"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    class CMemory(Protocol):
        """What the doors do with memory of C; a wrong address is the end of the process."""

        def text(self, address: int, /) -> bytes | None:
            """Return the bytes of a C string; `None` for the null pointer."""

        def data(self, address: int, length: int, /) -> bytes:
            """Return so many bytes."""

        def copy(self, data: bytes, /) -> int:
            """Return the address of a copy with a NUL behind it, for free(3) or `forget`."""

        def blank(self, length: int, /) -> int:
            """Return the address of so many bytes of zero, for free(3) or `forget`."""

        def forget(self, address: int, length: int = ..., /) -> None:
            """Overwrite and free a C string, or so many bytes; nothing at the null pointer."""

        def word(self, address: int, /) -> int:
            """Return the word at an address, unsigned."""

        def set_word(self, address: int, value: int, /) -> None:
            """Set the word at an address."""

        def number(self, address: int, /) -> int:
            """Return the `int` at an address."""

        def set_number(self, address: int, value: int, /) -> None:
            """Set the `int` at an address."""

    c_memory: CMemory
elif "_pamkit_door" in sys.builtin_module_names:
    import _pamkit_door as c_memory
else:
    from pamkit.stores import c_memory_by_ctypes as c_memory

WORD = 8 if sys.maxsize > 1 << 32 else 4
"""Bytes of a pointer."""
