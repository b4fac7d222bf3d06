"""`pamkit verify`: claims proved, or shown to be broken."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from pamkit.analysis.claim_names import EVERY
from pamkit.cli.main import main
from tests.conftest import CORPUS

OPEN = "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
SHUT = "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
SHUT += "auth required pam_permit.so\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name, text in (("app", OPEN), ("good", SHUT), ("other", "auth required pam_deny.so\n")):
        (tmp_path / name).write_text(text)
    return tmp_path


def _run(place: Path, *words: str) -> int:
    return main(["verify", "--confdir", str(place), "--dialect", "linux", *words])


def test_a_claim_that_is_broken_is_shown_with_the_run_that_breaks_it(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "app", "--claim", "wrong-password-never-grants") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "app"
    assert lines[1].startswith("  BROKEN  whoever gives a wrong password")
    assert lines[2].strip().startswith(f"{place}/app:1  pam_faillock.so answers success  (user: ")
    assert lines[3].strip() == f"{place}/app:2  pam_unix.so answers auth_err  (secret: wrong)"


def test_claims_that_hold_are_said_to(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(place, "good") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:9] for line in lines] == ["good", *["  holds  "] * 4]


def test_that_nobody_can_get_in_has_no_run_to_show(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "other", "--claim", "root-can-get-in") == 1
    assert capsys.readouterr().out.splitlines()[-1].strip() == "no run of the policy does"


def test_a_proof_names_the_modules_that_nobody_knows(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth required pam_nobodys.so\n")
    assert _run(place, "app", "--claim", "no-grant-without-proof") == 0
    assert "rests on `pam_nobodys`, of which nothing" in capsys.readouterr().out


def test_any_module_can_be_claimed_to_be_needed(place: Path) -> None:
    assert _run(place, "good", "--claim", "needs-pam_unix") == 0
    assert _run(place, "good", "--claim", "needs-pam_oath") == 1


def test_all_services_are_those_with_a_policy(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app.dpkg-old").write_text("nonsense\n")
    assert _run(place, "--all", "--json") == 1
    document = json.loads(capsys.readouterr().out)
    assert {each["service"] for each in document["results"]} == {"app", "good", "other"}


def test_the_document_has_the_run_step_by_step(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(place, "app", "--json", "--claim", "wrong-password-never-grants")
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (result["holds"], result["claim"]) == (False, "wrong-password-never-grants")
    assert [(step["line"], step["module"], step["answer"]) for step in result["run"]] == [
        (1, "pam_faillock.so", "success"),
        (2, "pam_unix.so", "auth_err"),
    ]


def test_the_claims_there_are_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "--claims"]) == 0
    assert "no-blank-password: nobody is let in with an empty password" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ((), "no service is named"),
        (("good", "--claim", "no-blank-pasword"), "did you mean `no-blank-password`?"),
        (("good", "--claim", "xyzzy"), "`pamkit verify --claims` lists them"),
        (("../good",), "is no service name"),
    ],
)
def test_what_cannot_be_judged_is_said(
    place: Path, words: tuple[str, ...], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, *words) == 2
    assert why in capsys.readouterr().err


def test_a_place_without_policies_has_no_services(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--all", "--root", str(tmp_path)]) == 2
    assert "no service is named" in capsys.readouterr().err


def test_a_policy_of_too_many_lines_is_said_to_be(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pamkit.analysis.explore.MOST", 1)
    assert _run(place, "app") == 2
    assert "too many lines to look at" in capsys.readouterr().err


def test_a_broken_claim_is_shown_with_the_command_that_walks_its_run_again(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run(place, "app", "--claim", "wrong-password-never-grants")
    again = capsys.readouterr().out.splitlines()[-1].strip()
    assert again == (
        f"again: pamkit simulate app --confdir {place} --dialect linux --do authenticate"
        " --set pam_faillock.authenticate=success,pam_unix.authenticate=auth_err"
    )


def test_a_run_of_several_calls_says_which_call_is_answered(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth required pam_debug.so cred=cred_err\n")
    assert _run(place, "app", "--claim", "setcred-follows") == 1
    shown = capsys.readouterr().out
    assert "pam_debug.so answers success to authenticate" in shown
    assert "pam_debug.so answers cred_err to setcred" in shown


def test_a_claim_that_is_beside_the_point_says_why(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run(place, "good", "--claim", "failures-are-counted") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith("  silent  whenever the password of a local user is wrong")
    assert lines[2].strip() == "no line of `auth` keeps count of failures"


def test_a_run_can_be_judged_as_libpam_walks_it(place: Path) -> None:
    text = "auth sufficient pam_debug.so cred=ignore\nauth required pam_deny.so\n"
    (place / "app").write_text(text)
    words = ("app", "--claim", "setcred-follows")
    assert _run(place, *words) == 0
    assert _run(place, *words, "--quirk", "answers-steer-replay") == 1


def test_what_nobody_asked_for_and_hangs_on_a_stranger_is_no_failure(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "auth required pam_faillock.so preauth\nauth required pam_nobodys.so\n"
    (place / "app").write_text(text)
    assert _run(place, "app") == 0
    assert "BROKEN" in capsys.readouterr().out
    assert _run(place, "app", "--claim", "no-grant-without-proof") == 1


def test_of_a_file_that_is_made_to_be_included_nothing_is_usually_claimed(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "system-auth").write_text(SHUT)
    assert _run(place, "system-auth") == 0
    assert "nothing is usually claimed of such a service" in capsys.readouterr().out
    _run(place, "--all")
    assert "system-auth" not in capsys.readouterr().out.splitlines()


def test_a_run_through_a_module_without_a_name_has_no_command(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth sufficient /opt/own.so\n")
    assert _run(place, "app", "--claim", "always-refuses", "--json") == 1
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert (len(result["run"]), result["replay"]) == (1, "")


def test_a_run_that_asks_nobody_has_no_command(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("auth include nowhere\n")
    assert _run(place, "app", "--claim", "setcred-on-its-own") == 1
    assert "again:" not in capsys.readouterr().out


@pytest.mark.needs("corpus")
@pytest.mark.parametrize(
    ("root", "service", "least"),
    [
        ("complianceascode-bases/rhel9", "sshd", 20),
        ("gentoo-server-a", "rlogin", 10),
        ("fix-pairs/00-baselayout-989764c/before", "system-auth", 10),
        ("arch-2012-desktop", "passwd", 1),
    ],
)
def test_every_command_that_is_shown_ends_as_the_run_does(
    root: str, service: str, least: int, capsys: pytest.CaptureFixture[str]
) -> None:
    claims = [word for name in sorted(EVERY) for word in ("--claim", name)]
    _run(CORPUS / root / "etc" / "pam.d", service, "--json", *claims)
    results = json.loads(capsys.readouterr().out)["results"]
    shown = [result for result in results if result["replay"]]
    odd = []
    for result in shown:
        main([*shlex.split(result["replay"])[1:], "--json"])
        document = json.loads(capsys.readouterr().out)
        walked = [
            (step["line"], step["module"], step["answer"], run["primitive"])
            for run in document["runs"]
            for step in run["steps"]
        ]
        said = [
            (step["line"], step["module"], step["answer"], step["call"]) for step in result["run"]
        ]
        if sorted(walked) != sorted(said) or document["calls"][-1]["code"] != result["ends"]:
            odd.append((result["claim"], result["replay"], walked, said))
    assert odd == []
    assert len(shown) >= least


def test_one_policy_that_cannot_be_used_does_not_hide_the_others(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text("@include nowhere\n")
    words = ("verify", "--confdir", str(place), "--dialect", "debian", "--all")
    assert main([*words]) == 2
    told = capsys.readouterr()
    assert "`app`:" in told.err
    assert "the file `nowhere` is not there" in told.err
    assert "good" in told.out.splitlines()
    main([*words, "--json"])
    assert [*json.loads(capsys.readouterr().out)["unusable"]] == ["app"]


@pytest.mark.parametrize(
    ("text", "claim", "words"),
    [
        (
            "auth required pam_unix.so\naccount required pam_permit.so\n"
            "session required pam_limits.so\n",
            "expired-never-logs-in",
            "--do authenticate,acct_mgmt,setcred,open_session --set",
        ),
        (
            "password optional pam_pwquality.so\npassword required pam_unix.so\n",
            "new-password-is-judged",
            "--quirk update-unchecked --do chauthtok"
            " --set pam_pwquality.chauthtok=success/maxtries,pam_unix.chauthtok=success",
        ),
        (
            "auth [success=1 default=ignore] pam_debug.so cred=cred_err\n"
            "auth requisite pam_deny.so\nauth required pam_permit.so\n",
            "same-in-every-dialect",
            "--dialect linux --do authenticate,setcred",
        ),
        (
            "session required pam_debug.so close_session=session_err\n",
            "close-follows-open",
            "--do open_session,close_session --set"
            " pam_debug.open_session=success,pam_debug.close_session=session_err",
        ),
        (
            "auth [success=die default=ignore] pam_localuser.so\nauth required pam_unix.so\n",
            "robust-against-pam_localuser",
            "--do authenticate --set pam_localuser.authenticate=",
        ),
    ],
)
def test_a_command_makes_the_calls_that_the_claim_is_about(
    place: Path, text: str, claim: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "app").write_text(text)
    command = ["verify", "--confdir", str(place), "app", "--claim", claim]
    assert main(command) == 1
    again = capsys.readouterr().out.splitlines()[-1].partition("again: ")[2]
    assert words in again
    assert main([*shlex.split(again)[1:], "--json"]) in (0, 1)
    document = json.loads(capsys.readouterr().out)
    main([*command, "--json"])
    (result,) = json.loads(capsys.readouterr().out)["results"]
    assert document["calls"][-1]["code"] == result["ends"]
