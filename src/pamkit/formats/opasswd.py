"""The lines of opasswd(5): the old password hashes of a user, ``user:uid:count:hash,hash``."""

from __future__ import annotations

from pamkit.formats.passwd import bytes_of, text_of
from pamkit.vocab.record import Record
from pamkit.vocab.secret import Secret

PATH = "/etc/security/opasswd"
"""Where the file is, unless an administrator says otherwise."""


class History(Record):
    """What is remembered of a user, newest last; ``uid`` is kept as it is written."""

    name: str
    uid: str
    hashes: tuple[Secret, ...]


def parse_history(line: bytes) -> History | None:
    """Return a line of opasswd; `None` if it is malformed.

    The count in the line is not believed: the hashes are counted.  C: they may be missing, and
    what follows behind another colon is nothing.
    """
    fields = line.split(b":")
    if len(fields) < 3 or not fields[0] or b"\0" in line or b"\n" in line:
        return None
    hashes = tuple(Secret(word) for word in b"".join(fields[3:4]).split(b",") if word)
    return History(text_of(fields[0]), text_of(fields[1]), hashes)


def history_line(history: History) -> bytes:
    """Return the line for a history, without a line end; `ValueError` if it fits in none."""
    hashes = [hashed.expose() for hashed in history.hashes]
    fields = [bytes_of(history.name), bytes_of(history.uid), b"%d" % len(hashes)]
    if any(mark in word for word in (*fields, *hashes) for mark in (b":", b"\n", b"\0")) or any(
        b"," in hashed for hashed in hashes
    ):
        raise ValueError("a field of opasswd holds a colon, a comma, a line end or a NUL")
    return b":".join([*fields, b",".join(hashes)])


def find_history(data: bytes, name: str) -> History | None:
    """Return the first well-formed line for a user, or `None`."""
    for line in data.split(b"\n"):
        history = parse_history(line)
        if history is not None and history.name == name:
            return history
    return None


def with_hash(data: bytes, name: str, *, uid: int, hashed: bytes, keep: int) -> bytes:
    """Return the file with one hash more for a user, of whom the newest ``keep`` stay.

    A hash that is the newest already is not added again.  With ``keep`` 0 the user's line goes.
    Every other line stays as it is, byte for byte.  `ValueError` if a field would break the line.
    """
    kept, found = [], False
    for line in _lines(data):
        history = parse_history(line.removesuffix(b"\n"))
        if history is None or history.name != name:
            kept.append(line)
            continue
        found = True
        if keep > 0:
            hashes = _with(history.hashes, Secret(hashed))[-keep:]
            same = hashes == history.hashes
            kept.append(line if same else history_line(history.changed(hashes=hashes)) + b"\n")
    if not found and keep > 0:
        if kept and not kept[-1].endswith(b"\n"):
            kept.append(b"\n")
        kept.append(history_line(History(name, str(uid), (Secret(hashed),))) + b"\n")
    return b"".join(kept)


def _with(hashes: tuple[Secret, ...], newest: Secret) -> tuple[Secret, ...]:
    return hashes if hashes[-1:] == (newest,) else (*hashes, newest)


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
