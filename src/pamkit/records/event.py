"""What happened: a login, its end, a failure or a boot; one value for every record there is."""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record


class Happening(Names):
    """What a login event is about."""

    LOGIN = 1
    LOGOUT = 2
    FAILURE = 3
    BOOT = 4


class LoginEvent(Record):
    """Something that login records are kept of.

    ``when``: microseconds since 1970.  ``line``: the terminal without `/dev/`, or a word like
    `ssh`.  ``host``: the host at the other end; for a boot the kernel's release.  ``pid``: the
    process that leads the session, ``session`` its session's number.  ``name`` marks the record in
    utmp, four bytes at most; else it is made of the line.  ``number``: that of the login in wtmpdb,
    at its end.
    """

    happening: Happening
    when: int
    user: str = ""
    uid: int | None = None
    line: str = ""
    host: str = ""
    service: str = ""
    pid: int = 0
    session: int = 0
    name: str | None = None
    number: int | None = None


def line_of(terminal: str) -> str:
    """Return the line of a terminal, as records have it: `pts/0` for `/dev/pts/0`."""
    return terminal.removeprefix("/dev/")


def name_of(event: LoginEvent) -> bytes:
    """Return the mark of an event's record in utmp, `ut_id`, of a terminal the last four bytes.

    Without the word `tty`, as OpenSSH makes it: `pts/1` and `tty1` differ.
    """
    made = event.line.removeprefix("tty") if event.name is None else event.name
    return bytes_of(made)[-4:]


def address_of(host: str) -> bytes:
    """Return the bytes of a host that is an address, as utmp has them; none for another."""
    from pamkit.formats.ip_address import address

    found = address(host)
    return b"" if found is None else found.number.to_bytes(found.bits // 8, "big")


def bytes_of(text: str) -> bytes:
    """Return a text for a record; nothing that a host calls itself keeps it from being noted.

    Neither does a NUL, which would end the text for every reader.
    """
    try:
        data = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        data = text.encode("ascii", "backslashreplace")
    return data.replace(b"\0", b"?")
