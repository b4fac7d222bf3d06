"""What an answer does to the chain: control keywords and `[value=action]` forms.

Source: `pam.conf(5)`.
"""

from __future__ import annotations

from pamkit.vocab.codes import CODE_COUNT, CODES_BY_WORD, WORDS
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record


class Action(Names):
    """What one answer does; a positive number instead is a jump over that many links."""

    IGNORE = 0
    OK = -1
    DONE = -2
    BAD = -3
    DIE = -4
    RESET = -5


ACTION_WORDS = ("ignore", "ok", "done", "bad", "die", "reset")
"""Actions in the order libpam tries them, which is -number."""

NOTE, SETTLE = -6, -7
"""DIALECT: what an answer does in other families besides (`dialect_openpam`, `dialect_sun`).

`NOTE` puts an error aside; `SETTLE` counts like `ok` and ends the chain, whatever was said before.
"""

ALL_ACTION_WORDS = (*ACTION_WORDS, "note", "settle")
"""Actions of all families, by -number."""

_MAX_JUMP = 2**31 - 1  # C: INT_MAX
_MAX_DIGITS = 10
_SPACES = " \t\n\v\f\r"  # C: isspace
_DIGITS = frozenset("0123456789")
_UNSET = None


class Control(Record):
    """A control as written, and the action for each of the 32 codes.

    ``problem`` says what is wrong with a bracket form, ``at`` where in its text; then
    every action is `BAD`, as in libpam.
    """

    text: str
    actions: tuple[int, ...]
    problem: str = ""
    at: int = 0


def _table(rest: Action, **named: Action) -> tuple[int, ...]:
    return tuple(named.get(word, rest) for word in WORDS)


def actions_of(success: int, failure: int, *, try_again: int | None = None) -> tuple[int, ...]:
    """Return the actions of a word in other families: ignore is ignored, the rest is an error."""
    found = [failure] * CODE_COUNT
    found[CODES_BY_WORD["success"]] = success
    found[CODES_BY_WORD["ignore"]] = Action.IGNORE
    if try_again is not None:
        found[CODES_BY_WORD["try_again"]] = try_again
    return tuple(found)


ALL_BAD = _table(Action.BAD)
"""Everything fails: an entry that cannot be understood."""

ALL_DIE = _table(Action.DIE)
"""Everything fails, and nothing behind it is asked: such an entry where a call fails with it."""

KEYWORDS = {
    "required": _table(
        Action.BAD, success=Action.OK, new_authtok_reqd=Action.OK, ignore=Action.IGNORE
    ),
    "requisite": _table(
        Action.DIE, success=Action.OK, new_authtok_reqd=Action.OK, ignore=Action.IGNORE
    ),
    "sufficient": _table(Action.IGNORE, success=Action.DONE, new_authtok_reqd=Action.DONE),
    "optional": _table(Action.IGNORE, success=Action.OK, new_authtok_reqd=Action.OK),
}
"""The four keywords as the tables they stand for."""


def parse_brackets(text: str) -> Control:
    """Return the control for what stands between `[` and `]`.

    Words are matched as prefixes and need no separator: `success=okdefault=bad` is fine.
    A later `default` does nothing; what stays unset is `bad`.  One mistake makes all bad.
    """
    actions: list[int | None] = [_UNSET] * CODE_COUNT
    at = 0
    while (at := _skip(text, at)) < len(text):
        value = next((w for w in (*WORDS, "default") if text.startswith(w, at)), "")
        if not value or at + len(value) == len(text):
            return _broken(text, "expected the name of a return code", at)
        at = _skip(text, at + len(value))
        if text[at : at + 1] != "=":
            return _broken(text, "expected `=`", at)
        at = _skip(text, at + 1)
        if at == len(text):
            return _broken(text, "expected an action or a number", at)
        word = next((w for w in ACTION_WORDS if text.startswith(w, at)), "")
        if word:
            action = -ACTION_WORDS.index(word)
            at += len(word)
        else:
            start = at
            while text[at : at + 1] in _DIGITS:
                at += 1
            if start == at:
                return _broken(text, "expected an action or a number", at)
            digits = text[start:at].lstrip("0")
            # Too long a number is refused before it is converted, which would take its time.
            action = int(digits or "0") if len(digits) <= _MAX_DIGITS else 0
            if not 0 < action <= _MAX_JUMP:
                return _broken(text, "expected a number of links from 1 to 2147483647", start)
        if value == "default":
            actions = [action if old is _UNSET else old for old in actions]
        else:
            actions[CODES_BY_WORD[value]] = action
    return Control(text, tuple(Action.BAD if a is _UNSET else a for a in actions))


def _skip(text: str, at: int) -> int:
    while at < len(text) and text[at] in _SPACES:
        at += 1
    return at


def _broken(text: str, problem: str, at: int) -> Control:
    return Control(text, ALL_BAD, problem, at)


def action_word(action: int) -> str:
    """Return an action as a policy spells it: a word, or the number of a jump."""
    return str(action) if action > 0 else ALL_ACTION_WORDS[-action]


def to_text(actions: tuple[int, ...]) -> str:
    """Return the shortest control with these actions: a keyword, or brackets with a default."""
    known = (word for word, table in KEYWORDS.items() if table == actions)
    return next(known, "") or to_brackets(actions)


def to_brackets(actions: tuple[int, ...]) -> str:
    """Return the shortest bracket form with these actions: what differs, then the default."""
    common = max(dict.fromkeys(actions), key=actions.count)
    pairs = [
        f"{WORDS[code]}={action_word(action)}"
        for code, action in enumerate(actions)
        if action != common
    ]
    return f"[{' '.join([*pairs, f'default={action_word(common)}'])}]"
