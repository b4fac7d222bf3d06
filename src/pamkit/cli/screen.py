"""Where lines go: plain text, or a terminal with colours."""

from __future__ import annotations

import os
import shutil
import sys

from pamkit.cli.usage import UsageError
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol, TextIO

    class Screen(Protocol):
        """Shows one line after the other, each as soon as it is known."""

        @property
        def width(self) -> int:
            """How many characters fit in a line."""

        @property
        def glyphs(self) -> Glyphs:
            """What to draw with."""

        @property
        def live(self) -> bool:
            """Whether a person is watching."""

        def line(self, *parts: Part) -> None:
            """Show a line made of texts and their styles."""

        def markdown(self, text: str) -> None:
            """Show a page."""


Part = tuple[str, str]
"""A text and its style: one of `STYLES`, or nothing."""

STYLES = {
    "good": "green",
    "bad": "red",
    "warn": "yellow",
    "dim": "bright_black",
    "head": "bold",
    "name": "cyan",
    "good mark": "bold green",
    "bad mark": "bold red",
}
"""What each style is on a terminal with colours."""

_NARROW, _USUAL = 40, 80


class Glyphs(Record):
    """The signs a tree is drawn with."""

    branch: str
    last: str
    trunk: str
    moved: str
    still: str
    skipped: str
    decides: str
    yes: str
    no: str
    cut: str
    rule: str
    says: str
    result: str


DRAWN = Glyphs("├─", "└─", "│", "●", "○", "·", "◀ decides", "✔", "✘", "…", "─", "▸", "⇒")
"""For terminals and files that can hold any character."""

TYPED = Glyphs("|-", "`-", "|", "*", "o", ".", "<- decides", "+", "x", "~", "-", ">", "=>")
"""In ASCII."""


class PlainScreen:
    """Lines of plain text."""

    live = False
    glyphs = TYPED

    def __init__(self, file: TextIO) -> None:
        """Write to ``file``."""
        self._file = file
        columns = shutil.get_terminal_size((_USUAL, 24)).columns
        self.width = max(_NARROW, columns)

    def line(self, *parts: Part) -> None:
        """Write the texts of a line."""
        text = "".join(text for text, _ in parts).rstrip()
        try:
            print(_writable(text, self._file), file=self._file, flush=True)
        except BrokenPipeError:
            stop_writing()

    def markdown(self, text: str) -> None:
        """Write a page as it is."""
        for line in text.splitlines():
            self.line((line, ""))


class RichScreen:
    """Lines with colours, if the file is a terminal and nobody has asked for none."""

    def __init__(self, file: TextIO) -> None:
        """Write to ``file``; raises `UsageError` if rich is not installed."""
        try:
            from rich.console import Console
        except ImportError:
            raise UsageError(
                "colours and trees need the package `rich`, which is not installed",
                "pip install pamkit[cli], or use --plain or --json",
            ) from None

        class Lasting(Console):
            """A console that goes on when its reader has gone: sessions must still be closed."""

            def on_broken_pipe(self) -> None:
                stop_writing()

        self._console = Lasting(file=file, highlight=False, markup=False, emoji=False)
        self.live = self._console.is_terminal
        self.width = max(_NARROW, self._console.width)
        drawn = repr(DRAWN)
        self.glyphs = DRAWN if _writable(drawn, file) == drawn else TYPED

    def line(self, *parts: Part) -> None:
        """Print the texts of a line in their styles."""
        from rich.text import Text

        line = Text()
        for text, style in parts:
            line.append(_writable(text, self._console.file), STYLES.get(style))
        line.rstrip()
        self._console.print(line, soft_wrap=True)

    def markdown(self, text: str) -> None:
        """Lay a page out for the terminal."""
        text = _writable(text, self._console.file)
        if not self.live:
            self._console.print(text, soft_wrap=True, end="")
            return
        from rich.markdown import Markdown

        self._console.print(Markdown(text, code_theme="ansi_dark"))


def _writable(text: str, file: Any) -> str:
    """Return a text in characters that a file can hold."""
    encoding = getattr(file, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)


def screen(*, plain: bool, file: TextIO | None = None) -> Screen:
    """Return the screen to show things on; raises `UsageError` if that needs what is missing."""
    file = file or sys.stdout
    if plain:
        return PlainScreen(file)
    return RichScreen(file)


def stop_writing() -> None:
    """Send what is still to be written nowhere: whoever was reading has gone.

    A transaction goes on without its reader: what was opened has to be closed.
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
