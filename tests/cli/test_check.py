from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from .conftest import Command

_BAD = "auth required pam_env.so user_readenv=1\n"
_GOOD = "auth required pam_unix.so\n"

_SOME = (
    *("user-readenv", "unknown-option", "missing-include", "conflicting-options"),
    *("missing-control", "grant-without-proof", "bad-control", "unclosed-bracket", "quiet-include"),
    *("unknown-facility", "missing-facility", "rootok-outside-tools"),
)
_RULES = tuple(word for name in _SOME for word in ("--rule", name))
"""What these tests are about is how findings are shown, whatever other rules there are."""


@pytest.fixture
def tree(tmp_path: Path) -> Callable[..., str]:
    """Return a function that writes files into a directory of policies and returns its path."""

    def write(**files: str) -> str:
        directory = tmp_path / "policies"
        directory.mkdir(exist_ok=True)
        for name, text in files.items():
            (directory / name).write_text(text)
        return str(directory)

    return write


def test_a_finding_is_shown_as_a_compiler_shows_it(
    command: Command, tree: Callable[..., str]
) -> None:
    ran = command("check", *_RULES, tree(sshd=f"\t{_BAD}"))
    file = os.path.join(tree(), "sshd")
    assert (ran.status, ran.err) == (1, "")
    assert ran.out.splitlines() == [
        f"{file}:1:27: error: a file in the user's home sets the environment [user-readenv]",
        " 1 |         auth required pam_env.so user_readenv=1",
        "   |                                  ^^^^^^^^^^^^^^",
        "  help: remove the option",
        "",
        "1 error in 1 file, 1 service",
    ]


def test_where_nothing_is_found_the_status_says_so(
    command: Command, tree: Callable[..., str]
) -> None:
    ran = command("check", *_RULES, tree(sshd=_GOOD))
    assert (ran.status, ran.out) == (0, "nothing found in 1 file, 1 service\n")


def test_secrets_in_a_policy_are_not_shown(command: Command, tree: Callable[..., str]) -> None:
    place = tree(a="auth required pam_unix.so passwd=hunter2 x\n")
    for form in ("--plain", "--json", "--sarif", "--junit"):
        ran = command("check", *_RULES, form, place)
        assert ran.status == 1
        assert "hunter2" not in ran.out
        assert "unknown-option" in ran.out


def test_carets_stand_below_what_is_meant(command: Command, tree: Callable[..., str]) -> None:
    text = "auth required pam_unix.so passwd=hunter2 \N{CJK UNIFIED IDEOGRAPH-597D} x\n"
    lines = command("check", *_RULES, tree(a=text)).out.splitlines()
    under = [(lines[at - 1], line) for at, line in enumerate(lines) if "^" in line]
    covered = []
    for above, marks in under:
        wide = above.replace("\N{CJK UNIFIED IDEOGRAPH-597D}", "##")
        covered.append(wide[marks.index("^") : marks.rindex("^") + 1])
    assert covered == ["passwd=<hidden>", "##", "x"]


def test_a_line_that_takes_several_is_marked_where_it_begins(
    command: Command, tree: Callable[..., str]
) -> None:
    ran = command("check", *_RULES, tree(a="auth [success=ok \\\n x] pam_unix.so\n"))
    assert " 1 | auth [success=ok \\\n   |      ^^^^^^^^^^^^^\n" in ran.out


def test_related_places_are_shown_as_notes(command: Command, tree: Callable[..., str]) -> None:
    ran = command(
        "check", *_RULES, tree(sshd="auth include x\n", x="auth sufficient pam_rootok.so\n")
    )
    file = os.path.join(tree(), "sshd")
    assert f"{file}:1:1: note: the service\n 1 | auth include x\n   | -\n" in ran.out


def test_less_bad_findings_are_counted_and_not_shown(
    command: Command, tree: Callable[..., str]
) -> None:
    place = tree(
        a=_GOOD, b="auth include nowhere\n", c=f"{_BAD[:-1]} # pamkit: allow user-readenv\n"
    )
    ran = command("check", *_RULES, place)
    assert ran.status == 0
    assert ran.out == (
        "1 note in 3 files, 3 services; 1 not shown (--level); 1 allowed by comments\n"
    )
    assert command("check", *_RULES, "--level", "note", place).status == 1
    assert command("check", *_RULES, "--level", "error", tree(a="-auth include b\n")).status == 0


def test_rules_are_chosen_by_name_and_number(command: Command, tree: Callable[..., str]) -> None:
    place = tree(a="auth required pam_unix.so nullok nope\n")
    assert "[nullok]" in command("check", "--rule", "nullok", place).out
    assert "[nullok]" in command("check", "--rule", "AUTH-04", place).out
    assert "[nullok]" in command("check", "--rule", "all", place).out
    assert command("check", "--no-rule", "unknown-option", place).status == 0
    ran = command("check", "--rule", "nulok", place)
    assert ran.status == 2
    assert ran.err == "pamkit: there is no rule `nulok`\nhelp: did you mean `nullok`?\n"


def test_a_baseline_holds_back_what_was_accepted(
    command: Command, tree: Callable[..., str], tmp_path: Path
) -> None:
    place, file = tree(a=_BAD), str(tmp_path / "baseline.json")
    ran = command("check", *_RULES, "--write-baseline", file, place)
    assert (ran.status, ran.out) == (0, "nothing found in 1 file, 1 service; 1 in the baseline\n")
    assert command("check", *_RULES, "--baseline", file, place).status == 0
    tree(a=f"# moved\n{_BAD}{_BAD}")
    ran = command("check", *_RULES, "--baseline", file, place)
    assert (ran.status, ran.out.count("[user-readenv]")) == (1, 1)
    assert ":3:26:" in ran.out


