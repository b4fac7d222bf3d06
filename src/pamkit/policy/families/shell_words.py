"""Text to words as OpenPAM cuts it: quotes and backslashes as in a shell.

Source: `openpam_readword(3)`, `openpam_readlinev(3)`, and what they do where the pages are silent.
"""

from __future__ import annotations

from pamkit.policy.families.lines import Cut, Fault, Stretch, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANKS = " \t\f\r"
_WHITE = _BLANKS + "\n"
_QUOTES = "'\""


def shell_lines(whole: str, file: str) -> Iterator[Cut]:
    """Yield the lines of a policy text with their words; their ``raw`` joined is the text."""
    text, at, line = Text(whole, file), 0, 1
    while at < len(whole):
        reader = _LineReader(whole, at)
        fault = reader.read()
        yield text.cut(at, reader.at, line, reader.words, comment=reader.comment, fault=fault)
        line += whole.count("\n", at, reader.at)
        at = reader.at


class _LineReader:
    """Reads one line from a place in a text on; ``at`` is where the next one begins."""

    def __init__(self, whole: str, at: int) -> None:
        self.whole, self.at = whole, at
        self.words: list[Stretch] = []
        self.comment = ""
        self.unfinished = False

    def read(self) -> Fault:
        """Read words up to the end of the line."""
        while (start := self._skip()) is not None:
            meaning = self._word(escaped=start < self.at)
            if self.unfinished:
                return Fault.UNFINISHED
            if meaning is None:
                break  # C: a word of nothing but NUL bytes ends the line
            self.words.append(Stretch(start, self.at, meaning))
        self.at = min(self.at + 1, len(self.whole))  # the end of the line
        return Fault.NONE

    def _skip(self) -> int | None:
        """Go to the next word and return where it begins; `None` if the line has no more.

        If it begins with a backslash, ``at`` is behind that.
        """
        escaped = False
        while self.at < len(self.whole):
            char = self.whole[self.at]
            if char == "\n" and not escaped:
                return None
            if char == "\n":
                escaped = False  # a joined line
            elif escaped:
                return self.at - 1
            elif char == "#":
                end = self.whole.find("\n", self.at)
                end = len(self.whole) if end < 0 else end
                self.comment, self.at = self.whole[self.at : end], end
                return None
            elif char == "\\":
                escaped = True
            elif char not in _BLANKS:
                return self.at
            self.at += 1
        return None  # C: a backslash in front of nothing is forgotten

    def _word(self, *, escaped: bool) -> str | None:
        """Read a word and return its meaning; `None` if nothing is left of it."""
        whole, quote = self.whole, ""
        found: list[str] = []
        while self.at < len(whole):
            char = whole[self.at]
            if char in _WHITE and not quote and not escaped:
                break
            if char == "\\" and not escaped and quote != "'":
                escaped = True
            elif char in _QUOTES and not quote and not escaped:
                quote = char
                found.append("")  # quotes make a word even of nothing
            elif char == quote and not escaped:
                quote = ""
            elif char == "\n" and escaped:
                escaped = False  # a joined line
            elif char == "\0" and not quote and not escaped:
                pass  # C: a NUL is taken for the end of quotes that were never opened
            else:
                kept = "\\" if escaped and quote and char not in ("\\", quote) else ""
                found.append(kept + char.rstrip("\0"))
                escaped = False
            self.at += 1
        self.unfinished = bool(quote or escaped)
        return "".join(found) if found else None
