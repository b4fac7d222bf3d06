import pytest

from pamkit.docgen.sheets import sheet_names, sheet_page, sheets_page
from pamkit.facts import sheets, systems

_FOREIGN = [name for name in sheet_names() if sheet_page(name) is not None]


@pytest.mark.parametrize("name", _FOREIGN)
def test_every_foreign_module_has_a_page_that_says_where_it_was_read(name: str) -> None:
    page = sheet_page(name) or ""
    assert page.startswith(f"# {name}\n")
    assert "Source: " in page
    assert "It is not part of pamkit" in page


def test_a_module_that_is_gone_points_on() -> None:
    assert "use `pam_faillock`" in (sheet_page("pam_tally2") or "")


def test_a_module_of_two_systems_has_two_pages() -> None:
    page = sheet_page("pam_nologin") or ""
    assert [system for system in ("freebsd", "netbsd") if f"the module of {system}" in page] == [
        "freebsd",
        "netbsd",
    ]


def test_what_nobody_wrote_down_has_no_page() -> None:
    assert sheet_page("pam_nobody_wrote_it") is None


def test_the_table_names_every_sheet() -> None:
    page = sheets_page()
    missing = [n for s in systems() for n in sheets(system=s) if f"`{n}`" not in page]
    assert missing == []


def test_a_module_of_ours_has_a_page_of_its_own_instead() -> None:
    assert sheet_page("pam_pwquality") is None


def test_a_fact_that_hangs_on_an_option_says_so() -> None:
    page = sheets_page()
    assert "grants-without-secret if `alwaysok`" in page
    assert "asks-secret unless `use_first_pass`" in page
