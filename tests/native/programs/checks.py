"""What is asked of a program, what stock answers, and how the answer is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.native.programs.machine import Machine

IN = "in"
OUT = "out"


class Answer(NamedTuple):
    """What one check saw: the outcome in a word or few, and what the program said."""

    outcome: str
    said: str = ""


class Check(NamedTuple):
    """One thing to try on a machine, and what comes of it where all is well.

    `asks_secret`: the outcome hangs on `pam_authenticate` and nothing else, so that a library
    which always refuses there must lead to `OUT`, and one which always grants to `IN`.
    """

    run: Callable[[Machine], Answer]
    expects: str
    asks_secret: bool

    @property
    def name(self) -> str:
        """The sentence that the check's function is called by."""
        return self.run.__name__


class Checks:
    """The checks of one program, in the order they stand in its file."""

    def __init__(self) -> None:
        self._all: list[Check] = []

    def __iter__(self) -> Iterator[Check]:
        return iter(self._all)

    def expects(
        self, outcome: str, *, asks_secret: bool = False
    ) -> Callable[[Callable[[Machine], Answer]], Callable[[Machine], Answer]]:
        """Enter a function as a check with this outcome."""

        def enter(run: Callable[[Machine], Answer]) -> Callable[[Machine], Answer]:
            self._all.append(Check(run, outcome, asks_secret))
            return run

        return enter


def inside(said: str, mark: str) -> str:
    """`IN` where the words `mark`, which only somebody inside can bring about, were said."""
    return IN if mark in said else OUT
