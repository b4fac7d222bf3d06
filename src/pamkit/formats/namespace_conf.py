"""The lines of namespace.conf(5): directories of which each user sees another one.

A line is `polydir instance_prefix method[:flag]... [[~]user,user...]`.
"""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_BYTES = 4095
"""The longest path, C: `PATH_MAX` without the NUL."""

_BLANKS = " \t\n\v\f\r"
_ESCAPES = {"n": "\n", "t": "\t", "b": "\b"}
_NO_MODE = 0xFFFFFFFF
_MOST_MODE = (1 << 64) - 1
_MOUNT_FLAGS = {"noexec": 8, "nosuid": 2, "nodev": 4}
"""Options of mount(8) and what they are to mount(2)."""


class Method(Names):
    """By what the directories of users differ; the numbers are those of C's log."""

    USER = 1
    CONTEXT = 2
    LEVEL = 3
    TMPDIR = 4
    TMPFS = 5


class Creation(Record):
    """How a directory that is not there is made; `None`: not stated.  Users are names here."""

    mode: int | None = None
    owner: str | None = None
    group: str | None = None


class Polydir(Record):
    """A directory that is not the same for all users.

    ``unmounted`` is its path for the user who asks, who may have become another one.  ``exempt``
    are the numbers of users who see the common one; with ``is_exclusive`` all others do.
    """

    path: str
    unmounted: str
    prefix: str
    method: Method
    exempt: tuple[int, ...] = ()
    is_exclusive: bool = False
    creates: bool = False
    mode: int | None = None
    owner: int | None = None
    group: int | None = None
    has_script: bool = True
    script: str = ""
    is_shared: bool = False
    mount_flags: int = 0
    mount_options: str | None = None

    def spares(self, uid: int) -> bool:
        """Whether a user sees the directory that is there for all."""
        return (uid in self.exempt) != self.is_exclusive


def statements(data: bytes) -> Iterator[str]:
    """Return what the lines say, without comments, and with the blanks before it, as C logs it."""
    for line in data.split(b"\n"):
        text = line.partition(b"\0")[0].decode("utf-8", "surrogateescape")
        stated = text.partition("#")[0]
        if stated.lstrip(_BLANKS):
            yield stated


def words(text: str) -> tuple[str, ...]:
    r"""Return the words of a line: `"` begins and ends what is taken as it stands.

    Outside of that a `\` takes the next character as it stands; `\n`, `\t` and `\b` are signs.
    """
    found: list[str] = []
    word: str | None = None
    is_quoted = False
    signs = iter(text)
    for sign in signs:
        if word is None:
            if sign in _BLANKS:
                continue
            word = ""
        if is_quoted:
            is_quoted = sign != '"'
            word += sign if is_quoted else ""
        elif sign in _BLANKS:
            found.append(word)
            word = None
        elif sign == '"':
            is_quoted = True
        elif sign == "\\":
            escaped = next(signs, "\\")
            word += _ESCAPES.get(escaped, escaped)
        else:
            word += sign
    return tuple(found) if word is None else (*found, word)


def expanded(text: str, *, home: str, user: str) -> str:
    """Return a path with `$HOME` and `$USER` replaced; any other `$` stays."""
    first, *others = text.split("$")
    pieces = [first]
    for other in others:
        if other.startswith("HOME"):
            pieces.append(home + other[4:])
        elif other.startswith("USER"):
            pieces.append(user + other[4:])
        else:
            pieces.append("$" + other)
    return "".join(pieces)


def without_last_slashes(path: str) -> str:
    """Return a path without the slashes at its end; one that is nothing else is `/`."""
    return path[:1] + path[1:].rstrip("/")


def method(word: str) -> tuple[Method | None, tuple[tuple[str, str | None], ...]]:
    """Return the method that a word begins with, and the flags behind it with their values.

    Only the beginning of a flag counts, as in C: `created` is `create`, without a value.
    """
    first, *rest = [part for part in word.split(":") if part] or [""]
    known = {each.name.lower(): each for each in Method}
    stated = []
    for part in rest:
        for name in ("create", "noinit", "iscript", "shared", "mntopts"):
            if part.startswith(name):
                behind = part[len(name) :]
                stated.append((name, behind[1:] if behind.startswith("=") else None))
    return known.get(first), tuple(stated)


def creation(value: str | None) -> Creation:
    """Return what the value of `create` says: a mode, an owner and a group, each may be empty."""
    if value is None:
        return Creation()
    mode, _, owners = value.partition(",")
    owner, _, group = owners.partition(",")
    return Creation(_mode(mode) if mode else None, owner or None, group or None)


def tmpfs_options(value: str) -> tuple[int, str | None]:
    """Return the options of a tmpfs as flags of mount(2), and those that the kernel reads."""
    flags, left = 0, None
    *parts, last = value.split(",")
    for part in (*(part for part in parts if part), *((last,) if value else ())):
        if part in _MOUNT_FLAGS:
            flags |= _MOUNT_FLAGS[part]
        else:
            left = part if left is None else f"{left},{part}"
    return flags, left


def _mode(text: str) -> int | None:
    """Return permission bits as strtoul(3) reads them, base 0; `None` if C has none of it.

    What is no number is 0: nobody may enter.
    """
    digits = text.lstrip(_BLANKS)
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits.startswith(("+", "-")) else digits
    allowed, base = "0123456789", 10
    if digits[:2] in ("0x", "0X") and digits[2:3] in tuple("0123456789abcdefABCDEF"):
        digits, allowed, base = digits[2:], "0123456789abcdefABCDEF", 16
    elif digits.startswith("0"):
        allowed, base = "01234567", 8
    digits = digits[: len(digits) - len(digits.lstrip(allowed))]
    if len(digits) > MOST_BYTES:
        return None
    number = int(digits, base) if digits else 0
    mode = sign * number & _NO_MODE
    return None if number > _MOST_MODE or mode == _NO_MODE else mode & 0o7777
