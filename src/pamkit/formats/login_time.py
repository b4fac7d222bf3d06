"""Since when a user is logged in: the records of utmp(5), and logind's file of a user.

Neither proves anything: both are only asked whether something else is too old.
"""

from __future__ import annotations

import struct

UTMP = "/var/run/utmp"
"""Where the records of sessions are, on systems that keep them."""

LOGIND = "/run/systemd/users"
"""Where logind has a file of each user, by number, for itself and its own library."""

_RECORD = struct.Struct("<h42x32s264xi40x")  # x86-64; the time has 32 bits there
_USER_PROCESS = 7
_NAME = 32


def oldest_in_utmp(data: bytes, user: str) -> int | None:
    """Return when the oldest session of a user began, in seconds since 1970.

    `None` if there is none.  `ValueError` for what is no such file, and for a session of the
    user that has no time.
    """
    if len(data) % _RECORD.size:
        raise ValueError("a piece of a record")
    name = user.encode("utf-8", "surrogateescape")[:_NAME]
    oldest = None
    for kind, whose, seconds in _RECORD.iter_unpack(data):
        if kind != _USER_PROCESS or whose.partition(b"\0")[0] != name:
            continue
        began = seconds & 0xFFFFFFFF  # good up to 2106, when C's is good up to 2038
        if not began:
            raise ValueError("a session without a time")
        oldest = began if oldest is None else min(oldest, began)
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
