"""What became of each file that was laid out: for people, or as one JSON document."""

from __future__ import annotations

import json
import sys

from pamkit.cli.line_diff import unified
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.version import version
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.policy.printer import LaidLine


def put_text(laid: Laid) -> None:
    """Write the new text on standard output, byte for byte."""
    _write("".join(line.new for line in laid.lines), exactly=True)
    if laid.state == State.LEFT_OUT:
        _complain(_left_out(laid))
    _note(laid)


class State(Names):
    """What became of a file."""

    UNCHANGED = 0
    CHANGED = 1
    WOULD_CHANGE = 2
    LEFT_OUT = 3
    FAILED = 4


class Laid(Record, eq=False):
    """A file and what became of it; ``why`` and ``help_line`` for one that was not laid out."""

    name: str
    state: State
    why: str = ""
    help_line: str = ""
    lines: tuple[LaidLine, ...] = ()


class TextReport:
    """Says what becomes of each file as soon as it is known.

    Standard output has the names of files that change, or with ``diff`` how, and nothing else.
    """

    def __init__(self, *, diff: bool) -> None:
        """Begin; nothing is said yet."""
        self._diff = diff
        self._count = dict.fromkeys(State, 0)

    def show(self, laid: Laid) -> None:
        """Say what became of a file."""
        self._count[laid.state] += 1
        if laid.state == State.FAILED:
            _complain(f"pamkit: `{shown(laid.name)}`: {shown(laid.why)}")
            if laid.help_line:
                _complain(f"help: {laid.help_line}")
        elif laid.state == State.LEFT_OUT:
            _complain(_left_out(laid))
        elif self._diff:
            _write(unified(shown(laid.name), laid.lines))
        elif laid.state in _SAID:
            print(f"{_SAID[laid.state]} {shown(laid.name)}", flush=True)
        _note(laid)

    def end(self) -> None:
        """Say how many files there were."""
        if self._diff:
            return
        counts = ((self._count[state], words) for state, words in _COUNTED.items())
        said = ", ".join(f"{count} {words}" for count, words in counts if count)
        total = sum(self._count.values())
        print(f"{total} file{'s' * (total != 1)}: {said}")


_SAID = {State.CHANGED: "changed", State.WOULD_CHANGE: "would change"}

_COUNTED = {
    State.CHANGED: "changed",
    State.WOULD_CHANGE: "would change",
    State.UNCHANGED: "as they should be",
    State.LEFT_OUT: "left out",
    State.FAILED: "failed",
}


class JsonReport:
    """Collects what becomes of the files, and prints one document at the end."""

    def __init__(self, *, diff: bool) -> None:
        """Begin an empty document."""
        self._diff = diff
        self._files: list[dict[str, Any]] = []

    def show(self, laid: Laid) -> None:
        """Take a file in."""
        form: dict[str, Any] = {
            "file": shown(laid.name),
            "state": laid.state.name.lower().replace("_", "-"),
            "why": shown(laid.why) or None,
            "help": laid.help_line or None,
            "notes": [
                {"line": line.number, "message": policy_text(line.left)}
                for line in laid.lines
                if line.left
            ],
        }
        if self._diff:
            form["diff"] = unified(shown(laid.name), laid.lines)
        self._files.append(form)

    def end(self) -> None:
        """Print the document."""
        print(json.dumps({"schema": 1, "pamkit": version(), "files": self._files}, indent=2))


def _left_out(laid: Laid) -> str:
    return f"left out `{shown(laid.name)}`: {laid.why}"


def _note(laid: Laid) -> None:
    for line in laid.lines:
        if line.left:
            place = f"{shown(laid.name)}:{line.number}"
            _complain(f"{place}: note: left as it is: {policy_text(line.left)}")


def _complain(sentence: str) -> None:
    print(sentence, file=sys.stderr)


def _write(text: str, *, exactly: bool = False) -> None:
    """Write a text as it is; what a terminal would obey is only shown there, if not ``exactly``."""
    if sys.stdout.isatty() and not exactly:
        text = "".join(char if char in "\t\n" else shown(char) for char in text)
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()
