"""What the kernel told a program at its start: `getauxval(3)`, `/proc/self/auxv`."""

from __future__ import annotations

import struct

PATH = "/proc/self/auxv"

_PAIR = struct.Struct("@NN")
_END, _SECURE = 0, 23
"""C: `AT_NULL`, `AT_SECURE`."""


def is_trusting(data: bytes) -> bool:
    """Whether a program may trust what its caller gave it: it has no more rights than that one.

    Who is set-user-ID, set-group-ID or has capabilities from its file may not, also after it has
    made itself root for good; nor may one whose vector does not say.
    """
    for at in range(0, len(data) - _PAIR.size + 1, _PAIR.size):
        kind, value = _PAIR.unpack_from(data, at)
        if kind == _END:
            return False
        if kind == _SECURE:
            return bool(value == 0)
    return False
