"""What stands in a stamp of pam_timestamp, and how long it counts.

Its own path, a NUL, the seconds since 1970 as C's `time_t`, and a code (HMAC) of all that.
"""

from __future__ import annotations

import struct
from _operator import _compare_digest

from pamkit.formats.hmac_code import hmac

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.hmac_code import Algorithm
    from pamkit.formats.stamp_name import StampName
    from pamkit.vocab.secret import Secret

LEAST_KEY = 20
"""Bytes that a key has at least."""

TIMEOUT = 300
"""Seconds that a stamp counts, unless a policy says otherwise."""

_TIME = struct.Struct("q")


def encode(name: StampName, when: int, key: Secret, by: Algorithm) -> bytes:
    """Return the bytes of a stamp."""
    message = name.encoded + b"\0" + _TIME.pack(when)
    return message + hmac(key, message, by)


def size_of(name: StampName, by: Algorithm) -> int:
    """Return how many bytes a stamp has."""
    return len(name.encoded) + 1 + _TIME.size + by.size


def decode(data: bytes, name: StampName, key: Secret, by: Algorithm) -> int | None:
    """Return when a stamp was made, in seconds since 1970; `None` unless it is a true one."""
    start = len(name.encoded) + 1
    if len(data) != size_of(name, by) or len(key) < LEAST_KEY:
        return None
    when: int = _TIME.unpack_from(data, start)[0]
    # All of it is made anew: path, time and code are those of this place, or there is none.
    return when if _compare_digest(encode(name, when, key, by), data) else None


def is_fresh(when: int, now: int, timeout: int) -> bool:
    """Whether a stamp counts; one from the future does, up to twice the time, as in C."""
    return now - when < timeout if now >= when else when - now < 2 * timeout
