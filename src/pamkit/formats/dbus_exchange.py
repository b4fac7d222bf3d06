"""One question to a bus, from the first byte to the answer: what to send, and what may come.

Whoever connects to a bus says who he is (SASL `EXTERNAL`: the kernel vouches for it), asks for
descriptors to be passed, says hello, and asks his question; all that can be sent at once.  Then the
answers come in the same order, with messages between them that nobody waits for.

Those may be a stranger's: any user may send signals to whoever is on the bus, long ones, many, and
with descriptors.  So they are not looked into, cost no memory, and are no reason to give up; who
waits sees to the time.

Source: D-Bus Specification, "Authentication Protocol" and "Message Bus Messages".
"""

from __future__ import annotations

from pamkit.formats.dbus_message import (
    FIRST_BYTES,
    RETURN,
    Question,
    is_answer,
    message,
    question,
    size_of,
)
from pamkit.formats.dbus_values import BadValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.dbus_message import Message

MOST_DESCRIPTORS = 253
"""Descriptors of one message.  C: `SCM_MAX_FD`, which no bus can pass more of."""

_MOST_AT_ONCE = 1 << 14
_OPENING = b"\0AUTH EXTERNAL\r\nDATA\r\nNEGOTIATE_UNIX_FD\r\nBEGIN\r\n"
_LONGEST_LINE = 512
_HELLO = Question("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello")
_HELLO_SERIAL, _SERIAL = 1, 2


class Exchange:
    """What is said on one connection; raises `BadValue` for whatever a bus does not say."""

    def __init__(self, asked: Question) -> None:
        """Ask a question; raises `BadValue` if it cannot be asked."""
        self.outgoing = _OPENING + question(_HELLO, _HELLO_SERIAL) + question(asked, _SERIAL)
        """What to send."""
        self.answer: Message | None = None
        """The answer, once it is there."""
        self.descriptors: tuple[int, ...] = ()
        """What came with the answer."""
        self._waiting: list[int] = []
        self._data = b""
        self._passed_over = 0
        self._lines = [_is_challenge, _is_ok, _passes_descriptors]
        self._has_name = False

    @property
    def wanted(self) -> int:
        """How many bytes to take next: none from behind the message that has begun.

        So descriptors come with the message they belong to.
        """
        if self._lines:
            return 1
        if self._passed_over:
            return min(self._passed_over, _MOST_AT_ONCE)
        size = FIRST_BYTES if len(self._data) < FIRST_BYTES else size_of(self._data)
        return min(size - len(self._data), _MOST_AT_ONCE)

    def hear(self, data: bytes, descriptors: tuple[int, ...] = ()) -> tuple[int, ...]:
        """Take what came; return the descriptors of it that are for nobody.

        What is behind the answer counts for nothing.
        """
        self._waiting += descriptors
        if len(self._waiting) > MOST_DESCRIPTORS:
            raise BadValue("too many descriptors")
        self._data += data
        while self._lines and self._hear_line():
            pass
        while not self._lines and self.answer is None and self._hear_message():
            pass
        if self._data or self._passed_over:
            return ()
        unused = tuple(self._waiting)
        self._waiting.clear()
        return unused

    def _hear_line(self) -> bool:
        line, end, rest = self._data.partition(b"\r\n")
        if not end:
            if len(line) > _LONGEST_LINE:
                raise BadValue("a line that does not end")
            return False
        if not self._lines[0](line):
            raise BadValue("the bus does not take us for who we are, or passes no descriptors")
        self._data = rest
        del self._lines[0]
        return True

    def _hear_message(self) -> bool:
        if self._passed_over:
            gone = min(self._passed_over, len(self._data))
            self._data = self._data[gone:]
            self._passed_over -= gone
        if len(self._data) < FIRST_BYTES:
            return False
        size = size_of(self._data)
        if not is_answer(self._data):
            self._passed_over = size
            return True
        if len(self._data) < size:
            return False
        came, self._data = message(self._data[:size]), self._data[size:]
        if came.descriptors > len(self._waiting):
            raise BadValue("a descriptor is missing")
        passed = tuple(self._waiting[: came.descriptors])
        del self._waiting[: came.descriptors]
        if not self._has_name and came.reply_serial == _HELLO_SERIAL and came.kind == RETURN:
            self._has_name = True
        elif came.reply_serial == (_SERIAL if self._has_name else _HELLO_SERIAL):
            # To whom a bus does not say hello it answers nothing else either.
            self.answer, self.descriptors = came, passed
        return True


def _is_challenge(line: bytes) -> bool:
    return line == b"DATA"


def _is_ok(line: bytes) -> bool:
    word, _, identity = line.partition(b" ")
    return word == b"OK" and identity.isalnum()


def _passes_descriptors(line: bytes) -> bool:
    return line == b"AGREE_UNIX_FD"
