from pamkit.analysis.profile import profile, profile_names
from pamkit.docgen.benchmarks import benchmarks_page


def test_the_page_has_every_control_of_every_profile() -> None:
    page = benchmarks_page()
    for name in profile_names():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        missing = [
            control.id
            for control in profile(name).controls
            if f"| {control.id} | {control.level} |" not in section
        ]
        assert (name, missing) == (name, [])


def test_the_page_has_the_names_that_rules_have_elsewhere() -> None:
    assert "`accounts_passwords_pam_faillock_deny`" in benchmarks_page()
