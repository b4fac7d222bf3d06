"""Log lines that a test can look into."""

from __future__ import annotations


class MemoryLog:
    """Log lines in a list of priority and text."""

    def __init__(self) -> None:
        """Start empty."""
        self.lines: list[tuple[int, str]] = []

    def write(self, priority: int, text: str) -> None:
        """Keep a line."""
        self.lines.append((priority, text))

    @property
    def texts(self) -> list[str]:
        """The lines without their priorities."""
        return [text for _, text in self.lines]
