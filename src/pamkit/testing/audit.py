"""Audit records that a test can look into."""

from __future__ import annotations


class MemoryAudit:
    """Audit records in a list: kind, op, user, host, terminal, and whether it was granted."""

    def __init__(self) -> None:
        """Start empty."""
        self.records: list[tuple[int, str, str | None, str | None, str | None, bool]] = []
        self.fault: OSError | None = None
        """What is raised instead of keeping a record."""
        self.collected_by: int | OSError = 0
        """The process that takes the records, or why that cannot be told."""
        self.recorded: tuple[int, int] | OSError = (0, 0)
        """Whether input from terminals is recorded, and passwords; or why that cannot be told."""
        self.terminal_fault: OSError | None = None
        """What is raised instead of changing that."""

    def write(
        self,
        kind: int,
        op: str,
        *,
        user: str | None,
        host: str | None,
        tty: str | None,
        granted: bool,
    ) -> bool:
        """Keep a record, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.records.append((kind, op, user, host, tty, granted))
        return True

    def collector(self) -> int:
        """Return the process that takes the records."""
        if isinstance(self.collected_by, OSError):
            raise self.collected_by
        return self.collected_by

    def terminal(self) -> tuple[int, int]:
        """Return what is recorded of terminals."""
        if isinstance(self.recorded, OSError):
            raise self.recorded
        return self.recorded

    def set_terminal(self, *, enabled: int, passwords: int) -> None:
        """Change what is recorded of terminals."""
        if self.terminal_fault is not None:
            raise self.terminal_fault
        self.recorded = enabled, passwords
