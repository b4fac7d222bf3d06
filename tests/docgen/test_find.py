import pytest

from pamkit.docgen.find import did_you_mean, find, names
from pamkit.policy.dialect import DIALECTS, QUIRK_SETS, QUIRKS
from pamkit.vocab.codes import ReturnCode, c_name
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item

TITLES = {
    "pam_debug": ["pam_debug"],
    "pam_debug.so": ["pam_debug"],
    "/usr/lib/security/pam_debug.so": ["pam_debug"],
    "pam_debug(8)": ["pam_debug"],
    "pam_sss": ["pam_sss"],
    "PAM_AUTH_ERR": ["PAM_AUTH_ERR"],
    "auth_err": ["PAM_AUTH_ERR"],
    "7": ["PAM_AUTH_ERR"],
    "authtok_recover_err": ["PAM_AUTHTOK_RECOVERY_ERR"],
    "authtok_recovery_err": ["PAM_AUTHTOK_RECOVERY_ERR"],
    "PAM_SILENT": ["PAM_SILENT"],
    "SILENT": ["PAM_SILENT"],
    "PAM_RHOST": ["PAM_RHOST"],
    "rhost": ["PAM_RHOST"],
    "requisite": ["requisite"],
    "Substack": ["substack"],
    "@include": ["@include"],
    "die": ["die (action)"],
    "ignore": ["ignore (action)", "PAM_IGNORE"],
    "account": ["account (facility)"],
    "pam_sm_setcred(3)": ["pam_setcred"],
    "chauthtok": ["pam_chauthtok"],
    "debian": ["debian (dialect)"],
    "linux": ["linux (dialect)"],
    "empty-include": ["empty-include (quirk)", "empty-include"],
    "nullok": ["nullok"],
    "mod-06": ["unknown-option"],
    "INC-03": ["include-bomb", "nested-too-deep", "self-include"],
    "libpam-1.5": ["libpam-1.5 (set of quirks)"],
}


@pytest.mark.parametrize(("name", "titles"), TITLES.items())
def test_a_name_is_found_however_it_is_written(name: str, titles: list[str]) -> None:
    page = find(name) or ""
    assert titles == [line[2:] for line in page.splitlines() if line.startswith("# ")]


def test_every_code_flag_item_dialect_and_quirk_has_a_page() -> None:
    expected = {
        *(c_name(code) for code in ReturnCode),
        *(f"PAM_{name}" for kind in (Flag, Item) for name in (member.name for member in kind)),
        *DIALECTS,
        *QUIRKS,
        *QUIRK_SETS,
    }
    assert expected <= set(names())


@pytest.mark.parametrize("name", [name for name in names() if not name.startswith("pam_")])
def test_every_name_that_is_offered_is_found(name: str) -> None:
    assert find(name) is not None


@pytest.mark.parametrize("name", ["", "pam_nowhere", "99", "-1", "²", "..", "pam_", "(8)"])
def test_other_names_are_not_found(name: str) -> None:
    assert find(name) is None


SUGGESTIONS = {
    "requird": "did you mean `required`?",
    "pam_debgu": "did you mean `pam_debug`?",
    "PAM_AUTH_ER": "did you mean `PAM_AUTH_ERR`?",
    "xdisplai": "did you mean `PAM_XDISPLAY`?",
    "empty-includes": "did you mean `empty-include`?",
    "elephant": "expected a module, code, flag, item, control, dialect, quirk or rule",
}


@pytest.mark.parametrize(("name", "help_line"), SUGGESTIONS.items())
def test_a_name_that_is_almost_right_is_answered_with_the_right_one(
    name: str, help_line: str
) -> None:
    assert help_line == did_you_mean(name)


@pytest.mark.parametrize("name", ["pam_allow", "pam_allow.so.1", "solaris/pam_allow"])
def test_a_module_of_another_family_is_found_as_its_policies_write_it(name: str) -> None:
    page = find(name)
    assert page is not None
    assert "pam_allow" in page
