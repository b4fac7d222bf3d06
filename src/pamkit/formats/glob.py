"""Shell patterns as `fnmatch(3)` reads them without flags: `*`, `?`, `[...]` and `\\`.

Slashes and leading dots are ordinary characters.  Classes and ranges are those of the C locale,
so that a policy means the same in every language.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": lambda c: "a" <= c <= "z" or "A" <= c <= "Z" or "0" <= c <= "9",
    "alpha": lambda c: "a" <= c <= "z" or "A" <= c <= "Z",
    "blank": lambda c: c in " \t",
    "cntrl": lambda c: c < " " or c == "\x7f",
    "digit": lambda c: "0" <= c <= "9",
    "graph": lambda c: "!" <= c <= "~",
    "lower": lambda c: "a" <= c <= "z",
    "print": lambda c: " " <= c <= "~",
    "punct": lambda c: "!" <= c <= "~" and not c.isalnum(),
    "space": lambda c: c in " \t\n\v\f\r",
    "upper": lambda c: "A" <= c <= "Z",
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}


def matches(pattern: str, text: str) -> bool:
    """Return whether the whole text fits the pattern.

    Takes time proportional to the two lengths multiplied, whatever the pattern.  A broken
    bracket expression fits nothing; a `[` that is never closed is a character like others.
    """
    at = here = 0
    star, retry = -1, 0
    while here < len(text):
        if pattern[at : at + 1] == "*":
            star, retry = at, here
            at += 1
            continue
        following = _step(pattern, at, text[here])
        if following >= 0:
            at, here = following, here + 1
        elif star >= 0:
            retry += 1
            at, here = star + 1, retry
        else:
            return False
    return not pattern[at:].strip("*")


def _step(pattern: str, at: int, char: str) -> int:
    """Return where the pattern goes on after it took one character, or -1 if it does not."""
    if at == len(pattern):
        return -1
    sign = pattern[at]
    if sign == "?":
        return at + 1
    if sign == "[":
        return _bracket(pattern, at + 1, char)
    if sign == "\\":
        at += 1
    return at + 1 if pattern[at : at + 1] == char else -1


def _bracket(pattern: str, start: int, char: str) -> int:
    negated = pattern[start : start + 1] in ("!", "^") and start < len(pattern)
    at = first = start + negated
    found = False
    while at < len(pattern):
        if pattern[at] == "]" and at > first:
            return at + 1 if found != negated else -1
        fits, at = _member(pattern, at, "" if found else char)
        if at < 0:
            return -1
        found = found or fits
    return start if char == "[" else -1


def _member(pattern: str, at: int, char: str) -> tuple[bool, int]:
    """Judge one member of a bracket expression; return where the next begins, -1 if broken.

    ``char`` is empty once the expression is decided: the rest is only skipped.
    """
    if pattern.startswith("[:", at):
        end = _class_end(pattern, at + 2)
        if end:
            name = pattern[at + 2 : end]
            if not char:
                return False, end + 2
            # C: a class nobody knows breaks the expression, unless it was decided before.
            return (_CLASSES[name](char), end + 2) if name in _CLASSES else (False, -1)
    if pattern.startswith("[=", at):
        if pattern[at + 3 : at + 5] == "=]":
            return pattern[at + 2] == char, at + 5
        if not char:
            return False, -1
    if pattern.startswith("[.", at):
        end = pattern.find(".]", at + 2)
        if end < 0 or (char and end != at + 3):
            return False, -1
        low, at = pattern[at + 2], end + 2
    else:
        if pattern[at] == "\\":
            at += 1
            if at == len(pattern):
                return False, -1
        low, at = pattern[at], at + 1
    if pattern[at : at + 1] != "-" or pattern[at + 1 : at + 2] in ("", "]"):
        return low == char, at
    at += 1
    if pattern[at] == "\\":
        at += 1
        if at == len(pattern):
            return False, -1
    return bool(char) and low <= char <= pattern[at], at + 1


def _class_end(pattern: str, at: int) -> int:
    """Return where `:]` stands behind small letters, or 0."""
    while "a" <= pattern[at : at + 1] < "z":
        at += 1
    return at if pattern.startswith(":]", at) else 0