def test_a_baseline_that_is_none_is_refused(
    command: Command, tree: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "b").write_text("{}")
    ran = command("check", *_RULES, "--baseline", str(tmp_path / "b"), tree(a=_BAD))
    assert (ran.status, ran.out) == (2, "")
    assert "expected a baseline" in ran.err
    assert command("check", *_RULES, "--baseline", str(tmp_path / "none"), tree()).status == 2


def test_what_can_be_mended_is_shown_and_written(
    command: Command, tree: Callable[..., str]
) -> None:
    place = tree(a="-auth include b # x\n\tnonsense\n", b=_GOOD)
    ran = command("check", *_RULES, "--diff", place)
    assert ran.status == 1
    assert "--auth include b # x\n+auth include b # x\n \tnonsense\n" in ran.out
    os.chmod(os.path.join(place, "a"), 0o640)
    ran = command("check", *_RULES, "--fix", place)
    assert ran.status == 1  # nobody knows what the nonsense was to mean
    assert ran.err == f"pamkit: mended `{place}/a`\n"
    assert Path(place, "a").read_text() == "auth include b # x\n\tnonsense\n"
    assert os.stat(os.path.join(place, "a")).st_mode & 0o777 == 0o640
    assert command("check", *_RULES, "--diff", place).status == 0


def test_a_link_is_not_mended(command: Command, tree: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "real").write_text("-auth include b\n")
    place = tree(b=_GOOD)
    os.symlink(tmp_path / "real", os.path.join(place, "a"))
    ran = command("check", *_RULES, "--fix", place)
    assert ran.status == 2
    assert "is not mended: it is a link" in ran.err
    assert (tmp_path / "real").read_text() == "-auth include b\n"


def test_json_has_a_schema_and_every_place(command: Command, tree: Callable[..., str]) -> None:
    place = tree(a="password required pam_unix.so md5 sha512\n")
    form = json.loads(command("check", *_RULES, "--json", place).out)
    (finding,) = form["findings"]
    assert (form["schema"], form["counts"]) == (1, {"error": 0, "warning": 1, "note": 0})
    assert (form["files"], form["services"], form["allowed"], form["known"]) == (1, 1, 0, 0)
    assert finding == {
        "rule": "conflicting-options",
        "severity": "warning",
        "file": f"{place}/a",
        "line": 1,
        "column": 35,
        "end_line": 1,
        "end_column": 41,
        "message": "`sha512` contradicts `md5`",
        "help": "keep the one that is meant",
        "related": [
            {
                "file": f"{place}/a",
                "line": 1,
                "column": 31,
                "end_line": 1,
                "end_column": 34,
                "message": "`md5` is here",
            }
        ],
        "id": "MOD-08",
        "sources": [],
    }


def test_sarif_has_what_its_schema_requires(
    command: Command, tree: Callable[..., str], tmp_path: Path
) -> None:
    place = tree(**{"a b": "password required pam_unix.so md5 sha512\nauth\n", "c": _BAD})
    baseline = str(tmp_path / "baseline.json")
    command("check", *_RULES, "--write-baseline", baseline, f"{place}/c")
    tree(d=f"{_BAD[:-1]} # pamkit: allow user-readenv\n")
    form = json.loads(command("check", *_RULES, "--sarif", "--baseline", baseline, place).out)
    assert form["version"] == "2.1.0"
    assert form["$schema"].endswith("sarif-2.1.0.json")
    (run,) = form["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "pamkit"
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert "## Why it matters" in rule["help"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    kinds = []
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"]["text"]
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            physical = location["physicalLocation"]
            assert physical["artifactLocation"]["uri"].startswith("file:///")
            assert " " not in physical["artifactLocation"]["uri"]
            region = physical["region"]
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1
            assert region.get("endColumn", 9**9) >= region["startColumn"]
        assert all(each["message"]["text"] for each in result.get("relatedLocations", []))
        kinds += [each["kind"] for each in result.get("suppressions", [])]
        assert all(result["partialFingerprints"].values())
    assert sorted(kinds) == ["external", "inSource"]
    assert {"conflicting-options", "missing-control"} <= {r["ruleId"] for r in run["results"]}


def test_addresses_in_sarif_are_relative_where_paths_are(
    command: Command, tree: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tree(a=_BAD))
    for written in ("./a", "."):
        form = json.loads(command("check", *_RULES, "--sarif", written).out)
        (result,) = form["runs"][0]["results"]
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uri"] == "a"


def test_junit_has_a_suite_for_each_file(command: Command, tree: Callable[..., str]) -> None:
    ran = command("check", *_RULES, "--junit", tree(a=_BAD * 2, b=_GOOD))
    root = ElementTree.fromstring(ran.out)  # noqa: S314  # our own
    assert root.tag == "testsuites"
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("3", "2", "0")
    counts = [(suite.get("tests"), suite.get("failures")) for suite in root]
    assert counts == [("2", "2"), ("1", "0")]
    failure = root[0][1][0]
    assert (failure.tag, failure.get("type")) == ("failure", "error")
    assert (root[0][1].get("name"), root[0][1].get("line")) == ("user-readenv at 2:26", "2")


def test_text_that_no_xml_can_hold_is_escaped(command: Command, tree: Callable[..., str]) -> None:
    place = tree(a="auth required pam_unix.so \x01<&\n")
    ElementTree.fromstring(command("check", *_RULES, "--junit", place).out)  # noqa: S314  # our own


def test_the_page_of_a_rule_is_shown_by_name_and_number(command: Command) -> None:
    by_name, by_number = command("doc", "jump-past-end"), command("doc", "FLOW-01")
    assert by_name.out == by_number.out
    assert "## Prefer" in by_name.out
