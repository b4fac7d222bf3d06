"""A day on which two runs differ, in words: who asks, with what, and how things stand."""

from __future__ import annotations

from pamkit.analysis.absent import absent_file
from pamkit.cli.shown import policy_text

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


def _usual(day: Mapping[str, str]) -> Iterator[str]:
    for name, value in day.items():
        yield _PHRASES.get((name, value), "")


def _others(day: Mapping[str, str]) -> Iterator[str]:
    for name, value in day.items():
        if name == "user" or (name, value) in _PHRASES:
            continue
        if name.startswith("what "):
            yield f"{'with' if value == 'right' else 'without'} {policy_text(name)}"
        elif name.startswith("condition "):
            yield _condition(name.removeprefix("condition ").removesuffix(" later"), value)
        elif name.endswith(" knows strangers"):
            if value == "yes":
                yield f"whom {policy_text(name.partition(' ')[0])} knows"
        else:
            yield policy_text(f"{name}: {value}")


def _condition(text: str, value: str) -> str:
    file = absent_file(text.partition(" ")[0])
    if file:
        return f"if `{policy_text(file)}` answers {value}"
    if value in ("met", "not met"):
        return f"if `{policy_text(text)}` is {value}"
    return f"if `{policy_text(text)}` answers {value}"
