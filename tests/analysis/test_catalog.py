from __future__ import annotations

import pytest

from pamkit.analysis.catalog import ALL, chosen, rule_file, rule_files, rule_names


def _names(wanted: tuple[str, ...] = (), unwanted: tuple[str, ...] = ()) -> set[str]:
    return {file.rule.name for file in chosen(rule_files(), wanted, unwanted)}


def test_a_rule_that_is_a_policy_runs_only_if_it_is_asked_for() -> None:
    assert "nullok" not in _names()
    assert {"nullok"} == _names(("nullok",))
    assert set(rule_names()) == _names((ALL,))


def test_rules_can_be_named_by_their_number_and_left_out() -> None:
    assert {"unknown-option"} == _names(("mod-06",))
    assert {"self-include", "nested-too-deep"} == _names(("INC-03",), ("include-bomb",))
    assert _names() - {"unknown-option"} == _names((), ("MOD-06",))


@pytest.mark.parametrize("name", ["", "nulok", "MOD-99"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(KeyError):
        _names((name,))
    with pytest.raises(KeyError):
        rule_file(name)
