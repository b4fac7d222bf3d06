"""Failures counted per user, in the memory of this process, behind `world.Tallies`.

Other processes do not see them and they end with this one: right for a server that holds its
logins together, not for programs that come and go.  Those need faillock's files, whose
format is still to be written.
"""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Failure

_MOST = 1024
"""Failures kept for one user, the newest: far more than any limit that would lock."""


class ProcessTallies:
    """Failures in a mapping, for any number of threads."""

    __slots__ = ("_by_user", "_lock")

    def __init__(self) -> None:
        """Start without a failure."""
        self._by_user: dict[str, tuple[Failure, ...]] = {}
        self._lock = allocate_lock()

    def failures(self, user: str) -> tuple[Failure, ...]:
        """Return what is on record, oldest first."""
        return self._by_user.get(user, ())

    def record(self, user: str, failure: Failure) -> None:
        """Add a failure."""
        with self._lock:
            self._by_user[user] = (*self._by_user.get(user, ()), failure)[-_MOST:]

    def clear(self, user: str) -> None:
        """Forget a user's failures."""
        with self._lock:
            self._by_user.pop(user, None)
