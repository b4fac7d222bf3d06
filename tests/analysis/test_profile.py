from __future__ import annotations

import pytest

from pamkit.analysis.benchmark.bound import at_least, exactly, number
from pamkit.analysis.benchmark.judgement import Outcome
from pamkit.analysis.benchmark.places import is_product
from pamkit.analysis.catalog import rule_file
from pamkit.analysis.profile import assessed, profile, profile_names, together
from pamkit.analysis.rule import Value

from .trees import linted, tree

_FILES = {
    "common-password": "password requisite pam_pwquality.so\npassword required pam_unix.so\n",
    "/etc/security/pwquality.conf": "minlen = 8\ndifok = 8\n",
}


@pytest.mark.parametrize("name", profile_names())
def test_a_profile_is_named_like_its_file_and_all_it_names_is_there(name: str) -> None:
    found = profile(name)
    rules = [rule_file(rule).rule for rule in found.rules]
    values: dict[str, Value] = {value.name: value for rule in rules for value in rule.values}
    assert name == found.name
    assert found.controls
    assert is_product(found.product)
    assert set(found.values) <= set(values)
    assert len({control.id for control in found.controls}) == len(found.controls)
    for key, said in found.values.items():
        assert (number(said) is None) == (number(values[key].usual) is None), key


def test_the_first_level_of_a_profile_is_a_part_of_it() -> None:
    whole, first = profile("cis-debian12"), profile("cis-debian12-l1")
    assert {"1", "2"} == {control.level for control in whole.controls}
    assert {"1"} == {control.level for control in first.controls}


@pytest.mark.parametrize("name", ["cis-debian11", "stig-rhel9-l1", ""])
def test_what_is_no_profile_is_none(name: str) -> None:
    with pytest.raises(KeyError):
        profile(name)


def test_a_rule_is_named_with_its_controls() -> None:
    found = profile("stig-rhel8")
    assert found.named("faillock-deny").startswith("STIG RHEL 8 V2R8: RHEL-08-")
    assert found.named("missing-include") == ""


def test_controls_end_as_their_rules_do() -> None:
    asked = profile("cis-debian12")
    looked_at = tree(_FILES, whole=True, wanted={"product": asked.product, **asked.values})
    found = linted(_FILES, *asked.rules, whole=True, wanted=asked.values).findings
    result = assessed(asked, looked_at, found)
    ended = {each.control.id: each.outcome for each in result.assessments}
    assert ended["5.3.3.2.1"] is Outcome.PASSED
    assert ended["5.3.3.2.2"] is Outcome.FAILED
    assert result.count(Outcome.FAILED) == sum(
        outcome is Outcome.FAILED for outcome in ended.values()
    )


def test_what_was_accepted_needs_a_look() -> None:
    asked = profile("cis-debian12")
    result = assessed(asked, tree(_FILES, whole=True, wanted=asked.values), ())
    ended = {each.control.id: each.outcome for each in result.assessments}
    assert ended["5.3.3.2.2"] is Outcome.UNKNOWN


def test_of_several_trees_the_worst_counts() -> None:
    asked = profile("cis-debian12")
    found = linted(_FILES, *asked.rules, whole=True, wanted=asked.values).findings
    bad = assessed(asked, tree(_FILES, whole=True, wanted=asked.values), found)
    part = assessed(asked, tree({"sshd": "auth required pam_unix.so\n"}), ())
    both = together((part, bad))
    assert both is not None
    worst = [
        max(a.outcome, b.outcome) for a, b in zip(part.assessments, bad.assessments, strict=True)
    ]
    assert worst == [each.outcome for each in both.assessments]
    assert together(()) is None


def test_a_rule_without_a_judgement_passes_where_nothing_is_found() -> None:
    asked = profile("cis-debian12").changed(
        controls=(profile("cis-debian12").controls[0].changed(rules=("nullok",)),)
    )
    result = assessed(asked, tree(_FILES, whole=True), ())
    assert [each.outcome for each in result.assessments] == [Outcome.PASSED]


def test_a_bound_says_what_it_wants() -> None:
    said = [str(at_least(3)), str(at_least(3, also=0)), str(exactly(1))]
    assert said == ["at least 3", "at least 3, or 0", "1"]
    assert not at_least(3).holds(None)
