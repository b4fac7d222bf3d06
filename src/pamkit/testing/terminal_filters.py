"""Filters before terminals in memory: what was put there is noted, and no process is split."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class PutFilter(Record):
    """A filter that was put before the terminal."""

    program: str
    environment: tuple[tuple[str, str], ...]


class MemoryTerminalFilters:
    """Notes filters; it always comes back as the child would."""

    def __init__(self) -> None:
        """Start without a filter."""
        self.filters: list[PutFilter] = []
        self.fault: OSError | None = None
        """What is raised instead of putting one."""
        self.then: Callable[[], object] = lambda: None
        """What happens to the machine when there is a filter."""
        self.plays_parent = False
        """Whether what the parent is asked to do is done, too."""

    def put(
        self,
        program: str,
        environment: tuple[tuple[str, str], ...],
        *,
        forget: Callable[[], object],
        ended: Callable[[], object],
    ) -> None:
        """Note a filter, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.filters.append(PutFilter(program, environment))
        if self.plays_parent:
            forget()
            ended()
        self.then()
