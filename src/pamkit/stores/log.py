"""Where lines for the administrator go: syslog(3), or whatever is called for them."""

from __future__ import annotations

from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_AUTHPRIV = 10 << 3
"""C: `LOG_AUTHPRIV`, the facility of pam_syslog(3)."""


class SystemLog:
    """syslog(3), as pam_syslog(3) uses it.

    The C library is called itself: Python's `syslog` opens the log first and so takes the
    program's own identity away.  C: no `openlog`, the program's is used.
    """

    __slots__ = ()

    def write(self, priority: int, text: str) -> None:
        """Write one line; ``priority`` is one of syslog(3), 0 to 7."""
        line = one_line(text).encode("utf-8", "surrogateescape")
        c_library.syslog(_AUTHPRIV | (priority & 7), line)


class SilentLog:
    """Drops all lines: who watches the log of this machine must not act on another's users."""

    __slots__ = ()

    def write(self, priority: int, text: str) -> None:
        """Drop a line."""


class CallingLog:
    """A log that calls a function for each line."""

    __slots__ = ("_call",)

    def __init__(self, call: Callable[[int, str], object]) -> None:
        """Call ``call`` with priority and text."""
        self._call = call

    def write(self, priority: int, text: str) -> None:
        """Write one line."""
        self._call(priority, one_line(text))


def one_line(text: str) -> str:
    """Return a text whose control characters are written out, as in ``#012``.

    A name with a line end in it must not become a line of its own.  The form is that of
    syslog daemons, which do the same to what still gets there.
    """
    if text.isprintable():
        return text
    return "".join(f"#{ord(c):03o}" if c < " " or "\x7f" <= c < "\xa0" else c for c in text)
