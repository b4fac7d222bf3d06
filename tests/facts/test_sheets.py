from __future__ import annotations

from pathlib import Path

import pytest

from pamkit.docgen.modules import declared, module_names
from pamkit.facts import declaration_of, sheet_of, sheets, systems
from pamkit.module.fact_sheet import BadSheet, FactSheet
from pamkit.policy.parser import parse
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_SHEETS = [(system, name) for system in systems() for name in sheets(system=system)]

_every_sheet = pytest.mark.parametrize(("system", "name"), _SHEETS)


def _sheet(system: str, name: str) -> FactSheet:
    made = sheet_of(name, system=system)
    assert made is not None
    return made


@_every_sheet
def test_every_sheet_that_comes_with_pamkit_is_good(system: str, name: str) -> None:
    made = _sheet(system, name).declaration
    assert made.name == name
    assert made.examples


@_every_sheet
def test_every_example_is_a_line_that_the_module_takes(system: str, name: str) -> None:
    made = _sheet(system, name).declaration
    for shown in made.examples:
        policy = parse(f"{shown.line}\n", shown.service)
        (entry,) = policy.entries
        assert policy.findings == (), shown.line
        assert entry.target is not None
        # C: Solaris counts versions, and AIX writes no ending.
        ending = {"solaris": ".so.1", "aix": ""}.get(system, ".so")
        assert entry.target.text.rpartition("/")[2] == name + ending
        assert entry.facility in made.facilities
        _, problems = made.options.parse([arg.text for arg in entry.args])
        assert problems == (), shown.line


@_every_sheet
def test_no_sheet_contradicts_itself(system: str, name: str) -> None:
    sheet = _sheet(system, name)
    made = sheet.declaration
    default, _ = made.options.parse(())
    said = {fact.name for fact in made.facts if fact.holds(default)}
    asks = {"asks-secret", "asks-code", "asks-presence", "asks-new-secret", "asks-user"}
    assert not (said & asks and "never-prompts" in said)
    assert ("obsolete" in said) == bool(sheet.replaced_by)
    # Who can say yes to a login says what that proves, or that it proves nothing.
    grants = ReturnCode.SUCCESS in made.answers.get(Primitive.AUTHENTICATE, ())
    proofs = {"proves-identity", "proves-possession", "proves-trait", "grants-without-secret"}
    assert not grants or said & proofs


def test_there_are_sheets_for_what_distributions_use_most() -> None:
    wanted = """pam_sss pam_systemd_home pam_ldap pam_krb5 pam_winbind pam_gnome_keyring
        pam_kwallet5 pam_u2f pam_google_authenticator pam_oath pam_duo pam_radius_auth pam_fprintd
        pam_cap pam_ecryptfs pam_mount pam_ck_connector pam_cracklib pam_pwquality
        pam_passwdqc pam_tally2 pam_yubico pam_ssh_agent_auth pam_script pam_tacplus"""
    assert set(wanted.split()) <= set(sheets())


def test_a_module_of_another_system_is_another_module() -> None:
    ours, theirs = (declaration_of("pam_nologin", system=name) for name in ("linux", "freebsd"))
    assert ours is None
    assert theirs is not None
    assert set(theirs.answers) == {Primitive.ACCT_MGMT}
    assert declaration_of("pam_nologin", system="../freebsd") is None


@pytest.mark.parametrize("name", ["pam_nobody_wrote_it", "../pam_sss", "pam_sss.toml", ""])
def test_a_module_without_a_sheet_has_none(name: str) -> None:
    assert declaration_of(name) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "pam_x.toml: Invalid value"),
        (
            "name = 'pam_y'\nsummary = 'S'\nsource = 'x'\n[answers]\nsetcred = 'ignore'",
            "pam_x.toml: name: expected `pam_x`",
        ),
        ("name = 'pam_x'\nsummary = 'S'\nsource = 'x'\n", "pam_x.toml: answers: a module serves"),
        ("name = '\udcff'\n", "pam_x.toml: 'utf-8' codec"),
    ],
)
def test_a_bad_sheet_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "pam_x.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadSheet) as odd:
        declaration_of("pam_x", tmp_path)
    assert str(odd.value).startswith(said)


def test_options_are_told_apart() -> None:
    made = declaration_of("pam_winbind")
    assert made is not None
    parsed, problems = made.options.parse(["require_membership_of=greeters", "use_first_pass"])
    assert not problems
    assert "greeters" in repr(parsed)


@pytest.mark.parametrize("name", sorted(set(sheets()) & set(module_names())))
def test_where_both_are_there_sheet_and_module_say_the_same(name: str) -> None:
    theirs, ours = declaration_of(name), declared(name)
    assert theirs is not None
    assert ours is not None
    words = [
        {option.word for option in declaration.options.stated().values()}
        for declaration in (theirs, ours[0])
    ]
    assert words[0] - words[1] == set()
    facts = [{fact.name for fact in declaration.facts} for declaration in (theirs, ours[0])]
    assert facts[0] - facts[1] == set()
    assert set(theirs.answers) == set(ours[0].answers)
