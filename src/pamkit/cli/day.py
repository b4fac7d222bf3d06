"""A day on which two runs differ, in words: who asks, with what, and how things stand."""

from __future__ import annotations

from pamkit.analysis.absent import absent_file
from pamkit.cli.shown import arguments_text, policy_text
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_WHO = {
    "root": "root",
    "system": "a user numbered below 1000",
    "local": "a local user",
    "directory": "a user of a directory",
    "nobody": "a user that does not exist",
}

_PHRASES = {
    ("secret", "right"): "with the right password",
    ("secret", "wrong"): "with a wrong password",
    ("secret", "blank"): "without a password",
    ("locked", "yes"): "who is locked out",
    ("expired", "yes"): "whose account has expired",
    ("due", "yes"): "whose password has to be changed",
    ("nologin", "yes"): "while the machine is closed to users",
    ("reachable", "no"): "while other machines do not answer",
    ("caller", "root"): "asked for by root",
    # The usual state of things needs no words.
    ("locked", "no"): "",
    ("expired", "no"): "",
    ("due", "no"): "",
    ("nologin", "no"): "",
    ("reachable", "yes"): "",
    ("caller", "other"): "",
}


def day_in_words(day: Mapping[str, str]) -> str:
    """Return who it is about and on what kind of day, from circumstances with their values."""
    who = _WHO[day["user"]] if "user" in day else "somebody"
    return ", ".join(filter(None, (" ".join(filter(None, (who, *_usual(day)))), *_others(day))))


def shown_circumstances(day: Mapping[str, str]) -> dict[str, str]:
    """Return circumstances with their values as they may be shown; no two get the same name."""
    found: dict[str, str] = {}
    for name, value in day.items():
        said = words = _said(name)
        number = 1
        while said in found:
            number += 1
            said = f"{words} ({number})"
        found[said] = value
    return found


_TAILS = (" later", *(f" {primitive.name.lower()}" for primitive in Primitive))


def _said(name: str) -> str:
    """Return the name of a circumstance as it may be shown: it quotes the words of its line."""
    tail = next((tail for tail in _TAILS if name.endswith(tail)), "")
    return f"{_said(name.removesuffix(tail))}{tail}" if tail else arguments_text(name)


def _usual(day: Mapping[str, str]) -> Iterator[str]:
    for name, value in day.items():
        yield _PHRASES.get((name, value), "")


def _others(day: Mapping[str, str]) -> Iterator[str]:
    for name, value in day.items():
        if name == "user" or (name, value) in _PHRASES:
            continue
        if name.startswith("what "):
            yield f"{'with' if value == 'right' else 'without'} {_said(name)}"
        elif name.startswith("condition "):
            yield _condition(name.removeprefix("condition ").removesuffix(" later"), value)
        elif name.endswith(" knows strangers"):
            if value == "yes":
                yield f"whom {policy_text(name.partition(' ')[0])} knows"
        else:
            yield f"{_said(name)}: {policy_text(value)}"


def _condition(text: str, value: str) -> str:
    file = absent_file(text.partition(" ")[0])
    if file:
        return f"if `{policy_text(file)}` answers {value}"
    if value in ("met", "not met"):
        return f"if `{_said(text)}` is {value}"
    return f"if `{_said(text)}` answers {value}"
