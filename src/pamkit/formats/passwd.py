"""The lines of passwd(5), group(5) and shadow(5).

They are read as glibc's `files` source reads them, with two exceptions on the safe side: a
number that is none, or no valid user or group number, makes the line malformed instead of
becoming another number; so does a NUL byte.  A malformed line is no account.
"""

from __future__ import annotations

from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    E = TypeVar("E")

PASSWD_FILE = "/etc/passwd"  # noqa: S105  # a path
GROUP_FILE = "/etc/group"
SHADOW_FILE = "/etc/shadow"

_BLANKS = b" \t\n\v\f\r"
_MAX_ID = 0xFFFFFFFE
"""The number above it, (uid_t)-1, means *no user* to the kernel."""

_EMPTY = -1
"""What stands for an empty field of shadow(5)."""


class PasswdEntry(Record):
    """One line of passwd(5)."""

    name: str
    password: Secret
    uid: int
    gid: int
    gecos: str
    home: str
    shell: str


class GroupEntry(Record):
    """One line of group(5)."""

    name: str
    gid: int
    members: tuple[str, ...]


class ShadowEntry(Record):
    """One line of shadow(5): days since 1970 and numbers of days; -1 is an empty field."""

    name: str
    hashed: Secret
    last_change: int = _EMPTY
    min_days: int = _EMPTY
    max_days: int = _EMPTY
    warn_days: int = _EMPTY
    inactive_days: int = _EMPTY
    expires: int = _EMPTY


def text_of(data: bytes) -> str:
    """Return bytes of a system file as text; undecodable bytes become surrogates."""
    return data.decode("utf-8", "surrogateescape")


def bytes_of(text: str) -> bytes:
    """Return the bytes a text came from; `ValueError` if it came from none."""
    return text.encode("utf-8", "surrogateescape")


def parse_passwd(line: bytes) -> PasswdEntry | None:
    """Return a line of passwd(5); `None` if it is malformed, a comment or for NIS."""
    fields = _fields(line, 6)
    if len(fields) < 4:
        return None
    uid, gid = _id(fields[2]), _id(fields[3])
    if uid is None or gid is None:
        return None
    gecos, home, shell = (text_of(field) for field in (*fields[4:], b"", b"", b"")[:3])
    return PasswdEntry(text_of(fields[0]), Secret(fields[1]), uid, gid, gecos, home, shell)


def parse_group(line: bytes) -> GroupEntry | None:
    """Return a line of group(5); `None` if it is malformed, a comment or for NIS."""
    fields = _fields(line, 3)
    gid = _id(fields[2]) if len(fields) > 2 else None
    if gid is None:
        return None
    words = [word.lstrip(_BLANKS) for word in b"".join(fields[3:]).split(b",")]
    return GroupEntry(text_of(fields[0]), gid, tuple(text_of(word) for word in words if word))


def parse_shadow(line: bytes) -> ShadowEntry | None:
    """Return a line of shadow(5); `None` if it is malformed, a comment or for NIS.

    The old form that ends behind ``max_days`` is taken as well.
    """
    fields = _fields(line, -1)
    if len(fields) == 6 and not fields[5].strip(_BLANKS):
        del fields[5]
    # C: a missing field is malformed, an empty one is not, unless the line ends there.
    if len(fields) != 9 and (len(fields) not in (5, 8) or not fields[-1]):
        return None
    if len(fields) == 9 and fields[8] and _number(fields[8]) is None:
        return None
    days = [_days(field) for field in fields[2:8]]
    numbers = [number for number in days if number is not None]
    if len(numbers) < len(days):
        return None
    return ShadowEntry(text_of(fields[0]), Secret(fields[1]), *numbers)


def is_shadowed(name: str, password: Secret) -> bool:
    """Whether a passwd line says that the hash lives in shadow(5).

    C: `x`, or `##name` as some old systems wrote it.
    """
    return password.matches(b"x") or password == Secret(f"##{name}")


def passwd_line(entry: PasswdEntry) -> bytes:
    """Return the line for an entry, without a line end; `ValueError` if it fits in none."""
    start = (bytes_of(entry.name), entry.password.expose(), b"%d" % entry.uid, b"%d" % entry.gid)
    rest = (bytes_of(entry.gecos), bytes_of(entry.home), bytes_of(entry.shell))
    return _joined((*start, *rest))


def group_line(entry: GroupEntry) -> bytes:
    """Return the line for an entry, without a line end; `ValueError` if it fits in none."""
    members = [bytes_of(member) for member in entry.members]
    return _joined((bytes_of(entry.name), b"x", b"%d" % entry.gid, b",".join(members)))


