"""The environment of the program, in a Python process: Python's own, and so C's."""

from __future__ import annotations

import os


def variable(name: bytes, /) -> bytes | None:
    """getenv(3), as the program in Python has it."""
    return os.environb.get(_name(name))


def set_variable(name: bytes, value: bytes | None, /) -> None:
    """setenv(3) or unsetenv(3), for Python and C."""
    if value is None:
        os.environb.pop(_name(name), None)
        return
    os.environb[_name(name)] = _text(value)


def _name(name: bytes) -> bytes:
    if not _text(name) or b"=" in name:
        raise ValueError("no name of a variable")
    return name


def _text(text: bytes) -> bytes:
    if not isinstance(text, bytes):
        raise TypeError("expected bytes")
    if b"\0" in text:
        raise ValueError("a NUL in a text for C")
    return text
