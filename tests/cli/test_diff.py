"""`pamkit diff`: what a change of policies changes, with the runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamkit.cli.main import main
from tests.conftest import CORPUS

_AUTH = "auth required pam_unix.so\n"
_REST = "account required pam_unix.so\nsession required pam_limits.so\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for side in ("old", "new"):
        (tmp_path / side).mkdir()
        (tmp_path / side / "app").write_text(_AUTH + _REST)
    return tmp_path


def _run(place: Path, *words: str) -> int:
    return main(["diff", str(place / "old"), str(place / "new"), "--dialect", "linux", *words])


def _document(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str | None], str]:
    services = json.loads(capsys.readouterr().out)["services"]
    return {(each["service"], each["call"]): each["verdict"] for each in services}


def test_what_means_the_same_is_the_same_however_it_is_written(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text(f"# other words\n{_AUTH.replace('required', 'requisite')}")
    with (place / "new" / "app").open("a") as file:
        file.write(_REST)
    assert _run(place) == 0
    assert [line.rpartition(": ")[2] for line in capsys.readouterr().out.splitlines()] == [
        "the same"
    ] * 3


def test_whom_the_new_policy_lets_in_is_shown_by_a_run_of_each(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text(_AUTH.replace(".so", ".so nullok") + _REST)
    assert _run(place) == 1
    assert capsys.readouterr().out.splitlines()[:4] == [
        "app, authenticate (who proves who they are): LOOSER",
        "  the new policy lets by on a day when",
        f"    old  {place}/old/app:1  pam_unix.so answers auth_err",
        f"    new  {place}/new/app:1  pam_unix.so answers success",
    ]


def test_whom_it_keeps_out_is_shown_as_well(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text(f"auth required pam_nologin.so\n{_AUTH}{_REST}")
    assert _run(place) == 1
    assert "the new policy keeps out on a day when" in capsys.readouterr().out


def test_services_that_are_in_one_of_them_only_are_said_to_be(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "more").write_text(_AUTH)
    (place / "old" / "less").write_text(_AUTH)
    (place / "old" / "less~").write_text("nonsense")
    assert _run(place) == 1
    assert {"less: removed", "more: added"} <= set(capsys.readouterr().out.splitlines())


def test_modules_that_nobody_knows_are_named(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side in ("old", "new"):
        (place / side / "app").write_text("auth required pam_of_nobody.so\n")
    _run(place)
    assert "  nothing is known of `pam_of_nobody`" in capsys.readouterr().out


def test_the_document_has_both_runs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "new" / "app").write_text(_AUTH.replace(".so", ".so nullok") + _REST)
    _run(place, "--json", "--service", "app")
    first = json.loads(capsys.readouterr().out)["services"][0]
    assert (first["verdict"], first["stricter"]) == ("looser", None)
    assert [step["answer"] for step in first["looser"]["old"]] == ["auth_err"]
    assert [step["answer"] for step in first["looser"]["new"]] == ["success"]


def test_what_cannot_be_compared_is_said(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["diff", str(place / "old"), str(place / "nowhere")]) == 2
    assert "nowhere`: expected a directory of policies" in capsys.readouterr().err
    assert _run(place, "--service", "xyzzy") == 2
    assert "there is no policy for `xyzzy` in either" in capsys.readouterr().err
    (place / "new" / "app").write_text("auth required pam_unix.so \\\n")
    assert _run(place) == 2
    assert "`app`: " in capsys.readouterr().err
    (place / "new" / "app").write_text(_AUTH)
    monkeypatch.setattr("pamkit.analysis.explore.MOST", 1)
    assert _run(place) == 2
    assert "too many lines to compare" in capsys.readouterr().err


# What a real change was meant to do, and what it does to whom.
_CHANGES = [
    ("00-baselayout-989764c", ("system-auth", "authenticate"), "looser"),
    ("02-baselayout-172af4b", ("system-auth", "acct_mgmt"), "stricter"),
    ("04-openbmc-4bfffde7b5", ("common-auth", "authenticate"), "looser"),
    ("06-openembedded-core-67a504e3bf", ("chpasswd", "authenticate"), "looser"),
    ("18-ansible-role-hardening-6411972", ("common-auth", "authenticate"), "stricter"),
    ("28-pambase-de5f978", ("system-auth", "authenticate"), "looser"),
    ("30-pambase-b725e39", ("system-auth", "authenticate"), "stricter"),
]


@pytest.mark.needs("corpus")
@pytest.mark.parametrize(("name", "where", "verdict"), _CHANGES)
def test_a_change_of_a_distribution_is_looser_or_stricter_as_it_was_meant(
    name: str, where: tuple[str, str], verdict: str, capsys: pytest.CaptureFixture[str]
) -> None:
    pair = CORPUS / "fix-pairs" / name
    words = [str(pair / "before"), str(pair / "after"), "--dialect", "linux", "--json"]
    assert main(["diff", *words]) == 1
    assert _document(capsys)[where] == verdict
