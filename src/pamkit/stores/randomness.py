"""Unpredictable numbers from the kernel, behind `world.Randomness`."""

from __future__ import annotations

import os


class KernelRandomness:
    """The kernel's random numbers, getrandom(2)."""

    __slots__ = ()

    def take(self, count: int) -> bytes:
        """Return that many random bytes; waits at early boot until there are any."""
        return os.urandom(count)
