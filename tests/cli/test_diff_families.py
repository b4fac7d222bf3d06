"""`pamkit diff --dialect OLD,NEW`: two families, and what of them was compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from pamkit.analysis.compare import Comparison, compare
from pamkit.analysis.explore import TooMany
from pamkit.cli.main import main

_FOUR = "".join(f"{each} required pam_unix.so\n" for each in ("account", "password", "session"))
_LINES = f"auth sufficient pam_x.so\nauth required pam_y.so\n{_FOUR}"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "app").write_text(_LINES)
    return tmp_path


def _run(place: Path, dialects: str, *words: str) -> int:
    return main(["diff", str(place), str(place), "--dialect", dialects, *words])


def _document(
    place: Path, dialects: str, capsys: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    _run(place, dialects, "--json")
    document = json.loads(capsys.readouterr().out)
    return document, {each["call"]: each for each in document["services"]}


def test_setcred_is_compared_each_in_its_familys_way(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "linux,openpam") == 1
    shown = capsys.readouterr().out
    # The way of authenticate ends at the first line; OpenPAM asks all lines anew.
    assert "  setcred: refuses credentials to who is let in: " in shown
    assert "app:2  pam_y.so answers" in shown
    assert "in setcred" in shown


def test_what_comes_behind_a_refusal_is_a_note(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document, calls = _document(place, "openpam,linux", capsys)
    assert document["dialects"] == ["openpam", "linux"]
    assert calls["setcred"]["behind"] == ["yes", "no"]
    notes = [each for each in calls["setcred"]["notes"] if each["kind"] == "after-refusal"]
    said = "where authenticate was refused, it could be granted, and cannot any more"
    assert said in {each["text"] for each in notes}
    assert all(each["runs"]["old"] for each in notes)
    _run(place, "openpam,linux")
    shown = capsys.readouterr().out.splitlines()
    at = shown.index(f"  note: setcred: {said}")
    assert not shown[at + 1].startswith("    ")


def test_it_is_said_what_was_compared_and_what_is_never(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(place, "linux,solaris")
    shown = capsys.readouterr().out.splitlines()
    assert shown[-5:] == [
        "compared: authenticate, setcred (behind a yes and a no), acct_mgmt, open_session,"
        " close_session (behind a yes and a no), chauthtok",
        "not compared: setcred in a process that has not called authenticate",
        "not compared: close_session in a process that has not called open_session",
        "not compared: what a missing module means (pamkit check --portable says it)",
        "not compared: what a missing function means (pamkit check --portable says it)",
    ]
    document, _ = _document(place, "linux,solaris", capsys)
    left_out = [each["call"] for each in document["not_compared"]]
    assert left_out == ["setcred", "close_session", "", ""]


def test_two_dialects_that_follow_earlier_paths_are_compared_behind_a_yes(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "linux,debian") == 0
    assert "setcred (behind a yes)," in capsys.readouterr().out
    document, calls = _document(place, "linux,linux", capsys)
    assert calls["close_session"]["behind"] == ["yes"]
    assert (document["not_compared"], document["not_read"]) == ([], [])


def test_a_family_against_itself_is_the_same_and_nothing_more_is_said(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "openpam,openpam") == 0
    assert capsys.readouterr().out == "app: the same\n"


def _giving_up(monkeypatch: pytest.MonkeyPatch, *, refused: bool) -> None:
    def gives_up(*words: Any, **also: Any) -> Comparison:
        if words[2].name == "SETCRED" and also.get("refused", False) is refused:
            raise TooMany
        return compare(*words, **also)

    monkeypatch.setattr("pamkit.cli.diff.compare", gives_up)


def test_a_call_that_was_given_up_is_in_the_headline_and_in_the_summary(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _giving_up(monkeypatch, refused=False)
    (place / "other").write_text("auth required pam_unix.so\naccount required pam_deny.so\n")
    (place / "app").write_text(_LINES + "account required pam_x.so\naccount optional pam_z.so\n")
    assert _run(place, "linux,macos") == 1
    shown = capsys.readouterr().out.splitlines()
    assert any(line.startswith("app: ") and "(not compared: setcred)" in line for line in shown)
    assert any("; of 1 a call was not compared" in line for line in shown)
    missing = "of app: there are more days than can be looked at"
    assert f"not compared: setcred behind a yes {missing}" in shown
    assert f"not compared: setcred behind a no {missing}" in shown
    assert "setcred" not in next(line for line in shown if line.startswith("compared:"))


def test_what_follows_a_refusal_may_be_too_much_alone(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _giving_up(monkeypatch, refused=True)
    _, calls = _document(place, "linux,openpam", capsys)
    assert (calls["setcred"]["behind"], calls["setcred"]["verdict"]) == (["yes"], "different")


def test_places_that_a_family_does_not_look_into_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "etc/pam.d").mkdir(parents=True)
    (tmp_path / "etc/pam.d/login").write_text(_LINES)
    assert _run(tmp_path, "solaris,illumos") == 1
    said = "not read: /etc/pam.d: illumos does not look there, which is why the new policies lack"
    assert said in capsys.readouterr().out
    document, _ = _document(tmp_path, "solaris,illumos", capsys)
    assert document["not_read"] == [
        {"side": "new", "dialect": "illumos", "place": "/etc/pam.d"},
    ]
    (tmp_path / "etc/pam.conf").write_text("login auth required pam_unix.so\n")
    document, _ = _document(tmp_path, "linux,linux", capsys)
    assert document["not_read"] == []


def test_a_policy_that_cannot_be_used_has_no_notes_of_refusals(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth [success=ok default=bad] pam_x.so\n" + _FOUR)
    _, calls = _document(place, "linux,openpam", capsys)
    assert calls["setcred"]["behind"] == ["yes", "no"]
    assert [each["kind"] for each in calls["setcred"]["notes"]] == []
