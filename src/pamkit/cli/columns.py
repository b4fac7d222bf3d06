"""The columns of a tree: rows laid out in lines that fit the screen."""

from __future__ import annotations

import textwrap

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.cli.row import Row
    from pamkit.cli.screen import Glyphs, Part

NO_BREAK = "\N{NO-BREAK SPACE}"
"""A blank at which no line is broken; it is shown as an ordinary one."""

_WIDEST_PLACE, _WIDEST_MODULE = 28, 22
_SAID = 44  # with less room than this for what a link said, its row takes two lines
_LEAST = 8  # characters of a control, however narrow the screen is
_GAP = 2


class Columns(Record):
    """How wide each column is; what does not fit is cut."""

    place: int
    module: int
    control: int
    screen: int
    glyphs: Glyphs

    def asked(self, row: Row, mark: Part, said: list[Part]) -> Iterator[list[Part]]:
        """Return the lines of a link that was asked: two where one is too narrow."""
        room = self._room(row)
        if self.control + _GAP + _SAID <= room:
            head = self._head(row, mark, self.control)
        else:
            yield self._head(row, mark, room)
            head = [(self._trunk(row).ljust(self._indent(row)), "dim")]
        indent = sum(len(text) for text, _ in head)
        for line in wrapped(said, self.screen - indent):
            yield [*head, *line]
            head = [(self._trunk(row).ljust(indent), "dim")]

    def entered(self, row: Row) -> list[Part]:
        """Return the line of a substack whose links are asked."""
        return self._head(row, ("", ""), self._room(row))

    def passed_over(self, row: Row) -> list[Part]:
        """Return the line of what is not asked; it stays one line whatever has to be cut."""
        said = "" if row.is_substack else "not asked"
        control = min(self.control, self._room(row) - _GAP - len(said))
        head = self._head(row, (self.glyphs.skipped, ""), max(0, control))
        return [("".join(text for text, _ in head) + said, "dim")]

    def _head(self, row: Row, mark: Part, control: int) -> list[Part]:
        cut = self.glyphs.cut
        return [
            (f"{self._stem(row)}{self.glyphs.branch}", "dim"),
            (f"{mark[0]} ".ljust(2), mark[1]),
            (_cut(row.place, self.place, cut).ljust(self.place + _GAP), ""),
            (_cut(row.module, self.module, cut).ljust(self.module + _GAP), "name"),
            (_cut(row.control, control, cut).ljust(min(control, self.control) + _GAP), ""),
        ]

    def _room(self, row: Row) -> int:
        """How many characters are left behind place and module."""
        used = len(self._stem(row)) + 4 + self.place + self.module + 2 * _GAP
        return max(_LEAST, self.screen - used)

    def _indent(self, row: Row) -> int:
        return len(self._stem(row)) + 6

    def _stem(self, row: Row) -> str:
        return f"{self.glyphs.trunk}  " * row.depth

    def _trunk(self, row: Row) -> str:
        return self._stem(row) + self.glyphs.trunk


def columns(rows: tuple[Row, ...], width: int, glyphs: Glyphs) -> Columns:
    """Return the columns for these rows on a screen of ``width`` characters."""
    quarter = width // 4
    return Columns(
        min(quarter, _WIDEST_PLACE, max((len(row.place) for row in rows), default=0)),
        min(quarter, _WIDEST_MODULE, max((len(row.module) for row in rows), default=0)),
        max((len(row.control) for row in rows), default=0),
        width,
        glyphs,
    )


def wrapped(parts: list[Part], width: int) -> Iterator[list[Part]]:
    """Break styled texts into lines at blanks."""
    raw = "".join(text for text, _ in parts)
    styles = [style for text, style in parts for _ in text]
    at = 0
    for line in textwrap.wrap(raw, max(width, 2 * _LEAST), break_on_hyphens=False):
        start = raw.index(line, at)
        at = start + len(line)
        yield _styled(line, styles[start:at])


def _styled(text: str, styles: list[str]) -> list[Part]:
    found: list[Part] = []
    for char, style in zip(text.replace(NO_BREAK, " "), styles, strict=True):
        if found and found[-1][1] == style:
            found[-1] = (found[-1][0] + char, style)
        else:
            found.append((char, style))
    return found


def _cut(text: str, width: int, sign: str) -> str:
    if len(text) <= width:
        return text
    end = sign + "]" if text.endswith("]") else sign
    return (text[: max(0, width - len(end))] + end)[:width]
