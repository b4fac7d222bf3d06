"""What `pamkit diff` has compared, and what it has not: how many services, which calls."""

from __future__ import annotations

from pamkit.analysis.family_names import SAID
from pamkit.cli.diff_places import not_read
from pamkit.cli.diff_words import CALLS, overall
from pamkit.cli.shown import shown
from pamkit.vocab.facility import REPLAYS, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pamkit.cli.diff_places import Side
    from pamkit.policy.dialect import Dialect

    Entries = list[dict[str, Any]]

YES, NO = "yes", "no"
"""What the call said that goes before setcred and close_session."""

_TOO_MANY = "there are more days than can be looked at"

_WORDS = {
    "same": "the same",
    "looser": "looser",
    "stricter": "stricter",
    "different": "both",
    "unknown": "not compared",
}


def behind_of(old: Dialect, new: Dialect) -> tuple[str, ...]:
    """Return behind what setcred and close_session are compared.

    Where they follow an earlier path on both sides, what was refused before is refused again.
    """
    return (YES,) if old.replays and new.replays else (YES, NO)


def counted(found: list[Entries]) -> str:
    """Return how many services there are of each verdict, and of how many a call was left out."""
    verdicts = [overall(entries) for entries in found]
    parts = [
        f"{verdicts.count(verdict)} {said}"
        for verdict, said in _WORDS.items()
        if verdict in verdicts
    ]
    partly = sum(
        any(entry["verdict"] == "unknown" for entry in entries) and verdict != "unknown"
        for entries, verdict in zip(found, verdicts, strict=True)
    )
    rest = f"; of {partly} a call was not compared" if partly else ""
    return f"{len(found)} services: {', '.join(parts)}{rest}"


def not_compared(found: list[Entries], old: Dialect, new: Dialect) -> list[dict[str, str]]:
    """Return what was not compared: calls of services, then what is never compared."""
    left_out = [
        {"service": entry["service"], "call": entry["call"], "behind": behind, "why": _TOO_MANY}
        for entries in found
        for entry in entries
        for behind in _missing(entry, behind_of(old, new))
    ]
    return left_out + [
        {"service": "", "call": call, "behind": "", "why": why} for call, why in _never(old, new)
    ]


def scope_lines(found: list[Entries], sides: tuple[Side, Side]) -> Iterator[str]:
    """Yield the last lines: what was compared of two families, and what was not."""
    old, new = (side.dialect for side in sides)
    for each in places_not_read(sides):
        yield (
            f"not read: {each['place']}: {SAID[each['dialect']]} does not look there,"
            f" which is why the {each['side']} policies lack what it holds"
        )
    if old.name != new.name:
        yield f"compared: {_compared(found)}"
    for left_out in not_compared(found, old, new):
        if left_out["service"]:
            behind = f" behind a {left_out['behind']}" if left_out["behind"] else ""
            # Of one family the lines above have said so.
            if old.name != new.name:
                call = f"{left_out['call']}{behind} of {shown(left_out['service'])}"
                yield f"not compared: {call}: {left_out['why']}"
        else:
            call = f"{left_out['call']} " if left_out["call"] else ""
            yield f"not compared: {call}{left_out['why']}"


def places_not_read(sides: tuple[Side, Side]) -> list[dict[str, str]]:
    """Return where a side has policies that its family does not look for there."""
    old, new = sides
    return [
        {"side": name, "dialect": side.dialect.name, "place": shown(place)}
        for name, side, other in (("old", old, new), ("new", new, old))
        for place in not_read(side, other)
    ]


def _missing(entry: dict[str, Any], wanted: tuple[str, ...]) -> list[str]:
    """Return what of a call was not compared: behind which answer of the call before it."""
    if Primitive[entry["call"].upper()] not in REPLAYS:
        return [""] if entry["verdict"] == "unknown" else []
    return [each for each in wanted if each not in entry["behind"]]


def _never(old: Dialect, new: Dialect) -> Iterator[tuple[str, str]]:
    """Yield what is never compared of two families: the call, and what of it."""
    if old.name == new.name:
        return
    if old.replays or new.replays:
        for call, earlier in REPLAYS.items():
            yield call.name.lower(), f"in a process that has not called {earlier.name.lower()}"
    faults = [("module", "no_module"), ("function", "no_function")]
    for what, field in faults:
        if getattr(old, field) != getattr(new, field):
            yield "", f"what a missing {what} means (pamkit check --portable says it)"


def _compared(found: list[Entries]) -> str:
    parts = []
    for at, call in enumerate(CALLS):
        entries = [service[at] for service in found]
        name = call.name.lower()
        if call in REPLAYS:
            behind = [each for each in (YES, NO) if any(each in one["behind"] for one in entries)]
            if behind:
                parts.append(f"{name} (behind a {' and a '.join(behind)})")
        elif any(entry["verdict"] != "unknown" for entry in entries):
            parts.append(name)
    return ", ".join(parts)
