"""What pages written by hand refer to exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pamkit.policy.dialect import DIALECTS, QUIRKS
from tests.conftest import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*DOCS, *sorted(ROOT.glob("*.md"))]
SEEDS = (ROOT / "docs" / "seeds.md").read_text(encoding="utf-8")


def _in_the_tree() -> set[str]:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    return {
        name
        for text in sources
        for name in re.findall(r"^\s*(?:async )?def (test_\w+)", text, re.M)
    }


TESTS = _in_the_tree()


@pytest.mark.parametrize("page", DOCS, ids=lambda page: page.name)
def test_every_test_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"`(test_\w+)`", page.read_text(encoding="utf-8"))
    assert [name for name in named if name not in TESTS] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8"))
    inside = [link for link in links if "://" not in link]
    assert [link for link in inside if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    "number", [f"A{n}" for n in range(1, 25)] + [f"B{n}" for n in range(1, 25)]
)
def test_every_sentence_of_the_seeds_is_shown_by_a_test_or_said_to_be_open(number: str) -> None:
    rows = [line.split(" | ") for line in SEEDS.splitlines() if line.startswith(f"| {number} |")]
    assert len(rows) == 1
    _, _, state, shown = rows[0]
    assert state.startswith(("Shown", "Part", "Open"))
    assert ("`test_" in shown) != state.startswith("Open")
    assert ("open" in state.lower()) or not state.startswith("Part")


def test_every_dialect_and_quirk_is_explained() -> None:
    text = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
    missing = [quirk for quirk in QUIRKS if f"| `{quirk}` |" not in text]
    missing += [dialect for dialect in DIALECTS if f"`{dialect}`" not in text]
    assert missing == []
