"""What lint finds in real policies: nothing in what distributions ship, but for what is argued.

`docs/lint.md` says why each of the findings below stands.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from pamkit.analysis.catalog import ALL, chosen, rule_files
from pamkit.analysis.lint import lint
from pamkit.analysis.report import Report
from pamkit.analysis.tree import read_tree
from pamkit.cli.declarations import declarations
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.vocab.diagnostic import Severity
from tests.analysis.trees import ListedMemory
from tests.conftest import CORPUS

pytestmark = pytest.mark.needs("corpus")

known = cache(declarations)

_READENV = {"user-readenv"}
_RHOSTS = {"rhosts-trust"}

ARGUED: dict[str, dict[str, set[str]]] = {
    "debian12": {
        "atd": _READENV,
        "cockpit": _READENV,
        "sddm": _READENV,
        "sshd": _READENV,
        "perdition": {"module-removed-upstream"},
    },
    "debian12/alt-rsh-redone-server": {"rlogin": {*_RHOSTS, "no-new-password"}, "rsh": _RHOSTS},
    "debian12/alt-rsh-server": {"rlogin": {"rhosts-trust"}, "rsh": {"rhosts-trust"}},
    "complianceascode-bases/ubuntu2404": {"sshd": _READENV},
    "vmware-photon": {"system-session": {"audit-identity-changed"}},
}
"""Errors in policies as distributions ship them, by root and file."""

STOCK = (
    *("debian12", "debian12-pam-auth-update", "authselect-1.7.0", "gentoo-pambase", "void"),
    *("openembedded-core", "vmware-photon", "shadow-upstream", "suse-pam-config"),
    *("complianceascode-bases", "stig-authselect-profiles", "simp-expected"),
)
"""Origins whose policies are what a distribution or its tool makes."""


def _report(root: Path, *rules: str) -> Report:
    files = {
        f"/etc/pam.d/{path.name}": path.read_bytes().decode("utf-8", "surrogateescape")
        for path in sorted((root / "etc" / "pam.d").iterdir())
        if path.is_file()
    }
    dialect = DEBIAN if any("\n@include" in f"\n{text}" for text in files.values()) else LINUX
    tree = read_tree(ListedMemory(files), known(), dialect=dialect)
    return lint(tree, chosen(rule_files(), rules))


def _rules(root: str, *rules: str) -> set[str]:
    return {found.rule for found in _report(CORPUS / root, *rules).findings}


def _stock_roots() -> list[Path]:
    found = (place for origin in STOCK for place in (CORPUS / origin).rglob("etc/pam.d"))
    return sorted(place.parent.parent for place in found if place.is_dir())


def test_policies_as_they_are_shipped_have_no_errors_but_those_that_are_argued() -> None:
    errors: dict[str, dict[str, set[str]]] = {}
    for root in _stock_roots():
        for found in _report(root).at_least(Severity.ERROR):
            files = errors.setdefault(str(root.relative_to(CORPUS)), {})
            files.setdefault(found.span.file.rpartition("/")[2], set()).add(found.rule)
    assert errors == ARGUED


@pytest.mark.parametrize(
    ("before", "after", "rule"),
    [
        (
            "fix-pairs/32-pambase-47a7d6f/before",
            "fix-pairs/32-pambase-47a7d6f/after",
            "module-typo",
        ),
        (
            "fix-pairs/28-pambase-de5f978/before",
            "fix-pairs/28-pambase-de5f978/after",
            "jump-without-record",
        ),
        (
            "fix-pairs/02-baselayout-172af4b/before",
            "fix-pairs/02-baselayout-172af4b/after",
            "include-ends-chain",
        ),
        (
            "fix-pairs/00-baselayout-989764c/before",
            "fix-pairs/00-baselayout-989764c/after",
            "authfail-too-early",
        ),
        (
            "fix-pairs/02-baselayout-172af4b/before",
            "fix-pairs/02-baselayout-172af4b/after",
            "ignored-account-refusal",
        ),
        (
            "fix-pairs/26-authselect-85488dd/before/winbind",
            "fix-pairs/26-authselect-85488dd/after/winbind",
            "failure-not-counted",
        ),
    ],
)
def test_what_was_mended_is_found_before_and_not_after(before: str, after: str, rule: str) -> None:
    assert (rule in _rules(before), rule in _rules(after)) == (True, False)


@pytest.mark.parametrize(
    ("root", "rule"),
    [
        ("incidents/linux-pam-1000", "jump-past-end"),
        ("incidents/kanidm-594", "module-removed-upstream"),
        ("incidents/void-25506", "module-removed-upstream"),
        ("incidents/open-bastion-220-pair", "permit-in-auth"),
        ("incidents/cac-11488-wrong", "authfail-too-early"),
    ],
)
def test_an_incident_would_have_been_told_of(root: str, rule: str) -> None:
    assert rule in _rules(root)


@pytest.mark.parametrize(
    ("case", "rule", "is_found"),
    [
        ("pam_permit_as_sufficient_in_auth", "permit-in-auth", True),
        ("pam_permit_skip_next", "permit-in-auth", True),
        ("pam_permit_as_optional_in_account", "permit-in-auth", False),
        ("pam_succeed_if_uid_comparison_sufficient", "grant-without-proof", True),
        ("pam_succeed_if_as_required_is_safe", "grant-without-proof", False),
        ("nullok_on_pam_unix", "nullok", True),
        ("nullok_in_password_type_is_safe", "nullok", False),
        ("secure_sshd_config", ALL, False),
        ("secure_login_config", ALL, False),
    ],
)
def test_the_verdicts_of_another_tool_are_reproduced(case: str, rule: str, is_found: bool) -> None:
    # What a benchmark asks for is no verdict of that tool.
    rules = () if rule == ALL else (rule,)
    report = _report(CORPUS / "osv-scalibr-tests" / case, *rules)
    assert bool(report.at_least(Severity.WARNING)) == is_found
