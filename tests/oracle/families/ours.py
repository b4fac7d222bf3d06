"""The same stacks through the kernel: links with a dialect's actions, its fold, `advance`."""

from __future__ import annotations

import functools

from pamkit.policy.chain import Link
from pamkit.policy.control import KEYWORDS, parse_brackets
from pamkit.policy.dialect import dialect_named
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import advance, begin
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.span import Span
from tests.oracle.families.model import Line, Outcome
from tests.oracle.families.recorded import Said
from tests.oracle.families.stacks import Whole

_PRIMITIVES = {
    "authenticate": (Primitive.AUTHENTICATE, None),
    "setcred": (Primitive.SETCRED, None),
    "account": (Primitive.ACCT_MGMT, None),
    "open": (Primitive.OPEN_SESSION, None),
    "close": (Primitive.CLOSE_SESSION, None),
    "preliminary": (Primitive.CHAUTHTOK, False),
    "update": (Primitive.CHAUTHTOK, True),
}

_BINDING = parse_brackets("success=done new_authtok_reqd=done ignore=ignore default=bad").actions


def links(dialect: str, stack: tuple[Line, ...]) -> tuple[Link, ...]:
    """Return a stack as links of a dialect."""
    return tuple(_link(dialect, line.word, number) for number, line in enumerate(stack))


def evaluate(
    dialect: str, call: str, stack: tuple[Line, ...], earlier: tuple[str | None, ...] | None = None
) -> Outcome:
    """Return what our kernel does with a stack; ``earlier`` are answers that choose the actions."""
    primitive, update = _PRIMITIVES[call]
    at = begin(links(dialect, stack), fold_of(dialect, primitive, update=update))
    asked = 0
    while not isinstance(at, Verdict):
        number = at.link.number
        assert number == asked, "links are asked in their order, and none is left out"
        asked += 1
        stored = None if earlier is None else earlier[number]
        judged = None if stored is None else ReturnCode[stored]
        at = advance(at, ReturnCode[stack[number].answer], judged=judged)
    # The engine tells the application so (`engine.transaction`).
    code = ReturnCode.SUCCESS if at.mood is Mood.GRANTED else ReturnCode(at.code)
    return Outcome(code.name, asked)


def whole(dialect: str, call: Whole) -> Said:
    """Return what a program hears from our kernel, and which entries were asked in each pass."""
    if call.call != "chauthtok":
        only = evaluate(dialect, call.call, call.first)
        return Said(only.code, tuple(range(only.asked)))
    check = evaluate(dialect, "preliminary", call.first)
    asked = tuple(range(check.asked))
    if check.code != "SUCCESS":
        return Said(check.code, asked)
    last = call.first[check.asked - 1]
    if dialect_named(dialect).done_check_is_all and last == ("sufficient", "SUCCESS"):
        return Said(check.code, asked)
    update = evaluate(dialect, "update", call.second)
    return Said(update.code, asked, tuple(range(update.asked)))


@functools.cache
def _actions(dialect: str, word: str) -> tuple[int, ...]:
    if dialect == "linux":
        return _BINDING if word == "binding" else KEYWORDS[word]
    return dict(dialect_named(dialect).keywords)[word]


@functools.cache
def _link(dialect: str, word: str, number: int) -> Link:
    span = Span("stack", number + 1, 1, 1)
    return Link(number, "pam_probe.so", (), _actions(dialect, word), word, span)
