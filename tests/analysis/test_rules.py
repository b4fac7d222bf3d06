from __future__ import annotations

import re
from pathlib import Path

import pytest

from pamkit.analysis.catalog import rule_file, rule_names
from pamkit.analysis.lint import fixed
from pamkit.analysis.rule import HEADINGS, sections
from pamkit.policy.dialect import LINUX
from tests.conftest import ROOT

from .trees import example, found, tree

every_rule = pytest.mark.parametrize("name", rule_names())


@every_rule
def test_a_rule_is_named_like_its_file_and_has_every_heading(name: str) -> None:
    file = rule_file(name)
    said = sections(file.page)
    assert name == file.rule.name
    assert ["", *HEADINGS] == list(said)
    assert all(said.values())
    assert re.fullmatch(r"[A-Zp`].*\.", said[""].strip()), said[""]
    assert re.fullmatch(r"([A-Z]+-\d\d)?", file.rule.id)


@every_rule
def test_what_a_page_says_to_avoid_is_found(name: str) -> None:
    files = example(sections(rule_file(name).page)["Avoid"])
    assert {each.rule for each in found(files, name, whole=True)} == {name}


@every_rule
def test_what_a_page_says_to_prefer_is_not_found(name: str) -> None:
    files = example(sections(rule_file(name).page)["Prefer"])
    assert found(files, name, whole=True) == ()


@every_rule
def test_what_a_page_says_to_prefer_has_no_error_of_any_kind(name: str) -> None:
    files = example(sections(rule_file(name).page)["Prefer"])
    assert [each for each in found(files) if each.severity.name == "ERROR"] == []


@pytest.mark.parametrize("name", [name for name in rule_names() if rule_file(name).fix])
def test_a_fix_leaves_nothing_to_find(name: str) -> None:
    file = rule_file(name)
    files = example(sections(file.page)["Avoid"])
    texts = fixed(tree(files), (file,), LINUX)
    mended = files | {path.rpartition("/")[2]: text for path, text in texts.items()}
    assert texts
    assert found(mended, name) == ()


@every_rule
def test_findings_are_in_the_style_of_the_house(name: str) -> None:
    files = example(sections(rule_file(name).page)["Avoid"])
    for each in found(files, name, whole=True):
        for text in (each.message, each.help):
            assert not text.endswith(".")
            assert text[:1] == text[:1].lower()
        assert each.message
        assert each.span.line >= 1


@every_rule
def test_a_rule_has_its_page(name: str) -> None:
    assert Path(ROOT / "docs" / "rules" / f"{name}.md").is_file()
