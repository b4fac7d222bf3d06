"""What four compiled libraries did with flat stacks, as a small evaluator of its own.

Written from the rules of the reference (how each library counts), not from `pamkit.semantics`: one
loop a family with the variables that its rules name.  It knows no tables, moods or cursors.
"""

from __future__ import annotations

from typing import NamedTuple

DIALECTS = ("linux", "openpam", "macos", "illumos", "solaris", "cde")
CALLS = ("authenticate", "setcred", "account", "open", "close", "preliminary", "update")
FOLLOWS = ("setcred", "close")

WORDS_OF = {
    "linux": ("required", "requisite", "sufficient", "optional", "binding"),
    "openpam": ("required", "requisite", "sufficient", "optional", "binding"),
    "macos": ("required", "requisite", "sufficient", "optional", "binding"),
    "illumos": ("required", "requisite", "sufficient", "optional", "binding"),
    "solaris": ("required", "requisite", "sufficient", "optional", "binding", "definitive"),
    "cde": ("required", "sufficient", "optional"),
}
"""The control words; Linux-PAM has no `binding`, but brackets that say the same."""

_DEFAULT = {
    "authenticate": "AUTH_ERR",
    "setcred": "CRED_ERR",
    "account": "ACCT_EXPIRED",
    "open": "SESSION_ERR",
    "close": "SESSION_ERR",
    "preliminary": "AUTHTOK_ERR",
    "update": "AUTHTOK_ERR",
}


class Line(NamedTuple):
    """One entry of a stack: its control word, and what its module answers."""

    word: str
    answer: str


class Outcome(NamedTuple):
    """What the application hears, and how many entries were asked, from the first."""

    code: str
    asked: int


def evaluate(
    dialect: str, call: str, stack: tuple[Line, ...], earlier: tuple[str | None, ...] | None = None
) -> Outcome:
    """Return what a library does; ``earlier`` are the answers that Linux-PAM has stored."""
    if dialect == "linux":
        return _linux(stack, earlier or (None,) * len(stack))
    if dialect in ("openpam", "macos"):
        all_asked = call in ("setcred", "preliminary")
        return _openpam(stack, all_asked=all_asked, needs_yes=dialect == "openpam")
    return _sun(
        stack,
        default=_DEFAULT[call],
        try_again_ends=dialect != "cde",
        yes_ends=dialect != "cde" or call != "setcred",
    )


def _linux(stack: tuple[Line, ...], earlier: tuple[str | None, ...]) -> Outcome:
    impression, status = "undefined", "PERM_DENIED"
    asked = 0
    for line, stored in zip(stack, earlier, strict=True):
        asked += 1
        judged = line.answer if stored is None else stored
        if judged == "IGNORE":
            continue
        if judged in ("SUCCESS", "NEW_AUTHTOK_REQD"):
            is_void = line.answer == "IGNORE" and judged != "IGNORE"
            is_open = impression == "undefined" or (impression, status) == ("positive", "SUCCESS")
            if is_open and not is_void:
                impression, status = "positive", line.answer
            if line.word in ("sufficient", "binding") and impression == "positive":
                break
        elif line.word in ("required", "requisite", "binding"):
            if impression != "negative":
                status = "PERM_DENIED" if line.answer == "IGNORE" else line.answer
                impression = "negative"
            if line.word == "requisite":
                break
    if status == "SUCCESS" and impression != "positive":
        status = "PERM_DENIED"
    return Outcome(status, asked)


def _openpam(stack: tuple[Line, ...], *, all_asked: bool, needs_yes: bool) -> Outcome:
    error = ""
    has_failed = False
    successes = asked = 0
    for word, answer in stack:
        asked += 1
        if answer == "IGNORE":
            continue
        if answer == "SUCCESS":
            successes += 1
            if word in ("sufficient", "binding") and not has_failed and not all_asked:
                break
            continue
        error = error or answer
        if word in ("required", "binding") and not has_failed:
            has_failed, error = True, answer
        if word == "requisite":
            has_failed = True
            break
    if has_failed or error == "NEW_AUTHTOK_REQD":
        return Outcome(error, asked)
    return Outcome("SYSTEM_ERR" if needs_yes and not successes else "SUCCESS", asked)


def _sun(stack: tuple[Line, ...], *, default: str, try_again_ends: bool, yes_ends: bool) -> Outcome:
    required_error = optional_error = ""
    has_success = False
    asked = 0
    for word, answer in stack:
        asked += 1
        if answer == "IGNORE":
            continue
        if word == "definitive":
            failed = answer if answer != "SUCCESS" else ""
            return Outcome(required_error or failed or "SUCCESS", asked)
        if answer == "SUCCESS":
            has_success = True
            if word in ("sufficient", "binding") and yes_ends and not required_error:
                return Outcome("SUCCESS", asked)
        elif word == "requisite" or (answer == "TRY_AGAIN" and try_again_ends):
            return Outcome(required_error or answer, asked)
        elif word in ("required", "binding"):
            required_error = required_error or answer
        else:
            optional_error = optional_error or answer
    told = required_error or ("SUCCESS" if has_success else "") or optional_error or default
    return Outcome(told, asked)
