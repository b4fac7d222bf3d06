"""Mounts of the calling thread, by ctypes: unshare(2), mount(2), umount2(2)."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NEW_MOUNTS = 0x20000
"""C: `CLONE_NEWNS`."""


def unshare_mounts() -> None:
    """CLONE_NEWNS of unshare(2)."""
    import ctypes

    _call("unshare", ctypes.c_int(_NEW_MOUNTS))


def mount(
    source: bytes | None,
    target: bytes,
    kind: bytes | None,
    flags: int,
    options: bytes | None,
    /,
) -> None:
    """mount(2)."""
    import ctypes

    texts = [None if text is None else _text(text) for text in (source, kind, options)]
    _call("mount", texts[0], _text(target), texts[1], ctypes.c_ulong(_flags(flags)), texts[2])


def unmount(target: bytes, flags: int, /) -> None:
    """umount2(2)."""
    import ctypes

    _call("umount2", _text(target), ctypes.c_int(_flags(flags)))


def _call(name: str, *arguments: Any) -> None:
    import ctypes

    if ctypes.CDLL(None, use_errno=True)[name](*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def _text(text: bytes) -> bytes:
    if not isinstance(text, bytes):
        raise TypeError("expected bytes")
    if b"\0" in text:
        raise ValueError("a NUL in a text for C")
    return text


def _flags(flags: int) -> int:
    if not isinstance(flags, int):
        raise TypeError("expected an integer")
    if not 0 <= flags < 1 << 31:
        raise ValueError("a number that is too small or too large")
    return flags
