"""Text to logical lines to words, byte for byte as libpam cuts them.

Source: `pam.conf(5)` and libpam's line assembly; `docs/dialects.md` lists what no page says.
"""

from __future__ import annotations

from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 1023
"""Bytes of a line that every libpam reads whole; those before 1.6 cut longer ones."""

MAX_LINES = 65536
"""Lines of a file that are read; the rest of a longer one is kept as it is, and nobody gets it.

The longest of some 2,500 real files has fewer than 200.
"""

_BLANKS = " \t"
_SEPARATORS = " \t\n"


class Piece(Record):
    """A stretch of a logical line and where it stands in the file."""

    start: int
    line: int
    column: int


class LogicalLine(Record):
    """One line as libpam sees it: joined, uncommented, with a way back to the file.

    ``raw`` is everything in the file that went into it; ``text`` is `None` where nothing
    is left (a blank line or a comment), and starts with a word otherwise.  ``comment`` is the
    comment with its `#`.  ``dangling`` is set if the file ended inside a continuation: the
    file is broken.
    """

    raw: str
    line: int
    text: str | None
    pieces: tuple[Piece, ...] = ()
    comment: str = ""
    dangling: bool = False

    def place(self, file: str, start: int, end: int) -> Span:
        """Return the span of ``text[start:end]`` in the file."""
        if len(self.pieces) == 1:
            here = self.pieces[0]
            column = here.column - here.start
            return Span(file, here.line, column + start, here.line, column + end)
        line, column = self._at(start)
        last_line, last = self._at(max(start, end - 1))
        return Span(file, line, column, last_line, last + 1)

    def _at(self, offset: int) -> tuple[int, int]:
        low, high = 0, len(self.pieces) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (low, middle - 1) if self.pieces[middle].start > offset else (middle, high)
        here = self.pieces[low]
        return here.line, here.column + offset - here.start


class Word(Record):
    """One word of a logical line: its meaning, how it was written, and where."""

    text: str
    raw: str
    span: Span
    closed: bool = True


def ascii_lower(text: str) -> str:
    """Lower the 26 letters only, as C does; `K` for Kelvin is not a `k`."""
    lower = (
        text.lower() if text.isascii() else "".join(c.lower() if c.isascii() else c for c in text)
    )
    return text if lower == text else lower  # what is not changed stays the same object


def byte_length(text: str) -> int:
    """Return how many bytes a text takes in a file; a surrogate stands for one."""
    return len(text.encode("utf-8", "replace"))


def logical_lines(
    text: str, quirks: frozenset[str] = frozenset(), number: int = 1
) -> Iterator[LogicalLine]:
    """Yield the logical lines of a policy text; their ``raw`` joined is the text.

    ``number`` is that of the first line.
    """
    blanks_continue, short = "blanks-continue" in quirks, "short-lines" in quirks
    raw, first, joined = "", number, ""
    pieces: list[Piece] = []
    lost = False
    for at, column, physical in _physical_lines(text, short, number):
        continued = raw != ""
        if not continued:
            if "\\" not in physical and "\0" not in physical:
                yield whole_line(physical, at, column)
                continue
            first = at
        raw += physical
        if short:
            physical = physical.partition("\0")[0]  # DIALECT: short-lines; fgets and strlen
        lead, body, comment, goes_on = _cut(physical)
        skipped = len(lead)
        if blanks_continue and continued and not goes_on and not body.strip(_SEPARATORS):
            continue  # DIALECT: blanks-continue; nothing in this line
        if blanks_continue and joined:
            # DIALECT: blanks-continue; the blanks a line begins with, or is made of, are joined
            # as well, which shows inside of brackets.
            body, skipped = lead + body, 0
        if lost:
            body = ""  # C: what is joined behind a NUL is never seen
        lost = goes_on and (lost or "\0" in physical)
        if joined or body.strip("\n"):
            pieces.append(Piece(len(joined), at, column + skipped))
            joined += body
        if goes_on:
            continue
        yield LogicalLine(raw, first, joined or None, tuple(pieces), comment, False)
        raw, joined, pieces = "", "", []
    if raw:
        yield LogicalLine(raw, first, joined or None, tuple(pieces), "", True)


def whole_line(physical: str, number: int, column: int) -> LogicalLine:
    """Return the logical line of a physical one that every libpam reads alike: most are such."""
    body, sign, comment = physical.partition("#")
    text = body.lstrip(_BLANKS)
    if not text.strip("\n"):
        return LogicalLine(physical, number, None, (), (sign + comment).rstrip("\n"), False)
    pieces = (Piece(0, number, column + len(body) - len(text)),)
    return LogicalLine(physical, number, text, pieces, (sign + comment).rstrip("\n"), False)


def _physical_lines(text: str, short: bool, number: int) -> Iterator[tuple[int, int, str]]:
    """Yield line number, column and text, newline included, of each physical line."""
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        column = 1
        for chunk in _chunks(text[start:end]) if short else (text[start:end],):
            yield number, column, chunk
            column += len(chunk)
        start = end
        number += 1


def _chunks(line: str) -> Iterator[str]:
    """DIALECT: short-lines.  Cut a line where the buffer is full, be it inside a character."""
    try:
        stored = line.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        yield line  # half a character: no file holds this, so nothing has to be cut
        return
    for at in range(0, len(stored), LONGEST):
        yield stored[at : at + LONGEST].decode("utf-8", "surrogateescape")


def _backslash(physical: str) -> bool:
    return physical.rstrip(_SEPARATORS).endswith("\\")


def _cut(physical: str) -> tuple[str, str, str, bool]:
    """Return the blanks a physical line begins with, what counts, its comment, if it goes on."""
    visible, _, _ = physical.partition("\0")  # C: a NUL ends the string
    body, sign, comment = visible.partition("#")
    goes_on = _backslash(physical) and not sign
    if goes_on and "\0" not in physical:
        body = body.rstrip(_SEPARATORS).removesuffix("\\") + " "
    stripped = body.lstrip(_BLANKS)
    lead = body[: len(body) - len(stripped)]
    return lead, stripped, (sign + comment).rstrip("\n"), goes_on


def words(line: LogicalLine, file: str) -> tuple[Word, ...]:
    """Return the words of a logical line.

    A word that starts with `[` goes to the first `]` that is not written `\\]`; without one
    it takes the rest of the line, newline and all.  Quotes mean nothing.
    """
    text = line.text or ""
    found: list[Word] = []
    at, end = 0, len(text)
    blanked = text.replace("\t", " ").replace("\n", " ")  # separators alike, places unchanged
    while True:
        while at < end and blanked[at] == " ":
            at += 1
        if at == end:
            return tuple(found)
        start = at
        if text[at] == "[":
            at += 1
            inside = ""
            while at < end and text[at] != "]":
                if text[at] == "\\" and text[at + 1 : at + 2] == "]":
                    at += 1
                inside += text[at]
                at += 1
            closed = at < end
            at += closed
            raw = text[start:at]
            found.append(Word(inside, raw, line.place(file, start, at), closed))
        else:
            at = blanked.find(" ", at)
            if at < 0:
                at = end
            raw = text[start:at]
            found.append(Word(raw, raw, line.place(file, start, at), True))
