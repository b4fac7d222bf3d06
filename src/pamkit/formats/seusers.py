"""Which SELinux user a login becomes: `/etc/selinux/config` and the policy's `seusers`.

Source: `selinux_config(5)`, `seusers(5)`, and what libselinux makes of them.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_TYPE, _REQUIRE = b"SELINUXTYPE=", b"REQUIRESEUSERS="
_DEFAULT_TYPE = b"targeted"
_EVERYBODY = b"__default__"

# C: `isspace` and `iscntrl` of its own locale.
_BLANKS = b" \t\n\v\f\r"
_CONTROLS = bytes([*range(33), 127])


class Config(Record):
    """Which policy is in force, and whether only the users that it names have an SELinux user."""

    policy: bytes = _DEFAULT_TYPE
    names_all: bool = False


def config(data: bytes) -> Config:
    """Return what `/etc/selinux/config` says; later lines win."""
    policy, names_all = _DEFAULT_TYPE, False
    for line in _lines(data):
        if line[: len(_TYPE)].upper() == _TYPE:
            policy = line[len(_TYPE) :].lstrip(_BLANKS)
            policy = policy[:1] + policy[1:].rstrip(_CONTROLS)
        elif line.startswith(_REQUIRE):
            names_all = _is_true(line[len(_REQUIRE) :].lstrip(_BLANKS))
    return Config(policy, names_all)


def seusers(data: bytes, *, with_level: bool) -> tuple[tuple[bytes, bytes], ...]:
    """Return whom each good line is for, and the SELinux user it gives.

    That is a user, a group (`%wheel`) or `__default__`.  ``with_level``: the kernel knows levels,
    and a line that ends where one should stand is no good line.
    """
    found = []
    for line in _lines(data):
        login, colon, rest = line.partition(b":")
        seuser, has_level, level = rest.partition(b":")
        if not has_level:
            seuser = _word(rest)
        if colon and seuser and not (with_level and has_level and not _word(level)):
            found.append((login, seuser))
    return tuple(found)


def seuser_of(
    user: bytes, entries: Iterable[tuple[bytes, bytes]], is_in: Callable[[bytes], bool]
) -> bytes | None:
    """Return a user's SELinux user: by name, else by the first group, else everybody's.

    ``is_in`` tells whether the user is in a group.  `None` if no entry is for this user.
    """
    by_group = everybodys = None
    for login, seuser in entries:
        if login == user:
            return seuser
        if by_group is None and login.startswith(b"%") and is_in(login[1:]):
            by_group = seuser
        elif everybodys is None and login == _EVERYBODY:
            everybodys = seuser
    return by_group or everybodys


def _is_true(value: bytes) -> bool:
    """Return what a setting says; only `false` and 0 are no.

    DIALECT: libselinux takes the words `true` and `false` for each other.
    """
    if not value[:1].isdigit():
        return not value.lower().startswith(b"false")
    return value.lstrip(b"0")[:1].isdigit()


def _lines(data: bytes) -> list[bytes]:
    """Return the lines that say something, as C sees them: up to a NUL, no blanks before."""
    lines = (line.partition(b"\0")[0].lstrip(_BLANKS) for line in data.split(b"\n"))
    return [line for line in lines if line and not line.startswith(b"#")]


def _word(text: bytes) -> bytes:
    """Return what stands before the first blank."""
    for blank in _BLANKS:
        text = text.partition(bytes([blank]))[0]
    return text
