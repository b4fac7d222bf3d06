"""Memory as C sees it, served by ctypes in a Python process; see `stores.c_memory`."""

from __future__ import annotations


def text(address: int) -> bytes | None:
    """Return the bytes of a C string; `None` for the null pointer."""
    import ctypes

    return ctypes.string_at(address) if address else None


def data(address: int, length: int) -> bytes:
    """Return so many bytes."""
    import ctypes

    return ctypes.string_at(address, length)


def copy(data: bytes) -> int:
    """Return the address of a copy with a NUL behind it."""
    import ctypes

    address = blank(len(data) + 1)
    ctypes.memmove(address, data, len(data))
    return address


def blank(length: int) -> int:
    """Return the address of so many bytes of zero; `MemoryError` if there are none."""
    import ctypes

    calloc = ctypes.CDLL(None).calloc
    calloc.argtypes, calloc.restype = (ctypes.c_size_t, ctypes.c_size_t), ctypes.c_void_p
    address: int | None = calloc(1, length)
    if not address:
        raise MemoryError
    return address


def forget(address: int, length: int = -1) -> None:
    """Overwrite and free a C string, or so many bytes."""
    import ctypes

    if not address:
        return
    if length < 0:
        length = len(ctypes.string_at(address))
    ctypes.memset(address, 0, length)
    free = ctypes.CDLL(None).free
    free.argtypes, free.restype = (ctypes.c_void_p,), None
    free(address)


def word(address: int) -> int:
    """Return the word at an address, unsigned."""
    import ctypes

    return ctypes.c_size_t.from_address(address).value


def set_word(address: int, value: int) -> None:
    """Set the word at an address."""
    import ctypes

    ctypes.c_size_t.from_address(address).value = value


def number(address: int) -> int:
    """Return the `int` at an address."""
    import ctypes

    return ctypes.c_int.from_address(address).value


def set_number(address: int, value: int) -> None:
    """Set the `int` at an address."""
    import ctypes

    ctypes.c_int.from_address(address).value = value
