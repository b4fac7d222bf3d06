"""Failures on record in memory."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.formats.faillock_tally import Failure

# `errno` would be one import more than a transaction in memory needs.
_ENOENT = 2


class MemoryTally:
    """The failures of one user, held."""

    def __init__(self, tallies: MemoryTallies, place: tuple[str, str]) -> None:
        """Hold what ``tallies`` have at a place: directory and user."""
        self._tallies, self._place = tallies, place

    def failures(self) -> tuple[Failure, ...]:
        """Return what is on record; the fault that the test wants is raised."""
        self._tallies.fail("failures")
        return self._tallies.kept[self._place]

    def record(self, failures: Sequence[Failure], at: int) -> None:
        """Put failures on record; the fault that the test wants is raised."""
        self._tallies.fail("record")
        self._tallies.kept[self._place] = tuple(failures)

    def clear(self) -> None:
        """Forget all failures; the fault that the test wants is raised."""
        self._tallies.fail("clear")
        self._tallies.kept[self._place] = ()

    def __enter__(self) -> MemoryTally:
        """Use the tally."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self._tallies.held.remove(self._place)


class MemoryTallies:
    """Failures in a mapping from directory and user."""

    def __init__(self) -> None:
        """Start without a failure."""
        self.kept: dict[tuple[str, str], tuple[Failure, ...]] = {}
        self.held: list[tuple[str, str]] = []
        self.busy = 0
        """So many times more another has the tally that is asked for."""
        self.faults: dict[str, OSError] = {}
        """What `hold`, `look`, `failures`, `record` and `clear` raise."""

    def hold(self, directory: str, user: str, uid: int, *, create: bool) -> MemoryTally:
        """Return a user's tally; the owner is nobody's concern."""
        self.fail("hold")
        place = (directory, user)
        if self.busy or place in self.held:
            self.busy = max(0, self.busy - 1)
            raise BlockingIOError("another has the tally")
        if create:
            self.kept.setdefault(place, ())
        if place not in self.kept:
            raise FileNotFoundError(_ENOENT, "no such file", user)
        self.held.append(place)
        return MemoryTally(self, place)

    def look(self, directory: str, user: str) -> tuple[Failure, ...]:
        """Return what is on record."""
        self.fail("look")
        if (directory, user) not in self.kept:
            raise FileNotFoundError(_ENOENT, "no such file", user)
        return self.kept[directory, user]

    def fail(self, step: str) -> None:
        """Raise the fault that the test wants of a step, if any."""
        if step in self.faults:
            raise self.faults[step]
