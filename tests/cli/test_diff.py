"""`pamkit diff`: what a change of policies changes, with the runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pamkit.analysis.explore import TooMany
from pamkit.cli.main import main
from pamkit.vocab.facility import Primitive
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
    assert capsys.readouterr().out == "app: the same\n"


def test_whom_the_new_policy_lets_in_is_said_and_shown_by_a_run_of_each(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text(_AUTH.replace(".so", ".so nullok") + _REST)
    assert _run(place) == 1
    assert capsys.readouterr().out.splitlines() == [
        "app: LOOSER",
        "  authenticate: lets in who was refused: somebody without a password",
        f"    old  {place}/old/app:1  pam_unix.so answers auth_err",
        f"    new  {place}/new/app:1  pam_unix.so answers success",
        "  note: authenticate: auth: `pam_unix` has other words: none was, `nullok` is",
    ]


def test_whom_it_keeps_out_is_shown_as_well(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text(f"auth required pam_nologin.so\n{_AUTH}{_REST}")
    assert _run(place) == 1
    shown = capsys.readouterr().out
    assert "refuses who was let in: a local user" in shown or "refuses who was let in: " in shown
    assert "while the machine is closed to users" in shown


def test_services_that_lose_or_get_a_file_are_compared_with_what_stands_in(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "more").write_text(_AUTH)
    (place / "old" / "less").write_text(_AUTH)
    (place / "old" / "less~").write_text("nonsense")
    assert _run(place) == 1
    lines = capsys.readouterr().out.splitlines()
    assert "less, which has lost its file (nobody gets by now): stricter" in lines
    assert "more, which has a file of its own now (nobody got by before): LOOSER" in lines
    assert lines[-1] == "3 services: 1 the same, 1 looser, 1 stricter"
    for side in ("old", "new"):
        (place / side / "other").write_text(_AUTH)
    assert _run(place) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "less, which has lost its file (`other` answers now): the same" in lines
    assert "more, which has a file of its own now (`other` answered before): the same" in lines


def test_a_service_without_a_file_on_either_side_is_that_of_other(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side in ("old", "new"):
        (place / side / "other").write_text(_AUTH)
    assert _run(place, "--service", "xyzzy") == 0
    assert "xyzzy, which has no file of its own: the same" in capsys.readouterr().out


def test_modules_that_nobody_knows_are_named_if_a_verdict_rests_on_them(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side, control in (("old", "required"), ("new", "optional")):
        (place / side / "app").write_text(f"auth {control} pam_of_nobody.so\n{_AUTH}")
    _run(place)
    assert "  authenticate: nothing is known of `pam_of_nobody`" in capsys.readouterr().out


def test_a_file_that_a_part_of_a_system_lacks_may_say_anything(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side, line in (("old", ""), ("new", "auth required pam_nologin.so\n")):
        text = f"{line}@include common-auth\naccount include system-account\n"
        (place / side / "app").write_text(text)
    assert main(["diff", str(place / "old"), str(place / "new")]) == 1
    shown = capsys.readouterr().out
    assert "nothing is known of `common-auth, which is not in this tree`" in shown
    assert "acct_mgmt" not in shown
    assert "if `common-auth` answers" in shown


def test_the_document_has_both_runs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "new" / "app").write_text(_AUTH.replace(".so", ".so nullok") + _REST)
    _run(place, "--json", "--service", "app")
    entries = json.loads(capsys.readouterr().out)["services"]
    assert [entry["call"] for entry in entries] == [call.name.lower() for call in Primitive]
    first = entries[0]
    assert (first["verdict"], first["stricter"]) == ("looser", None)
    assert first["looser"]["day"] == {"secret": "blank"}
    assert [step["answer"] for step in first["looser"]["old"]] == ["auth_err"]
    assert [step["answer"] for step in first["looser"]["new"]] == ["success"]
    assert [note["kind"] for note in first["notes"]] == ["words"]


_CALLS = [
    # authenticate is the same, and whose credentials can be refused is not.
    (
        "auth required pam_unix.so\nauth optional pam_of_nobody.so\n",
        "auth required pam_unix.so\nauth [default=ignore] pam_of_nobody.so\n",
        "setcred",
        "looser",
    ),
    (
        "password required pam_unix.so\n",
        "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n",
        "chauthtok",
        "stricter",
    ),
    (
        "session required pam_unix.so\n",
        "session required pam_unix.so\nsession required pam_limits.so\n",
        "open_session",
        "stricter",
    ),
]


@pytest.mark.parametrize(("old", "new", "call", "verdict"), _CALLS)
def test_every_call_is_compared(
    old: str, new: str, call: str, verdict: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "old" / "app").write_text(old)
    (place / "new" / "app").write_text(new)
    assert _run(place, "--json") == 1
    assert _document(capsys)["app", call] == verdict
    _run(place)
    assert f"  {call}: " in capsys.readouterr().out


def test_what_is_no_verdict_is_a_note(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rest = "account required pam_unix.so\nsession optional pam_motd.so\n"
    deny = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
    (place / "old" / "app").write_text(_AUTH + rest + "session required pam_limits.so\n")
    (place / "new" / "app").write_text(f"{deny}auth required pam_permit.so\n{rest}")
    for side in ("old", "new"):
        with (place / side / "app").open("a") as file:
            file.write("session required pam_unix.so\n")
    assert _run(place, "--fail-on", "looser") == 1
    lines = capsys.readouterr().out.splitlines()
    assert "  note: open_session: session: `pam_limits` no longer runs" in lines
    (place / "new" / "app").write_text(f"{deny}auth required pam_permit.so\n{_REST}")
    (place / "old" / "app").write_text(_AUTH + _REST)
    assert _run(place) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "app: the same"
    assert any("a refusal is `auth_err`, which was " in line for line in lines)
    assert _run(place, "--fail-on", "note") == 1


def test_only_what_is_looser_need_be_a_failure(place: Path) -> None:
    (place / "new" / "app").write_text(f"auth required pam_nologin.so\n{_AUTH}{_REST}")
    assert _run(place, "--fail-on", "looser") == 0
    assert _run(place) == 1


def test_a_policy_that_cannot_be_used_refuses_all(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text("auth required pam_unix.so \\\n")
    assert _run(place) == 1
    shown = capsys.readouterr().out
    assert "app: stricter" in shown
    assert "the new policy cannot be used, and refuses all: " in shown


def test_what_has_too_many_days_is_said_not_to_be_compared(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "new" / "app").write_text(f"auth required pam_nologin.so\n{_AUTH}{_REST}")
    monkeypatch.setattr("pamkit.analysis.explore.MOST", 1)
    assert _run(place) == 1
    shown = capsys.readouterr().out
    assert "app: not compared" in shown
    assert "  authenticate: there are more days than can be looked at" in shown


def test_notes_are_left_out_where_there_is_too_much_to_look_at(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def gives_up(*_: object) -> None:
        raise TooMany

    monkeypatch.setattr("pamkit.cli.diff.changes", gives_up)
    assert _run(place) == 0
    assert "what is no verdict was not compared" in capsys.readouterr().out


def test_what_cannot_be_compared_is_said(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", str(place / "old"), str(place / "nowhere")]) == 2
    assert "nowhere`: expected a directory of policies" in capsys.readouterr().err
    assert main(["diff", str(place / "old")]) == 2
    assert "expected `OLD` and `NEW`" in capsys.readouterr().err
    assert _run(place, "--service", "xyzzy") == 2
    assert "there is no policy for `xyzzy` in either" in capsys.readouterr().err
    assert _run(place, "--service", "a/b") == 2
    assert "`a/b` is no service name" in capsys.readouterr().err
    assert main(["diff", str(place / "old"), str(place / "new"), "--dialect", "latin"]) == 2
    assert "there is no dialect `latin`" in capsys.readouterr().err


def test_roots_are_compared_with_what_their_vendor_ships(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side, control in (("old", "required"), ("new", "optional")):
        for directory in ("etc/pam.d", "usr/lib/pam.d"):
            (tmp_path / side / directory).mkdir(parents=True)
        (tmp_path / side / "etc/passwd").write_text("")
        (tmp_path / side / "usr/lib/pam.d/app").write_text(f"auth {control} pam_permit.so\n")
        (tmp_path / side / "etc/pam.d/sub").mkdir()
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    assert capsys.readouterr().out == "app: the same\n"


def test_a_pam_conf_has_services_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side, option in (("old", ""), ("new", " nullok")):
        (tmp_path / side / "etc").mkdir(parents=True)
        (tmp_path / side / "etc/pam.conf").write_text(f"APP auth required pam_unix.so{option}\n")
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 1
    assert capsys.readouterr().out.startswith("app: LOOSER\n")


def test_names_and_words_of_policies_are_escaped(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "new" / "app").write_text("auth required pam_\x1b[2J.so passwd=hunter2\n")
    _run(place)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "hunter2" not in shown


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


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_secrets_of_a_policy_are_in_no_form_of_a_difference(
    place: Path, capsys: pytest.CaptureFixture[str], form: tuple[str, ...]
) -> None:
    line = "auth required pam_of_nobody.so user=a {} host=h\n"
    one, other = "passwd=hunter2", "[passwd=hunter2 and \\\n hunter3]"
    (place / "old" / "app").write_text(line.format(one) + line.format(other) + _REST)
    (place / "new" / "app").write_text(line.format(other) + _AUTH + _REST)
    _run(place, *form)
    written = capsys.readouterr().out
    assert "passwd=<hidden>" in written
    assert "hunter" not in written


def test_conditions_that_differ_in_a_secret_alone_stay_two(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = "auth sufficient pam_of_nobody.so passwd={}\n"
    (place / "old" / "app").write_text(line.format("hunter2") + _REST)
    (place / "new" / "app").write_text(line.format("hunter3") + line.format("hunter4") + _REST)
    _run(place, "--json")
    entry = json.loads(capsys.readouterr().out)["services"][0]
    conditions = [name for name in entry["looser"]["day"] if name.startswith("condition")]
    assert len(conditions) > 1
    assert "hunter" not in str(conditions)


def test_a_part_of_a_system_is_read_in_the_dialect_it_is_written_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for side in ("old", "new"):
        (tmp_path / side / "etc" / "pam.d").mkdir(parents=True)
        (tmp_path / side / "etc" / "pam.d" / "common-auth").write_text(_AUTH)
        (tmp_path / side / "etc" / "pam.d" / "app").write_text("@include common-auth\n")
    assert main(["diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
    assert "app: the same" in capsys.readouterr().out
    root = ("--root", str(tmp_path / "new"))
    for command in (
        ("explain", "app", "--json"),
        ("simulate", "app", "--json", "--do", "authenticate"),
    ):
        assert main([*command, *root]) == 0, command
        document = json.loads(capsys.readouterr().out)
        rules = [finding["rule"] for finding in document["findings"]]
        assert (document["dialect"], rules) == ("debian", ["missing-other"])
    assert main(["verify", "app", *root, "--claim", "no-blank-password"]) == 0
    tests = tmp_path / "tests.toml"
    tests.write_text('[[case]]\nservice = "app"\nexpect = { authenticate = "granted" }\n')
    assert main(["test", str(tests), *root]) == 0
    capsys.readouterr()
    assert main(["report", "--html", "-", *root]) == 0
    assert "unknown-facility" not in capsys.readouterr().out
