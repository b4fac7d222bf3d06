"""What compiled libraries said to random calls, a call a line, so that every machine compares.

A line has the call, its entries with their answers to the first and the second pass, and behind
`=` what the application heard and which entries were asked, those of the second pass behind a
slash.  ``said`` has 500 calls of each: OpenPAM, built from its source (`openpam`); the same with
Apple's dispatcher (macOS); libpam of OpenSolaris, without the three assignments of `run_stack` that
illumos does not have; and CDE's libpam of 1996.  The last two were built on Linux, with empty
headers for what Linux lacks.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.oracle.families.model import Line
from tests.oracle.families.stacks import Whole

FOLDER = Path(__file__).parent / "said"


class Said(NamedTuple):
    """What an application heard, and which entries were asked in each pass."""

    code: str
    first: tuple[int, ...]
    second: tuple[int, ...] = ()


def calls_of(dialect: str) -> list[tuple[Whole, Said]]:
    """Return the calls that were made of the library of a dialect, and what it said."""
    return [from_text(line) for line in (FOLDER / f"{dialect}.txt").read_text().splitlines()]


def to_text(call: Whole, said: Said) -> str:
    """Return a call and what was said to it as a line."""
    lines = " ".join(
        f"{one.word}:{one.answer}:{two.answer}"
        for one, two in zip(call.first, call.second, strict=True)
    )
    asked = "/".join(" ".join(map(str, each)) for each in (said.first, said.second))
    return f"{call.call} {lines} = {said.code} {asked}"


def from_text(line: str) -> tuple[Whole, Said]:
    """Return the call of a line, and what was said to it."""
    question, answer = line.split(" = ")
    name, *entries = question.split(" ")
    parts = [entry.split(":") for entry in entries]
    first = tuple(Line(word, one) for word, one, _ in parts)
    second = tuple(Line(word, two) for word, _, two in parts)
    code, _, asked = answer.partition(" ")
    one, two = (tuple(map(int, each.split())) for each in asked.split("/"))
    return Whole(name, first, second), Said(code, one, two)
