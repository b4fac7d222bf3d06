"""Looks at the same files again and again, put together once.

`os.stat` makes an object with twenty fields of each answer, and lets go of the interpreter's lock
while the kernel answers: where several threads ask every few microseconds, handing over the lock
takes longer than the answer.  Here the kernel writes into memory that is there already, which is
compared as it is, and the lock is held; so only files of file systems on this machine are looked at
like that (`stores.held_stat`).
"""

from __future__ import annotations

import errno
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_HERE = 0xFFFFFF9C  # C: AT_FDCWD, -100 as an `int` has it
_BASIC = 0x7FF  # C: STATX_BASIC_STATS
_SIZE = 256  # C: sizeof(struct statx)
_READ = slice(64, 80)
"""C: where `struct statx` says when the file was read last, which says nothing about what it is."""


class PreparedLooks:
    """Files that are there, and the state they were found in.

    Threads may share one: each file has its own place in the memory, in which no answer can be
    older than the question of whoever reads it.  Without a lock of the interpreter it could be.
    """

    __slots__ = ("_answers", "_asked", "_known", "_statx")

    def __init__(self, names: Iterable[bytes]) -> None:
        """Look at files for the first time; what they are now is what they have to be.

        Raises `OSError` for one that is not there, or where threads run at the same time;
        `AttributeError` or `ImportError` where the C library cannot be asked.
        """
        import ctypes

        has_lock = getattr(sys, "_is_gil_enabled", None)
        if has_lock is not None and not has_lock():
            raise OSError(errno.ENOSYS, "threads run at the same time")
        self._statx: Any = ctypes.PyDLL(None).statx
        names = tuple(names)
        self._answers: Any = ctypes.create_string_buffer(_SIZE * len(names))
        # Numbers and bytes as they are: what is wrapped for C, ctypes unwraps at each call.
        self._asked: list[tuple[Any, ...]] = []
        for number, name in enumerate(names):
            answer = ctypes.byref(self._answers, _SIZE * number)
            asked = (_HERE, name, 0, _BASIC, answer)
            if self._statx(*asked) != 0:
                raise FileNotFoundError(name)
            self._asked.append(asked)
        self._known: bytes = self._answers.raw

    def are_unchanged(self) -> bool:
        """Whether all files are what they were; what was only read is."""
        statx = self._statx
        for asked in self._asked:
            if statx(*asked):
                return False
        found: bytes = self._answers.raw
        if found != self._known:
            if _without_reading(found) != _without_reading(self._known):
                return False
            self._known = found
        return True


def _without_reading(states: bytes) -> list[bytes]:
    starts = range(0, len(states), _SIZE)
    return [states[at : at + _READ.start] + states[at + _READ.stop : at + _SIZE] for at in starts]
