"""Since when a user is logged in: the records of utmp(5), and logind's file of a user.

Neither proves anything: both are only asked whether something else is too old.
"""

from __future__ import annotations

from pamkit.formats.utmp import NAME, SHORT, UTMP, Kind, decode, layout_of

__all__ = ["LOGIND", "UTMP", "oldest_in_utmp", "oldest_of_logind"]

LOGIND = "/run/systemd/users"
"""Where logind has a file of each user, by number, for itself and its own library."""


def oldest_in_utmp(data: bytes, user: str) -> int | None:
    """Return when the oldest session of a user began, in seconds since 1970.

    `None` if there is none.  `ValueError` for what is no such file, and for a session of the
    user that has no time.
    """
    layout = layout_of(data, SHORT)
    if len(data) % layout.size:
        raise ValueError("a piece of a record")
    name = user.encode("utf-8", "surrogateescape")[:NAME]
    oldest = None
    for each in decode(data, layout):
        if each.kind != Kind.USER_PROCESS or each.user.partition(b"\0")[0] != name:
            continue
        if not each.seconds:
            raise ValueError("a session without a time")
        oldest = each.seconds if oldest is None else min(oldest, each.seconds)
    return oldest


def oldest_of_logind(data: bytes) -> int | None:
    """Return since when a user is logged in, in seconds since 1970, from logind's file.

    `None` if it does not say.  C: `sd_uid_get_login_time`.  `ValueError` for a time that is none.
    """
    for line in data.split(b"\n"):
        if line.startswith(b"REALTIME="):
            micros = line.removeprefix(b"REALTIME=")
            if not micros.isdigit() or len(micros) > 20:
                raise ValueError("no time")
            return int(micros) // 1_000_000 or None
    return None
