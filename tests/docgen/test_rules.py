from pamkit.analysis.catalog import rule_names
from pamkit.docgen.rules import rule_page, rules_page


def test_a_page_has_what_the_docstring_says_in_its_order() -> None:
    page = rule_page("nullok") or ""
    heads = [line for line in page.splitlines() if line.startswith("#")]
    assert heads == [
        "# nullok",
        "## What it finds",
        "## Why it matters",
        "## Avoid",
        "## Prefer",
        "## Sources",
    ]
    assert "```text\nauth required pam_unix.so nullok\n```" in page
    assert (
        "- Level: warning, policy; it looks at each line; since 0.1.\n- Number: AUTH-04.\n" in page
    )
    assert "- `pam_unix(8)`\n- CVE-2020-27780\n" in page


def test_a_page_says_what_is_mended_and_who_asks_for_it() -> None:
    assert "`pamkit check --fix` mends it." in (rule_page("quiet-include") or "")
    assert "UBTU-24-300028" in (rule_page("nullok") or "")
    assert "Number:" not in (rule_page("unknown-rule") or "")


def test_a_number_stands_for_every_rule_that_has_it() -> None:
    assert "# nested-too-deep" in (rule_page("inc-03") or "")
    assert [rule_page(name) for name in ("MOD-99", "nulok", "pam-1", "7")] == [None] * 4


def test_a_name_from_elsewhere_stands_for_its_rule_and_its_page_has_it() -> None:
    page = rule_page("accounts_password_pam_minlen") or ""
    assert page.startswith("# pwquality-minlen\n")
    assert "- Also called `accounts_password_pam_minlen`.\n- Values: `minlen=15`.\n" in page


def test_the_table_has_every_rule() -> None:
    page = rules_page()
    assert all(f"| [`{name}`]({name}.md) |" in page for name in rule_names())
