"""Stamps that say when somebody gave a secret last: their names, and what stands in them.

A stamp is its own path, a NUL, the seconds since 1970 as C's `time_t`, and a code (HMAC) of all
that.  INVARIANT: nothing but a name goes into a path: CVE-2014-2583 was a user called
`../../root`.
"""

from __future__ import annotations

import struct

from pamkit.formats.hmac_code import hmac
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.hmac_code import Algorithm
    from pamkit.vocab.secret import Secret

DIRECTORY = "/var/run/pam_timestamp"
"""Where stamps are, unless a policy says otherwise."""

KEY_NAME = "_pam_timestamp_key"
"""The file of the key, always in `DIRECTORY`."""

KEY_SIZE = 64
"""Bytes of a new key."""

LEAST_KEY = 20
"""Bytes that a key has at least."""

TIMEOUT = 300
"""Seconds that a stamp counts, unless a policy says otherwise."""

_LONGEST_NAME, _LONGEST_PATH = 255, 4095
_TIME = struct.Struct("q")


class NotRootsAlone(OSError):
    """Somebody else than root could have put something there; ``strerror`` says where."""


class StampName(Record):
    """Where a stamp is: its directory, below that the asking user, and the file's name."""

    directory: str
    owner: str
    file: str

    @property
    def path(self) -> str:
        """The whole path, as it stands in the stamp."""
        return f"{self.directory}/{self.owner}/{self.file}"


def terminal_name(tty: str) -> str | None:
    """Return the name of a terminal without its directory; `None` unless that is below /dev."""
    if "/" in tty:
        if not tty.startswith("/dev/"):
            return None
        tty = tty.rpartition("/")[2]
    return tty if is_name(tty) else None


def stamp_name(directory: str, *, terminal: str, owner: str, user: str) -> StampName | None:
    """Return where the stamp is that lets ``owner`` become ``user`` on a terminal.

    `None` if one of them is no plain name, or the path would be too long.  A terminal `tty1:bob`
    is none for oneself: its stamp would be the one with which one becomes bob on `tty1`.  X
    displays (`:0`, `far:10.0`) are, for users have no such names.
    """
    if not all(is_name(name) for name in (terminal, owner, user)) or ":" in user:
        return None
    file = terminal if owner == user else f"{terminal}:{user}"
    before, _, display = terminal.rpartition(":")
    if owner == user and before and display.strip("0123456789."):
        return None
    name = StampName(directory, owner, file)
    is_short = is_name(file) and len(_bytes(name.path)) <= _LONGEST_PATH
    return name if is_short and file != KEY_NAME else None


def is_name(name: str) -> bool:
    """Whether a text can name something in a directory, and names nothing outside of it."""
    try:
        size = len(_bytes(name))
    except UnicodeEncodeError:
        return False
    return name not in ("", ".", "..") and not set("/\0") & set(name) and size <= _LONGEST_NAME


def encode(name: StampName, when: int, key: Secret, by: Algorithm) -> bytes:
    """Return the bytes of a stamp."""
    message = _bytes(name.path) + b"\0" + _TIME.pack(when)
    return message + hmac(key, message, by)


def size_of(name: StampName, by: Algorithm) -> int:
    """Return how many bytes a stamp has."""
    return len(_bytes(name.path)) + 1 + _TIME.size + by.size


def decode(data: bytes, name: StampName, key: Secret, by: Algorithm) -> int | None:
    """Return when a stamp was made, in seconds since 1970; `None` unless it is a true one."""
    start = len(_bytes(name.path)) + 1
    if len(data) != size_of(name, by) or len(key.expose()) < LEAST_KEY:
        return None
    when: int = _TIME.unpack_from(data, start)[0]
    # All of it is made anew: path, time and code are those of this place, or there is none.
    return when if _is_same(encode(name, when, key, by), data) else None


def is_fresh(when: int, now: int, timeout: int) -> bool:
    """Whether a stamp counts; one from the future does, up to twice the time, as in C."""
    return now - when < timeout if now >= when else when - now < 2 * timeout


def _is_same(one: bytes, other: bytes) -> bool:
    """Compare all bytes, wherever the first one differs."""
    odd = 0
    for mine, theirs in zip(one, other, strict=True):
        odd |= mine ^ theirs
    return odd == 0


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
