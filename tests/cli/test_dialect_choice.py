"""`--dialect` of the commands: policies of every family, each with the modules it has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamkit.cli.declarations import declarations, declarations_between
from pamkit.cli.main import main
from pamkit.policy.dialect import DIALECT_NAMES, FAMILIES, LINUX, dialect_named

_MODULES = {
    "openpam": "pam_unix.so",
    "netbsd": "pam_unix.so",
    "macos": "pam_opendirectory.so",
    "solaris": "pam_unix_auth.so.1",
    "illumos": "/usr/lib/security/$ISA/pam_unix_auth.so.1",
    "cde": "/usr/lib/security/pam_unix.so.1",
    "aix": "/usr/lib/security/pam_aix",
    "hpux": "/usr/lib/security/$ISA/libpam_unix.so.1",
}
_FACILITIES = ("auth", "account", "password", "session")


def _root(place: Path, dialect: str) -> Path:
    """Make a root with the service `app` as the family writes it; return it."""
    (place / "etc").mkdir()
    module = _MODULES[dialect]
    if dialect in ("openpam", "netbsd", "macos"):
        (place / "etc" / "pam.d").mkdir()
        for name in ("app", "other"):
            text = "".join(f"{each} required {module}\n" for each in _FACILITIES)
            (place / "etc" / "pam.d" / name).write_text(text)
    else:
        text = "".join(
            f"{name} {each} required {module}\n"
            for name in ("app", "other")
            for each in _FACILITIES
        )
        (place / "etc" / "pam.conf").write_text(text)
    return place


@pytest.mark.parametrize("dialect", FAMILIES)
def test_every_command_takes_every_family(
    dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _root(tmp_path, dialect)
    spoken = ("--dialect", dialect)
    assert main(["check", *spoken, "--level", "error", f"{root}/"]) in (0, 1)
    assert "service" in capsys.readouterr().out
    assert main(["explain", "app", *spoken, "--root", str(root)]) == 0
    said = capsys.readouterr().out
    module = _MODULES[dialect].rpartition("/")[2]
    assert f"{module}  required" in said
    main(["verify", *spoken, "--root", str(root), "app", "--claim", "no-grant-without-proof"])
    assert capsys.readouterr().out.startswith("app\n  holds ")
    files = [str(path) for path in sorted(root.rglob("*")) if path.is_file()]
    assert main(["fmt", *spoken, "--check", *files]) in (0, 1)
    capsys.readouterr()
    words = ["simulate", "app", *spoken, "--root", str(root), "--do", "authenticate", "--json"]
    assert main(words) in (0, 1)
    assert json.loads(capsys.readouterr().out)["dialect"] == dialect
    assert main(["report", *spoken, "--html", str(tmp_path / "page"), f"{root}/"]) == 0
    assert main(["fleet", *spoken, "--jobs", "1", "--json", f"{root}/"]) in (0, 1)
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last)["summary"]["hosts"] == 1
    assert main(["diff", *spoken, "--json", str(root), str(root)]) == 0
    found = json.loads(capsys.readouterr().out)["services"]
    assert {(each["service"], each["verdict"]) for each in found} == {
        ("app", "same"),
        ("other", "same"),
    }


@pytest.mark.parametrize("dialect", FAMILIES)
def test_all_services_of_a_family_are_found(
    dialect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = _root(tmp_path, dialect)
    words = ["verify", "--all", "--json", "--dialect", dialect, "--root", str(root)]
    main([*words, "--claim", "root-can-get-in"])
    found = json.loads(capsys.readouterr().out)["results"]
    assert [each["service"] for each in found] == ["app", "other"]


def test_policy_tests_take_every_family(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _root(tmp_path, "solaris")
    (tmp_path / "tests.toml").write_text(
        'root = "."\ndialect = "solaris"\n'
        '[[claim]]\nservice = "app"\nclaims = ["root-can-get-in"]\n'
    )
    assert main(["test", str(tmp_path / "tests.toml")]) == 0, capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ("check", "."),
        ("explain", "app"),
        ("verify", "app"),
        ("fmt", "--check", "."),
        ("simulate", "app"),
        ("report", "--html", "-", "."),
        ("fleet", "."),
        ("diff", ".", "."),
    ],
)
def test_a_name_that_is_none_is_answered_with_all_of_them(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*words, "--dialect", "ultrixos"]) == 2
    said = capsys.readouterr().err
    assert "there is no dialect `ultrixos`" in said
    assert ", ".join(DIALECT_NAMES) in said


def test_a_change_of_dialect_is_compared_in_every_call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(f"{each} optional pam_permit.so\n" for each in _FACILITIES)
    for side in ("old", "new"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "app").write_text(text)
        (tmp_path / side / "other").write_text(text)
    sides = (str(tmp_path / "old"), str(tmp_path / "new"))
    assert main(["diff", "--dialect", "linux,openpam", *sides]) == 0
    said = capsys.readouterr().out
    assert "  setcred: gives credentials that were refused" not in said
    assert "compared: authenticate, setcred (behind a yes and a no), acct_mgmt" in said
    assert "there are more days" not in said
    assert main(["diff", "--dialect", "openpam,macos", *sides]) == 0
    assert "2 the same" in capsys.readouterr().out


def test_linux_rules_say_nothing_of_other_families(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("sshd", "other"):
        text = "".join(f"{each} required pam_unix.so\n" for each in _FACILITIES)
        (tmp_path / name).write_text(f"auth required pam_tally.so\n{text}")
    assert main(["check", "--dialect", "linux", str(tmp_path)]) == 1
    assert "module-removed-upstream" in capsys.readouterr().out
    assert main(["check", "--dialect", "openpam", str(tmp_path)]) == 0
    assert "module-removed" not in capsys.readouterr().out


def test_a_name_means_the_familys_module() -> None:
    openpam, linux = declarations(dialect_named("openpam")), declarations(LINUX)
    assert openpam("pam_group.so") is not linux("pam_group.so")
    assert openpam("pam_wheel.so") is None
    assert openpam("pam_krb5.so") not in (None, linux("pam_krb5.so"))
    between = declarations_between(LINUX, dialect_named("openpam"))
    assert between("pam_group.so") is None
    assert between("pam_permit.so") is linux("pam_permit.so")
    assert between("pam_wheel.so") is linux("pam_wheel.so")
    assert between("pam_self.so") is openpam("pam_self.so")
    assert declarations_between(LINUX, LINUX)("pam_group.so") is linux("pam_group.so")


def test_a_yes_of_setcred_is_not_said_to_end_the_chain_where_it_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "auth sufficient pam_permit.so\nauth required pam_deny.so\n"
    text += "".join(f"{each} required pam_permit.so\n" for each in _FACILITIES[1:])
    for name in ("app", "other"):
        (tmp_path / name).write_text(text)
    words = ["simulate", "app", "--confdir", str(tmp_path), "--do", "authenticate,setcred"]
    for form in ((), ("--json",)):
        assert main([*words, "--dialect", "openpam", *form]) == 1
        said = " ".join(capsys.readouterr().out.replace("│", "").split())
        assert said.count("chain ends here") == 1
        assert said.count("counts as the first yes") == 2


def test_a_close_that_follows_no_path_is_said_to_end_where_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(f"{each} sufficient pam_permit.so\n" for each in _FACILITIES)
    for name in ("app", "other"):
        (tmp_path / name).write_text(text)
    words = ["simulate", "app", "--confdir", str(tmp_path), "--do", "open_session,close_session"]
    for form in ((), ("--json",)):
        assert main([*words, "--dialect", "openpam", *form]) == 0
        said = " ".join(capsys.readouterr().out.replace("│", "").split())
        assert said.count("chain ends here") == 2


def test_a_line_is_explained_with_what_the_familys_module_is_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "".join(f"{each} required pam_group.so\n" for each in _FACILITIES)
    text += "auth required pam_krb5.so\n"
    for name in ("app", "other"):
        (tmp_path / name).write_text(text)
    words = ["explain", "app", "--confdir", str(tmp_path), "--facility", "auth"]
    said = {}
    for name in ("linux", "openpam", "macos"):
        assert main([*words, "--dialect", name]) == 0
        said[name] = capsys.readouterr().out
    assert "Give users more groups" in said["linux"]
    assert "Let members of a group pass" in said["openpam"]
    assert len(set(said.values())) == len(said)
