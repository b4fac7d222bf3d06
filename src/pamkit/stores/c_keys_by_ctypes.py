"""Keys of the kernel, by ctypes; what keyctl(2) does with numbers is in `c_kernel_by_ctypes`."""

from __future__ import annotations

import errno
import os

from pamkit.stores.c_kernel_by_ctypes import call, numbers

_TYPE = b"user"
_SEARCH, _READ = 10, 11
_ADD_KEY = -2
"""Where add_key(2) is from keyctl(2), on every machine: request_key(2) is between them."""

_MOST = 32767
"""Bytes of a key of this type that the kernel takes."""


def add_key(name: bytes, data: bytes, keyring: int, /) -> int:
    """add_key(2), of the type `user`."""
    import ctypes

    if not isinstance(data, bytes):
        raise TypeError("expected bytes")
    keyctl = numbers()[1]
    payload = (ctypes.c_char_p(data), ctypes.c_size_t(len(data)))
    return call(keyctl + _ADD_KEY, _TYPE, _text(name), *payload, ctypes.c_long(_number(keyring)))


def find_key(keyring: int, name: bytes, /) -> int:
    """`KEYCTL_SEARCH` of keyctl(2), of the type `user`."""
    import ctypes

    ring = ctypes.c_long(_number(keyring))
    return call(numbers()[1], ctypes.c_long(_SEARCH), ring, _TYPE, _text(name), ctypes.c_long(0))


def read_key(key: int, /) -> bytes:
    """`KEYCTL_READ` of keyctl(2)."""
    import ctypes

    block = ctypes.create_string_buffer(_MOST)
    found = ctypes.c_long(_number(key))
    size = call(numbers()[1], ctypes.c_long(_READ), found, block, ctypes.c_size_t(_MOST))
    try:
        if size > _MOST:
            raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
        return block.raw[:size]
    finally:
        ctypes.memset(block, 0, _MOST)


def _text(name: bytes) -> bytes:
    if not isinstance(name, bytes):
        raise TypeError("expected bytes")
    if b"\0" in name:
        raise ValueError("a NUL in a text")
    return name


def _number(one: int) -> int:
    if not -(2**31) <= one < 2**31:
        raise ValueError("a number that is too small or too large")
    return one
