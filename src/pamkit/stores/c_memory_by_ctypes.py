"""Memory as C sees it, served by ctypes in a Python process; see `stores.c_memory`.

Imported where a native module is a guest, and nowhere else: so `ctypes` may stand up here.
"""

from __future__ import annotations

import ctypes

# With the interpreter's lock kept: these take less time than to give it back.
_C = ctypes.PyDLL(None)
_calloc, _free = _C.calloc, _C.free
_calloc.argtypes, _calloc.restype = (ctypes.c_size_t, ctypes.c_size_t), ctypes.c_void_p
_free.argtypes, _free.restype = (ctypes.c_void_p,), None

_word, _number = ctypes.c_size_t.from_address, ctypes.c_int.from_address
_string = ctypes.string_at


def text(address: int) -> bytes | None:
    """Return the bytes of a C string; `None` for the null pointer."""
    return _string(address) if address else None


def data(address: int, length: int) -> bytes:
    """Return so many bytes."""
    return _string(address, length)


def copy(data: bytes) -> int:
    """Return the address of a copy with a NUL behind it."""
    address = blank(len(data) + 1)
    ctypes.memmove(address, data, len(data))
    return address


def blank(length: int) -> int:
    """Return the address of so many bytes of zero; `MemoryError` if there are none."""
    address: int | None = _calloc(1, length)
    if not address:
        raise MemoryError
    return address


def forget(address: int, length: int = -1) -> None:
    """Overwrite and free a C string, or so many bytes."""
    if not address:
        return
    ctypes.memset(address, 0, len(_string(address)) if length < 0 else length)
    _free(address)


def word(address: int) -> int:
    """Return the word at an address, unsigned."""
    return _word(address).value


def set_word(address: int, value: int) -> None:
    """Set the word at an address."""
    _word(address).value = value


def number(address: int) -> int:
    """Return the `int` at an address."""
    return _number(address).value


def set_number(address: int, value: int) -> None:
    """Set the `int` at an address."""
    _number(address).value = value
