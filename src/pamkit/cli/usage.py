"""A mistake of the person at the command line: a sentence, and what to do instead."""

from __future__ import annotations

from pamkit.cli.status import UNUSABLE


class UsageError(Exception):
    """The command line asks for something that cannot be done; the exit status is 2.

    Commands that have the place of another program have that program's ``status``.
    """

    def __init__(self, message: str, help_line: str = "", *, status: int = UNUSABLE) -> None:
        """Make an error: one lower-case sentence without a full stop, and a help line."""
        super().__init__(message)
        self.message, self.help_line, self.status = message, help_line, status

    def __str__(self) -> str:
        """The sentence, with the help line below it."""
        return f"{self.message}\nhelp: {self.help_line}" if self.help_line else self.message
