"""Which source of users nsswitch.conf(5) has asked first: `passwd: files systemd`."""

from __future__ import annotations

_USERS = b"passwd"
_FILES = b"files"


def asks_files_first(settings: bytes) -> bool:
    """Whether a user who stands in passwd(5) is taken from there, and no other source is asked.

    It has to be said in so many words: on one line, `files` first, and no `[...]` that would make
    the C library go on.  No is also: nobody can tell.
    """
    lines = [line for line in settings.split(b"\n") if _USERS in line.partition(b"#")[0]]
    if len(lines) != 1:
        return False
    what, colon, sources = lines[0].partition(b"#")[0].partition(b":")
    first, *others = sources.split() or [b""]
    return (
        what == _USERS
        and bool(colon)
        and first == _FILES
        and not any(word.startswith(b"[") for word in others[:1])
    )
