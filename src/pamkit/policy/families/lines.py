"""What a reader of lines hands on: a logical line, its words, and whether it breaks the file."""

from __future__ import annotations

from pamkit.policy.words import LogicalLine, Piece, Word
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record


class Fault(Names):
    """What is wrong with a line before anybody looks at its words."""

    NONE = 0
    UNFINISHED = 1
    """The file ends inside of quotes, or behind a `\\` in a word."""
    BLANK = 2
    """There is nothing but blanks in it, which breaks the file."""
    LONG = 3
    CUT_OFF = 4
    """It is the beginning of a longer one, of which the rest is a line of its own."""


class Cut(Record):
    """One logical line as a family cuts it: its words, and what is wrong with it."""

    logical: LogicalLine
    words: tuple[Word, ...]
    fault: Fault = Fault.NONE


class Stretch(Record):
    """A word's place in the text of a file, and its meaning."""

    start: int
    end: int
    meaning: str


class Text(Record):
    """The text of a file, and its name."""

    whole: str
    file: str

    def cut(
        self,
        begin: int,
        end: int,
        line: int,
        words: list[Stretch],
        *,
        comment: str = "",
        fault: Fault = Fault.NONE,
    ) -> Cut:
        """Return the logical line from ``begin`` to ``end``; ``line`` is the number of its first.

        ``begin`` is where a line of the file begins, or where what was cut off one goes on.
        """
        raw = self.whole[begin:end]
        dangling = fault is Fault.UNFINISHED
        if not words:
            return Cut(LogicalLine(raw, line, None, (), comment, dangling), (), fault)
        first, last = words[0].start, words[-1].end
        text = self.whole[first:last]
        logical = LogicalLine(
            raw, line, text, self._pieces(begin, first, last, line), comment, dangling
        )
        return Cut(
            logical,
            tuple(
                Word(
                    word.meaning,
                    self.whole[word.start : word.end],
                    logical.place(self.file, word.start - first, word.end - first),
                    True,
                )
                for word in words
            ),
            fault,
        )

    def _pieces(self, begin: int, first: int, last: int, line: int) -> tuple[Piece, ...]:
        """Return where the lines of ``whole[first:last]`` lie in the file."""
        line += self.whole.count("\n", begin, first)
        pieces = [Piece(0, line, first - self.whole.rfind("\n", 0, first))]
        at = self.whole.find("\n", first, last)
        while at >= 0:
            line += 1
            pieces.append(Piece(at + 1 - first, line, 1))
            at = self.whole.find("\n", at + 1, last)
        return tuple(pieces)
