"""What the engine uses of `os`, in the frozen core: the system calls, and no more.

The real one imports half a dozen modules that no login needs; it costs more than the login.
"""

# ruff: noqa: F403  # the names are those of the built-in module, whatever they are

from posix import *
from posix import _exit as _exit

SEEK_SET = 0


def fsencode(name: str | bytes) -> bytes:
    """Return a file name as bytes; texts are UTF-8 here, with bytes that are not kept."""
    return name.encode("utf-8", "surrogateescape") if isinstance(name, str) else name


def fsdecode(name: str | bytes) -> str:
    """Return a file name as text."""
    return name.decode("utf-8", "surrogateescape") if isinstance(name, bytes) else name
