from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import Command


@pytest.fixture
def root(tmp_path: Path) -> str:
    """Return a root with a common-password and a pwquality.conf."""
    (tmp_path / "etc/pam.d").mkdir(parents=True)
    (tmp_path / "etc/security").mkdir()
    (tmp_path / "etc/pam.d/common-password").write_text(
        "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n"
    )
    (tmp_path / "etc/security/pwquality.conf").write_text("minlen = 14\ndifok = 1\n")
    return str(tmp_path)


def test_a_finding_names_its_control_and_every_control_has_an_outcome(
    command: Command, root: str
) -> None:
    ran = command("check", "--root", root, "--profile", "cis-debian12")
    lines = ran.out.splitlines()
    assert ran.status == 1
    assert (
        f"{root}/etc/security/pwquality.conf:2:1: warning: `difok` is `1`, not at least 2"
        " [pwquality-difok (CIS Debian 12 1.1.0: 5.3.3.2.1)]"
    ) in lines
    words = [line.split() for line in lines]
    assert ["5.3.3.2.1", "failed", "pwquality-difok"] in words
    assert ["5.3.3.2.2", "passed", "pwquality-minlen"] in words
    assert ["5.4.1.4", "needs", "a", "look", "hash-login-defs"] in words
    assert any(line.startswith("25 controls: ") for line in lines)


def test_a_value_of_the_command_line_wins_over_the_profile(command: Command, root: str) -> None:
    where = ("check", "--root", root, "--profile", "cis-debian12")
    for value in ("minlen=15", "var_password_pam_minlen=15"):
        out = command(*where, "--value", value).out
        assert "`minlen` is `14`, not at least 15" in out
        assert "`difok` is `1`, not at least 2" in out


def test_a_rule_is_asked_by_its_name_elsewhere_and_beside_a_profile(
    command: Command, root: str
) -> None:
    alone = command("check", "--root", root, "--rule", "accounts_password_pam_difok")
    beside = command("check", "--root", root, "--profile", "cis-debian12", "--rule", "limits-core")
    assert "[pwquality-difok]" in alone.out
    assert "limits-core" in beside.out


def test_json_has_what_became_of_the_controls(command: Command, root: str) -> None:
    form = json.loads(command("check", "--root", root, "--profile", "cis-debian12", "--json").out)
    ended = {each["control"]: each["outcome"] for each in form["profile"]["controls"]}
    named = {each["rule"]: each["controls"] for each in form["findings"]}
    assert (ended["5.3.3.2.1"], ended["5.3.3.2.2"]) == ("failed", "passed")
    assert named["pwquality-difok"] == ["5.3.3.2.1"]
    assert sum(form["profile"]["counts"].values()) == len(ended)


def test_sarif_tags_rules_with_controls(command: Command, root: str) -> None:
    form = json.loads(command("check", "--root", root, "--profile", "cis-debian12", "--sarif").out)
    (run,) = form["runs"]
    tags = {rule["id"]: rule["properties"]["tags"] for rule in run["tool"]["driver"]["rules"]}
    assert "CIS Debian 12 1.1.0: 5.3.3.2.1" in tags["pwquality-difok"]
    assert run["properties"]["profile"]["name"] == "cis-debian12"


def test_junit_has_a_suite_of_controls(command: Command, root: str) -> None:
    out = command("check", "--root", root, "--profile", "cis-debian12", "--junit").out
    suites = ElementTree.fromstring(out)  # noqa: S314  # it is our own
    controls = next(suite for suite in suites if suite.get("name") == "CIS Debian 12 1.1.0")
    cases = {case.get("name"): [each.tag for each in case] for case in controls}
    assert cases["5.3.3.2.1"] == ["failure"]
    assert cases["5.3.3.2.2"] == []
    assert cases["5.4.1.4"] == ["skipped"]
    assert int(suites.get("tests", 0)) == sum(int(suite.get("tests", 0)) for suite in suites)
    failures = sum(int(suite.get("failures", 0)) for suite in suites)
    assert int(suites.get("failures", 0)) == failures


def test_what_a_comment_allows_needs_a_look(command: Command, root: str) -> None:
    policy = Path(root, "etc/pam.d/common-password")
    policy.write_text(policy.read_text().replace("unix.so use_authtok", "unix.so nullok"))
    where = ("check", "--root", root, "--profile", "cis-debian12")
    assert ["5.3.3.4.1", "failed"] in [line.split()[:2] for line in command(*where).out.split("\n")]
    text = policy.read_text().replace("nullok", "nullok  # pamkit: allow nullok-in-common-files")
    policy.write_text(text)
    ended = [line.split()[:4] for line in command(*where).out.split("\n")]
    assert ["5.3.3.4.1", "needs", "a", "look"] in ended


def test_profiles_are_listed(command: Command) -> None:
    ran = command("check", "--profile", "list")
    assert (ran.status, ran.err) == (0, "")
    assert ["cis-debian12", "CIS", "Debian", "12", "1.1.0"] in [
        line.split() for line in ran.out.splitlines()
    ]


@pytest.mark.parametrize(
    ("argument", "value", "said", "help_line"),
    [
        (
            "--profile",
            "cis-debian",
            "there is no profile `cis-debian`",
            "did you mean `cis-debian12`?",
        ),
        (
            "--profile",
            "zzz",
            "there is no profile `zzz`",
            "`pamkit check --profile list` shows them",
        ),
        (
            "--value",
            "minlen",
            "`minlen` is no value",
            "expected NAME=VALUE, as in minlen=15",
        ),
        ("--value", "minlem=3", "no rule has a value `minlem`", "did you mean `minlen`?"),
        (
            "--value",
            "qqqqqq=3",
            "no rule has a value `qqqqqq`",
            "the pages of rules name their values",
        ),
        (
            "--value",
            "minlen=long",
            "`long` is no value for `minlen`",
            "expected a whole number, as in 15",
        ),
        (
            "--value",
            "product=beos",
            "`beos` is no product that a benchmark is for",
            "expected one like rhel9, ol8, fedora, sle15, debian12 or ubuntu2404",
        ),
    ],
)
def test_what_cannot_be_asked_for_is_refused(
    command: Command, root: str, argument: str, value: str, said: str, help_line: str
) -> None:
    ran = command("check", "--root", root, argument, value)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert help_line in ran.err


def test_a_product_and_a_group_may_be_said(command: Command, root: str) -> None:
    where = ("check", "--root", root, "--rule", "su-wheel-group", "--value")
    assert command(*where, "product=ubuntu2404").status == 1
    assert command(*where, "su-group=admins").status == 1
