"""What Python and C agree on about modules that a foreign libpam asks."""

from __future__ import annotations

import re

from pamkit.doors import foreign, requests
from pamkit.doors.functions import FUNCTIONS
from pamkit.native.recipe import C

DOOR = (C / "libpam" / "door.h").read_text()


def _enumeration(text: str, name: str) -> list[str]:
    found = re.search(rf"enum {name} \{{(.*?)\}}", text, re.DOTALL)
    assert found is not None
    return re.findall(r"\b([A-Z][A-Z_]+)\b", re.sub(r"/\*.*?\*/", "", found[1], flags=re.DOTALL))


def test_the_functions_have_the_numbers_of_c() -> None:
    names = _enumeration(DOOR, "pamkit_function")
    used = {name: number for number, name in enumerate(names) if hasattr(foreign, name[7:])}
    assert used == {name: getattr(foreign, name[7:]) for name in used}
    assert len(used) == 14
    assert (names.index("PAMKIT_MODULE"), names.index("PAMKIT_FUNCTIONS")) == (
        [f.__name__ for f in FUNCTIONS].index("module"),
        len(FUNCTIONS),
    )


def test_the_requests_have_the_numbers_of_c() -> None:
    names = _enumeration((C / "core" / "core.h").read_text(), "core_request")
    assert {name: getattr(requests, name.removeprefix("CORE_"), None) for name in names[:-1]} == {
        name: number for number, name in enumerate(names[:-1])
    }


def test_every_function_that_is_asked_for_is_served_by_c() -> None:
    served = (C / "module" / "libpam.c").read_text().partition("case PAMKIT_START")[0]
    asked = {name for name in _enumeration(DOOR, "pamkit_function") if hasattr(foreign, name[7:])}
    # The conversation is held by its own function; the others are libpam's.
    assert asked - set(re.findall(r"case (PAMKIT_\w+):", served)) == {"PAMKIT_PROMPT"}


def test_no_number_of_kept_data_is_given_out_twice() -> None:
    seen: list[tuple[object, int]] = []
    first = foreign.keep("of one handle", lambda value, status: seen.append((value, status)))
    foreign.forget(first, 3)
    second = foreign.keep("of another", None)
    assert first not in foreign.KEPT
    assert foreign.KEPT.pop(second) == ("of another", None)
    assert (second > first, seen) == (True, [("of one handle", 3)])