def shadow_line(entry: ShadowEntry) -> bytes:
    """Return the line for an entry, without a line end; `ValueError` if it fits in none."""
    ages = (entry.last_change, entry.min_days, entry.max_days, entry.warn_days)
    ends = (entry.inactive_days, entry.expires)
    days = [b"" if number < 0 else b"%d" % number for number in (*ages, *ends)]
    return _joined((bytes_of(entry.name), entry.hashed.expose(), *days, b""))


def entries(data: bytes, parse: Callable[[bytes], E | None]) -> Iterator[E]:
    """Yield the well-formed lines of a file, in order."""
    for line in data.split(b"\n"):
        entry = parse(line)
        if entry is not None:
            yield entry


def find(data: bytes, name: str, parse: Callable[[bytes], E | None]) -> E | None:
    """Return the first well-formed line for a name, or `None`."""
    for start, end in _places(data, name):
        entry = parse(data[start:end])
        if entry is not None:
            return entry
    return None


def has_line(data: bytes, name: str) -> bool:
    """Whether a file has a line for this name, well-formed or not.

    C: what `pam_modutil_check_user_in_passwd` asks, NIS lines left out.
    """
    return next(_places(data, name), None) is not None


def with_password(data: bytes, name: str, hashed: bytes) -> bytes | None:
    """Return a passwd file in which a user has another second field; `None` if not found.

    Every other byte stays as it is.  `ValueError` if the hash would break the line.
    """
    return _with_fields(data, name, parse_passwd, (hashed,))


def with_shadow(data: bytes, name: str, hashed: bytes, *, last_change: int) -> bytes | None:
    """Return a shadow file in which a user has another hash and day of change.

    ``last_change`` counts days since 1970, -1 empties the field.  `None` if the user is not
    found; every other byte stays as it is.  `ValueError` if the hash would break the line.
    """
    day = b"" if last_change < 0 else b"%d" % last_change
    return _with_fields(data, name, parse_shadow, (hashed, day))


def with_line(data: bytes, line: bytes) -> bytes:
    """Return a file with one line more at its end."""
    gap = b"" if not data or data.endswith(b"\n") else b"\n"
    return data + gap + line + b"\n"


def _with_fields(
    data: bytes, name: str, parse: Callable[[bytes], E | None], new: tuple[bytes, ...]
) -> bytes | None:
    """Replace the fields behind the name, in every line of that name as C does."""
    middle = _joined(new)
    pieces, last = [], 0
    for start, end in _places(data, name):
        if parse(data[start:end]) is None:
            continue
        old = data[start:end].split(b":", len(new) + 1)
        pieces += [data[last:start], old[0], b":", middle, b":", old[-1]]
        last = end
    return b"".join([*pieces, data[last:]]) if pieces else None


def _places(data: bytes, name: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line whose first field is ``name``."""
    try:
        key = bytes_of(name)
    except ValueError:
        return
    if not key or key[:1] in b"+-#" or key != key.lstrip(_BLANKS) or _breaks(key):
        return
    # Looked for from behind first: Python then stops where the name's first byte is, and not at
    # each colon, which such files are full of; it takes a fifth of the time to find nothing.
    if data.rfind(key + b":") < 0:
        return
    at = data.find(key + b":")
    while at >= 0:
        start = data.rfind(b"\n", 0, at) + 1
        if not data[start:at].strip(_BLANKS):
            end = data.find(b"\n", at)
            yield start, (end if end >= 0 else len(data))
        at = data.find(key + b":", at + 1)


def _fields(line: bytes, most: int) -> list[bytes]:
    """Split a line at its colons, ``most`` times; `[]` where there is no account."""
    line = line.lstrip(_BLANKS)
    # NIS lines (`+`, `-`) are instructions to the C library, not accounts.
    if line[:1] in b"+-#:" or b"\n" in line or b"\0" in line:
        return []
    return line.split(b":", most)


def _number(field: bytes) -> int | None:
    """Read a number of 32 bits as glibc reads one that has to fill its field."""
    digits = field.lstrip(_BLANKS).removeprefix(b"+")
    if not digits.isdigit() or len(digits) > 20:
        return None
    number = int(digits)
    return number if number <= 0xFFFFFFFF else None


def _days(field: bytes) -> int | None:
    """Read a number of days. C: an `int`; its upper half is negative, which means empty."""
    if not field:
        return _EMPTY
    number = _number(field)
    if number is None:
        return None
    return number if number <= 0x7FFFFFFF else number - (1 << 32)


def _id(field: bytes) -> int | None:
    number = _number(field)
    return number if number is not None and number <= _MAX_ID else None


def _joined(fields: tuple[bytes, ...]) -> bytes:
    if any(_breaks(field) for field in fields):
        raise ValueError("a field of an account file holds a colon, a line end or a NUL")
    return b":".join(fields)


def _breaks(field: bytes) -> bool:
    return b":" in field or b"\n" in field or b"\0" in field
