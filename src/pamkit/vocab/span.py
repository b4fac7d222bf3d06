"""Where in which file something was written."""

from __future__ import annotations

from pamkit.vocab.record import Record


class Span(Record):
    """A place in a text: file name, line and column of its first character, and its end.

    Lines and columns count from 1; ``end_column`` is the column after the last character.
    """

    file: str
    line: int
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        """``file:line:column``, as compilers write it."""
        return f"{self.file}:{self.line}:{self.column}"
