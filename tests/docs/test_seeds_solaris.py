"""The table of what the founding pages promise under `solaris` is whole."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT

_PAGE = (ROOT / "docs" / "seeds-solaris.md").read_text(encoding="utf-8")
_TESTS = (ROOT / "tests" / "seeds" / "test_solaris.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "number", [f"{page}{sentence}" for page in "AB" for sentence in range(1, 25)]
)
def test_every_sentence_has_one_row_and_a_test(number: str) -> None:
    rows = [line.split(" | ") for line in _PAGE.splitlines() if line.startswith(f"| {number} |")]
    assert [len(row) for row in rows] == [4]
    _, promised, holds, shown = rows[0]
    assert promised.startswith(("Yes", "No", "Typically", "Of "))
    assert holds.startswith(("Yes", "No", "A program"))
    assert "`test_" in shown


def test_every_test_of_solaris_is_named_in_the_rows_of_its_numbers() -> None:
    wrong = []
    for name in re.findall(r"^def (test_\w+)", _TESTS, re.M):
        for number in re.findall(r"_([ab]\d+)(?=_)", name):
            row = next(line for line in _PAGE.splitlines() if f"| {number.upper()} |" in line)
            if f"`{name}`" not in row:
                wrong.append((number, name))
    assert wrong == []
