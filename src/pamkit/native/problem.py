"""Why the native libraries cannot be built, found or installed: a sentence, and a way out."""

from __future__ import annotations


class Problem(Exception):
    """Something is missing or unfit; says what was found, what was expected and how to get it."""

    def __init__(self, message: str, help_line: str = "") -> None:
        """Make one of a lower-case sentence without a full stop, and a help line."""
        super().__init__(message)
        self.message, self.help_line = message, help_line

    def __str__(self) -> str:
        """The sentence, with the help line below it."""
        return f"{self.message}\nhelp: {self.help_line}" if self.help_line else self.message
