from __future__ import annotations

from pamkit.analysis.module_names import (
    DECLARED,
    EXISTING,
    FADING,
    FOR_TESTS,
    GONE,
    MISTAKEN,
    known_names,
)
from pamkit.docgen.modules import module_names
from pamkit.facts import sheets


def test_every_module_and_sheet_has_a_name_that_is_known() -> None:
    assert {*module_names(), *sheets()} == DECLARED & {*module_names(), *sheets()}
    assert {*module_names(), *sheets()} <= known_names()


def test_a_name_stands_in_one_table() -> None:
    assert not EXISTING & (DECLARED | FOR_TESTS)
    assert not GONE.keys() & FADING.keys()
    assert not MISTAKEN.keys() & known_names()
    assert set(MISTAKEN.values()) <= known_names()
