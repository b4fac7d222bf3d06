"""Where the stamps of pam_timestamp are: a directory, who asks, and their terminal.

INVARIANT: nothing but a name goes into a path: CVE-2014-2583 was a user called `../../root`.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

DIRECTORY = "/var/run/pam_timestamp"
"""Where stamps are, unless a policy says otherwise."""

KEY_NAME = "_pam_timestamp_key"
"""The file of the key, always in `DIRECTORY`."""

KEY_SIZE = 64
"""Bytes of a new key."""

_LONGEST_NAME, _LONGEST_PATH = 255, 4095


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

    @property
    def encoded(self) -> bytes:
        """The bytes of that path."""
        return _bytes(self.path)


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
    is_short = is_name(file) and len(name.encoded) <= _LONGEST_PATH
    return name if is_short and file != KEY_NAME else None


def is_name(name: str) -> bool:
    """Whether a text can name something in a directory, and names nothing outside of it."""
    try:
        size = len(_bytes(name))
    except UnicodeEncodeError:
        return False
    return name not in ("", ".", "..") and not set("/\0") & set(name) and size <= _LONGEST_NAME


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
