"""Lists of users with hashes, one user a line: those of passwd(5), shadow(5) and htpasswd."""

from __future__ import annotations

from pamkit.formats.stored_password import SHORTEST_HASH
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

_SCHEMES = ("1", "2a", "2b", "2x", "2y", "3", "5", "6", "7", "gy", "md5", "sha1", "sm3", "y")
"""How hashes begin that crypt(5) knows, between the dollar signs."""

_OF_DES = frozenset(b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
_LOCKS = b"!*"


class ListedUser(Record):
    """A user of a list; ``hashed`` without the mark of a lock, ``None`` if nothing is left."""

    line: int
    name: str
    hashed: Secret | None
    is_locked: bool
    fault: str = ""
    """Why the user cannot be taken over; empty if nothing is in the way."""


def users(data: bytes) -> tuple[ListedUser, ...]:
    """Return the users of a list; empty lines and comments (`#`) are left out."""
    found = []
    for number, line in enumerate(data.split(b"\n"), 1):
        line = line.rstrip(b"\r")
        if not line.strip() or line.startswith(b"#"):
            continue
        name, colon, rest = line.partition(b":")
        fault = name_fault(name) if colon else "it has no colon"
        found.append(_listed(number, name, rest.partition(b":")[0], fault))
    return tuple(found)


def name_fault(name: bytes) -> str:
    """Return why a name is none; empty for a good one."""
    try:
        text = name.decode()
    except UnicodeDecodeError:
        return "its name is not UTF-8"
    if not text:
        return "it has no name"
    if not text.isprintable() or ":" in text or len(name) > 256:
        return "its name has a character that no name should have, or too many"
    return ""


def hash_fault(hashed: bytes) -> str:
    """Return why a hash is none that crypt(3) computes; empty for a good one."""
    if hashed == b"x":
        return "its hash is elsewhere: it is `x`, as in /etc/passwd"
    if hashed.startswith(b"$"):
        scheme = hashed.split(b"$")[1].decode("ascii", "replace").partition(",")[0]
        printable = all(0x20 < byte < 0x7F for byte in hashed)
        if scheme in _SCHEMES and printable and len(hashed) >= SHORTEST_HASH:
            return ""
        return f"its hash is of a kind that crypt(3) does not know: `${scheme[:8]}$`"
    if len(hashed) == SHORTEST_HASH and _OF_DES.issuperset(hashed):
        return ""
    return "what it has is no hash"


def _listed(number: int, name: bytes, stored: bytes, fault: str) -> ListedUser:
    hashed = stored.lstrip(_LOCKS)
    locked = hashed != stored
    text = name.decode("utf-8", "backslashreplace")
    if not fault and not stored:
        fault = "it has no password"
    if not fault and hashed:
        fault = hash_fault(hashed)
    return ListedUser(number, text, Secret(hashed) if hashed else None, locked, fault)
