"""What Python asks for outside of it: the requests of the doors, and how words become numbers.

A function of a door that has to call C is a generator.  It yields a tuple, the request and its
words; whoever serves the door leaves Python, makes the call, and sends the result back.  So no
frame of Python is on the stack while a module or an application runs.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Generator
    from typing import TypeVar

    T = TypeVar("T")
    Steps = Generator[tuple[int, ...], int, T]
    """A function that asks for things outside, and ends with a `T`."""

HOOK = 0
"""A hook of a native module: its address, handle, flags, count and vector of words."""
CONVERSE = 1
"""A conversation: its address, count, messages, where the responses go, its pointer."""
CLEANUP = 2
"""A cleanup of module data: its address, handle, data, status."""
DELAY = 3
"""An application's delay function: its address, code, microseconds, its pointer."""
OPEN = 4
"""A native module: the path; the result is a block, see `doors.natives`."""
CLOSE = 5
"""The block of a native module."""
SLEEP = 6
"""Microseconds."""
SERVE = 7
"""A server, a number of `enum pamkit_function`, and the address of a `struct pamkit_call`."""

FROM_MODULE = 1
FROM_APPLICATION = 2
"""C: who calls, in the second word of a handle."""


def signed(word: int) -> int:
    """Return a word as the `int` that C means by it."""
    return ((word & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000
