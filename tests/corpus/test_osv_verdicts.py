"""What google/osv-scalibr says of its own samples, beside what is said here.

`docs/lint.md` has the table and argues each difference.
"""

from __future__ import annotations

import pytest

from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.claims import LOCAL_CAN_GET_IN, WRONG_PASSWORD_NEVER_GRANTS
from pamkit.analysis.lint import lint
from pamkit.analysis.verify import verify
from pamkit.cli.diff_places import found_service
from pamkit.vocab.diagnostic import Severity
from tests.analysis.trees import known
from tests.conftest import CORPUS
from tests.corpus.policies import side, tree

pytestmark = pytest.mark.needs("corpus")

OURS: dict[str, set[str]] = {
    "pam_permit_as_sufficient_in_auth": {"grant-without-proof", "dead-line"},
    "pam_permit_skip_next": {"permit-in-auth", "never-succeeds"},
    "pam_permit_as_optional_in_account": set(),
    "pam_permit_as_required_is_safe": set(),
    "pam_succeed_if_uid_comparison_sufficient": {"grant-without-proof"},
    "pam_succeed_if_as_required_is_safe": set(),
    "pam_succeed_if_skip_next_with_broad_condition": set(),
    "nullok_on_pam_unix": {"nullok", "never-succeeds"},
    "nullok_in_password_type_is_safe": set(),
    "secure_sshd_config": set(),
    "secure_login_config": set(),
    "legacy_pam_conf_with_pam_permit": {"grant-without-proof", "dead-line"},
}
"""What is found at the level of a warning, with the rules that are about the same things."""

ARGUED = {
    "pam_succeed_if_skip_next_with_broad_condition": "a jump records no yes: nobody gets in so",
}
"""Where the two differ in whether there is a finding at all."""

_RULES = (
    *("permit-in-auth", "grant-without-proof", "dead-line", "never-succeeds", "nullok"),
    *("jump-past-end", "onerr-succeed"),
)


def _theirs() -> dict[str, bool]:
    lines = (CORPUS / "LABELS-osv-scalibr.tsv").read_text().splitlines()[1:]
    rows = (line.split("\t") for line in lines)
    return {path.partition("/")[2]: verdict == "finding" for path, verdict, _ in rows}


@pytest.mark.parametrize("case", OURS)
def test_what_is_found_is_what_the_page_says(case: str) -> None:
    report = lint(tree(f"osv-scalibr-tests/{case}"), chosen(rule_files(), _RULES))
    assert {found.rule for found in report.at_least(Severity.WARNING)} == OURS[case]


def test_the_verdicts_are_theirs_but_for_what_is_argued() -> None:
    theirs = _theirs()
    assert theirs.keys() == OURS.keys()
    assert {case for case in OURS if bool(OURS[case]) is not theirs[case]} == ARGUED.keys()


def test_a_jump_over_the_password_lets_nobody_in_who_gives_a_wrong_one() -> None:
    place = side("osv-scalibr-tests/pam_succeed_if_skip_next_with_broad_condition")
    found = found_service(place, "sshd")
    assert found is not None
    assert verify(WRONG_PASSWORD_NEVER_GRANTS, found.chains, known()).holds
    # And with the right one neither: the users it speaks of are locked out.
    assert not verify(LOCAL_CAN_GET_IN, found.chains, known()).holds
