"""Processes of single logins in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# `errno` would be one import more than a transaction in memory needs.
_EAGAIN = 11


class MemorySingleLogins:
    """Users' processes by user number, and who has an only login."""

    def __init__(self) -> None:
        """Nobody runs anything."""
        self.processes: dict[int, list[int]] = {}
        self.stubborn: set[int] = set()
        """Processes that no signal ends."""
        self.held: set[int] = set()
        self.killed: list[int] = []
        self.fault: OSError | None = None
        """What is raised instead of telling who runs what."""
        self.lock_fault: OSError | None = None
        """What is raised instead of giving a login."""

    def running(self, uid: int) -> tuple[int, ...]:
        """Return the processes of a user, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        return tuple(self.processes.get(uid, ()))

    def hold(self, uid: int) -> MemorySingleLogin:
        """Return a login; `BlockingIOError` if somebody has it, or the fault."""
        if self.lock_fault is not None:
            raise self.lock_fault
        if uid in self.held:
            raise BlockingIOError(_EAGAIN, "somebody has it", str(uid))
        self.held.add(uid)
        return MemorySingleLogin(self, uid)


class MemorySingleLogin:
    """The only login of a user, in memory."""

    number = 7

    def __init__(self, logins: MemorySingleLogins, uid: int) -> None:
        """Be the login of ``uid``."""
        self._logins, self._uid = logins, uid

    def end(self, told: Callable[[int], object]) -> tuple[int, ...]:
        """Kill the user's processes but the stubborn ones, unless they are root's."""
        self._logins.held.discard(self._uid)
        if self._uid == 0:
            return ()
        running = self._logins.running(self._uid)
        for number in running:
            told(number)
        left = [number for number in running if number in self._logins.stubborn]
        self._logins.killed += [number for number in running if number not in left]
        self._logins.processes[self._uid] = left
        return tuple(left)
