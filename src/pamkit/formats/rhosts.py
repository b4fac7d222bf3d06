"""The lines of hosts.equiv(5) and .rhosts: which users of which hosts are believed.

They are read as glibc's `ruserok_af(3)` reads them.  A line holds a host and, behind blanks, a
user; without a user it means the local user's name.  `+` is any, `-` before a word refuses,
`+@` and `-@` name a netgroup.  Hosts are written in any letters.  A line that begins with `#`, or
is blank, is passed over; one that begins with a blank ends the reading.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_BLANKS = b" \t\n\v\f\r"


class Line(Record):
    """Whom a line is about: the host and the user, as they are written; ``user`` may be empty."""

    host: str
    user: str


def lines(data: bytes) -> Iterator[Line]:
    """Yield the lines that count, up to the first that begins with a blank."""
    for raw in data.split(b"\n"):
        line = raw.partition(b"\0")[0]  # C: what lies behind a NUL is not seen
        if not line.strip(_BLANKS) or line.lstrip(_BLANKS).startswith(b"#"):
            continue
        host, blank, rest = _cut(line)
        if not host:
            return
        user = _cut(rest.lstrip(_BLANKS))[0] if blank in (b" ", b"\t") else b""
        yield Line(_text(host.lower()), _text(user))


def believes(
    data: bytes,
    *,
    local_user: str,
    remote_user: str,
    is_host: Callable[[str], bool],
    host_in: Callable[[str], bool],
    user_in: Callable[[str], bool],
) -> bool:
    """Whether a file believes the remote user of the host that asks.

    The first line that speaks of both decides.  ``is_host`` says whether a name or number means
    that host, and raises `OSError` if this cannot be told; ``host_in`` and ``user_in`` say
    whether the host and the remote user are in a netgroup.
    """
    for line in lines(data):
        wanted = _says(
            line.user or local_user,
            is_it=lambda name: name == remote_user,
            is_in=user_in,
        )
        # A line that refuses a host stops here, whoever it was written for.
        if wanted == 0 and not line.host.startswith("-"):
            continue
        try:
            asking = _says(line.host, is_it=is_host, is_in=host_in)
        except OSError:
            # Whom it lets in stays out, and whom it keeps out does not come in further down.
            asking = -1 if line.host.startswith("-") or wanted < 0 else 0
        if asking < 0 or (asking > 0 and wanted < 0):
            return False
        if asking > 0 and wanted > 0:
            return True  # a line names both the host and the user
    return False


def _says(word: str, *, is_it: Callable[[str], bool], is_in: Callable[[str], bool]) -> int:
    """Return 1 if a word means who asks, -1 if it refuses them, 0 if it is about others."""
    if word.startswith("+@"):
        return int(is_in(word[2:]))
    if word.startswith("-@"):
        return -int(is_in(word[2:]))
    if word.startswith("-"):
        return -int(is_it(word[1:]))
    return int(word == "+" or is_it(word))


def _cut(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Return the first word, the blank behind it, and the rest."""
    for at in range(len(line)):
        if line[at : at + 1] in (b" ", b"\t", b"\n", b"\v", b"\f", b"\r"):
            return line[:at], line[at : at + 1], line[at + 1 :]
    return line, b"", b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
