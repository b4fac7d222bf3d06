"""Random stacks: one to six entries, every control word, answers that the families tell apart."""

from __future__ import annotations

import random
from typing import NamedTuple

from tests.oracle.families.model import CALLS, FOLLOWS, WORDS_OF, Line

# Success and ignore come more often, so that chains get somewhere.
ANSWERS = (
    *("SUCCESS",) * 5,
    *("IGNORE",) * 3,
    *("NEW_AUTHTOK_REQD",) * 2,
    *("TRY_AGAIN",) * 2,
    "AUTH_ERR",
    "PERM_DENIED",
    "CRED_ERR",
    "ACCT_EXPIRED",
    "SESSION_ERR",
    "AUTHTOK_ERR",
    "SYSTEM_ERR",
    "ABORT",
    "OPEN_ERR",
)


class Case(NamedTuple):
    """A call of one stack; ``earlier`` are the answers stored by the call before, if there was."""

    call: str
    stack: tuple[Line, ...]
    earlier: tuple[str | None, ...] | None = None


def case(draw: random.Random, dialect: str) -> Case:
    """Return a random case in the words of a dialect."""
    call = draw.choice(CALLS)
    stack = _stack(draw, dialect)
    if dialect != "linux" or call not in FOLLOWS or draw.random() < 0.5:
        return Case(call, stack)
    reached = draw.randint(0, len(stack))
    stored = [draw.choice(ANSWERS) if at < reached else None for at in range(len(stack))]
    return Case(call, stack, tuple(stored))


class Whole(NamedTuple):
    """A call as a program makes it: chauthtok with both passes, whose answers differ."""

    call: str
    first: tuple[Line, ...]
    second: tuple[Line, ...]


def whole(draw: random.Random, dialect: str) -> Whole:
    """Return a random call in the words of a dialect."""
    call = draw.choice(("authenticate", "setcred", "account", "open", "close", "chauthtok"))
    first = _stack(draw, dialect)
    second = tuple(Line(line.word, draw.choice(ANSWERS)) for line in first)
    return Whole(call, first, second)


def _stack(draw: random.Random, dialect: str) -> tuple[Line, ...]:
    words = WORDS_OF[dialect]
    length = draw.randint(1, 6)
    return tuple(Line(draw.choice(words), draw.choice(ANSWERS)) for _ in range(length))
