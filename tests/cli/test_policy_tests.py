"""`pamkit test`: situations in TOML, and what is wrong with them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pamkit.analysis import explore
from tests.cli.conftest import Command

POLICY = """auth [success=1 default=ignore] pam_unix.so
auth requisite pam_deny.so
auth required pam_permit.so
account required pam_nologin.so
account required pam_unix.so
password required pam_unix.so
session required pam_limits.so
"""

GOOD = """
confdir = "."
dialect = "linux"

[[case]]
name = "a wrong password is refused"
service = "test"
user = "alice"
set = { pam_unix = "auth_err" }
expect = { authenticate = "auth_err", acct_mgmt = "not_called", login = "refused" }

[[case]]
name = "an account that has expired"
service = "test"
set = { pam_unix.acct_mgmt = "acct_expired" }
expect = { authenticate = "success", acct_mgmt = "acct_expired" }

[[user]]
name = "alice"

[[user]]
name = "root"

[[user]]
name = "carol"
given = { expired = "yes" }

[[situation]]
name = "an ordinary day"

[[situation]]
name = "a wrong password"
given = { secret = "wrong" }

[[situation]]
name = "a closed machine"
given = { nologin = "yes" }

[[expect]]
service = "test"
user = ["alice", "root"]
situation = "an ordinary day"
verdict = "granted"

[[expect]]
service = "test"
user = ["alice", "root", "carol"]
situation = "a wrong password"
verdict = "auth_err"

[[expect]]
service = "test"
user = "carol"
verdict = { acct_mgmt = "refused" }

[[expect]]
service = "test"
user = "alice"
situation = "a closed machine"
verdict = { login = "auth_err", authenticate = "granted", open_session = "not_called" }

[[expect]]
service = "test"
user = "root"
situation = "a closed machine"
verdict = "granted"

[[claim]]
service = ["test"]
claims = ["no-grant-without-proof", "needs-pam_unix"]

[[claim]]
service = "other"
claims = ["root-can-get-in"]
holds = false
"""


@pytest.fixture
def place(confdir: Callable[[str], str]) -> Path:
    return Path(confdir(POLICY))


def _write(place: Path, text: str) -> str:
    path = place / "login.toml"
    path.write_text(text)
    return str(path)


def test_what_is_expected_passes(command: Command, place: Path) -> None:
    ran = command("test", _write(place, GOOD), "--plain")
    assert (ran.status, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[-1] == "13 as expected, 0 not"
    assert "  + a wrong password is refused" in ran.out
    assert "  + test, carol, a wrong password" in ran.out
    assert any(line.split() == ["+", "other:", "root-can-get-in", "broken"] for line in lines)


def test_what_is_not_as_expected_says_why(command: Command, place: Path) -> None:
    text = 'confdir = "."\n[[case]]\nservice = "test"\nexpect = "granted"\n'
    text += 'given = { secret = "wrong" }\n'
    ran = command("test", _write(place, text), "--plain")
    assert ran.status == 1
    lines = [line.strip() for line in ran.out.splitlines()]
    assert lines[1].split() == ["x", "test:", "case[1]", "auth_err"]
    assert " ".join(lines[2:]).startswith(
        "login: expected granted, found auth_err why authenticate was refused: decided at test:1"
        " (pam_unix.so), which answered auth_err after that every run is refused"
    )
    assert lines[-1] == "0 as expected, 1 not"


def test_a_login_that_was_to_be_refused_says_why_it_was_not(command: Command, place: Path) -> None:
    text = 'confdir = "."\n[[case]]\nservice = "test"\nexpect = { authenticate = "refused" }\n'
    ran = command("test", _write(place, text), "--plain")
    assert "why authenticate was granted:" in ran.out


def test_a_claim_that_is_not_as_expected_shows_the_run(command: Command, place: Path) -> None:
    text = 'confdir = "."\n[[claim]]\nservice = "test"\nclaims = ["needs-pam_oath"]\n'
    ran = command("test", _write(place, text), "--plain")
    assert ran.status == 1
    assert "claim: expected holds, found broken" in ran.out
    # A long path is broken over lines.
    assert f"{place}/test:1pam_unix.sosuccess" in "".join(ran.out.split())


def test_a_situation_counts_more_than_a_user(command: Command, place: Path) -> None:
    text = (
        'confdir = "."\n[[user]]\nname = "alice"\ngiven = { secret = "wrong" }\n'
        'set = { pam_limits = "session_err" }\n'
        '[[situation]]\nname = "a good day"\ngiven = { secret = "right" }\n'
        'set = { pam_limits = "success" }\n'
        '[[expect]]\nservice = "test"\nuser = "alice"\nverdict = "auth_err"\n'
        '[[expect]]\nservice = "test"\nuser = "alice"\nsituation = "a good day"\n'
        'verdict = "granted"\n'
    )
    ran = command("test", _write(place, text), "--plain")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "2 as expected, 0 not")


def test_a_module_can_answer_otherwise_the_second_time(command: Command, place: Path) -> None:
    (place / "test").write_text("auth optional pam_unix.so\nauth required pam_unix.so\n")
    text = 'confdir = "."\n[[case]]\nservice = "test"\nset = { pam_unix = "auth_err/success" }\n'
    text += 'expect = { authenticate = "granted" }\n'
    assert command("test", _write(place, text), "--plain").status == 0


def test_a_call_that_was_not_made_was_not_refused(command: Command, place: Path) -> None:
    text = 'confdir = "."\n[[case]]\nservice = "test"\ngiven = { secret = "wrong" }\n'
    text += 'expect = { acct_mgmt = "refused" }\n'
    ran = command("test", _write(place, text), "--plain")
    assert ran.status == 1
    assert "acct_mgmt: expected refused, found not_called" in ran.out


def test_a_password_that_is_renewed_is_no_refusal(command: Command, place: Path) -> None:
    text = (
        'confdir = "."\n[[case]]\nservice = "test"\ngiven = { due = "yes" }\n'
        'expect = { acct_mgmt = "new_authtok_reqd", chauthtok = "granted", login = "granted" }\n'
        '[[case]]\nservice = "test"\ngiven = { due = "yes" }\n'
        'set = { pam_unix.chauthtok = "authtok_err" }\nexpect = "authtok_err"\n'
    )
    ran = command("test", _write(place, text), "--plain")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "2 as expected, 0 not")


def test_the_root_is_beside_the_file_or_on_the_command_line(
    command: Command, place: Path, tmp_path: Path
) -> None:
    etc = tmp_path / "host" / "etc"
    etc.mkdir(parents=True)
    shutil.copytree(place, etc / "pam.d")
    text = 'root = "host"\n[[case]]\nservice = "test"\nexpect = "granted"\n'
    (tmp_path / "a.toml").write_text(text)
    (tmp_path / "b.toml").write_text(text.replace('root = "host"\n', ""))
    there = str(tmp_path / "a.toml")
    assert command("test", there, "--plain").status == 0
    below = ("--root", str(tmp_path / "host"))
    assert command("test", there, str(tmp_path / "b.toml"), "--plain", *below).status == 0


def test_the_document_and_the_report_say_the_same(command: Command, place: Path) -> None:
    text = GOOD.replace('verdict = "auth_err"', 'verdict = "granted"')
    path = _write(place, text)
    document = json.loads(command("test", path, "--json").out)
    assert (document["passed"], document["failed"]) == (10, 3)
    bad = [each for each in document["results"] if not each["passed"]]
    assert bad[0]["expected"] == {"login": "granted"}
    assert (bad[0]["found"], bad[0]["at"]) == ({"login": "auth_err"}, "expect[2]")
    ran = command("test", path, "--junit")
    assert ran.status == 1
    root = ElementTree.fromstring(ran.out)  # noqa: S314  # our own
    assert (root.get("tests"), root.get("failures")) == ("13", "3")
    messages = [each.get("message") for each in root.iter("failure")]
    assert messages == ["login: expected granted, found auth_err"] * 3


OURS = "a fault of pamkit's own"

_CASE = '[[case]]\nservice = "test"\n'
_OK = 'expect = "granted"\n'


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "there is nothing to test\nhelp: expected [[case]], [[expect]] or [[claim]]"),
        ("[[case]\n", "login.toml:1:"),
        ('rot = "."\n', "rot: there is no key `rot`\nhelp: did you mean `root`?"),
        ("root = 1\n" + _CASE + _OK, "root: expected a text in quotes"),
        ('root = "no-such"\n' + _CASE + _OK, "no-such` is no directory"),
        ('dialect = "debain"\n' + _CASE + _OK, "help: did you mean `debian`?"),
        ("case = 1\n", "case: expected tables: [[case]]"),
        ("[[case]]\n" + _OK, "case[1]: expected `service`"),
        (_CASE, "case[1].expect: expected what is to come of it"),
        (_CASE + "expect = 1\n", "case[1].expect: expected a word or a table"),
        (_CASE + "expect = {}\n", "case[1].expect: expected a word or a table"),
        (_CASE + 'expect = "grantd"\n', "`grantd` is no verdict\nhelp: did you mean `granted`?"),
        (_CASE + 'expect = "not_called"\n', "case[1].expect: `not_called` is no verdict"),
        (_CASE + 'expect = { acct_mgnt = "granted" }\n', "help: did you mean `acct_mgmt`?"),
        (_CASE + "expect = { login = 1 }\n", "case[1].expect.login: expected a word"),
        (_CASE + _OK + "set = 1\n", "case[1].set: expected a table"),
        (_CASE + _OK + "set = { pam_unix = 1 }\n", "set.pam_unix: expected a code in quotes"),
        (
            _CASE + _OK + 'set = { pam_unix = "auth_er" }\n',
            "case[1].set.pam_unix: `auth_er` is no code\nhelp: did you mean `auth_err`?",
        ),
        (_CASE + _OK + 'set = { unix = "auth_err" }\n', "case[1].set.unix: expected `pam_x=CODE`"),
        (
            _CASE + _OK + 'set = { pam_unix.dance = "auth_err" }\n',
            "case[1].set.pam_unix.dance: `dance` is no call",
        ),
        (_CASE + _OK + 'set = { pam_ldap = "success" }\n', "does not name `pam_ldap`"),
        (_CASE + _OK + 'given = { moon = "full" }\n', "there is no circumstance `moon`"),
        (_CASE + _OK + 'given = { secret = "wron" }\n', "help: did you mean `wrong`?"),
        (_CASE.replace("test", "../test") + _OK, "case[1]: `../test` is no service name"),
        ('[[user]]\nname = "a"\n[[user]]\nname = "a"\n', "user[2].name: `a` is there already"),
        ("[[user]]\n", "user[1]: expected `name`"),
        ('[[user]]\nname = "a"\nkind = "rot"\n', "help: did you mean `root`?"),
        ('[[user]]\nname = "a"\nkind = 1\n', "user[1].kind: expected a text in quotes"),
        (
            '[[user]]\nname = "alice"\n' + _CASE + 'user = "alcie"\n' + _OK,
            "case[1].user: there is no user `alcie`\nhelp: did you mean `alice`?",
        ),
        ('[[expect]]\nservice = "test"\n', "expect[1].verdict: expected what is to come of it"),
        ('[[expect]]\nverdict = "granted"\n', "expect[1]: expected `service`"),
        (
            '[[expect]]\nservice = [1]\nverdict = "granted"\n',
            "expect[1].service: expected a text in quotes, or a list of such",
        ),
        (
            '[[expect]]\nservice = "test"\nsituation = "x"\nverdict = "granted"\n',
            "expect[1].situation: there is no situation `x`\nhelp: expected a [[situation]]",
        ),
        ('[[claim]]\nservice = "test"\n', "claim[1]: expected `claims`"),
        (
            '[[claim]]\nservice = "test"\nclaims = ["no-blank-pasword"]\n',
            "claim[1].claims[1]: there is no claim `no-blank-pasword`\nhelp: did you mean",
        ),
        ('[[claim]]\nservice = "test"\nclaims = ["xyzzy"]\n', "help: expected needs-pam_x"),
        (
            '[[claim]]\nservice = "test"\nclaims = ["no-blank-password"]\nholds = 1\n',
            "true or false",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(
    command: Command, place: Path, text: str, why: str
) -> None:
    first = "" if "root" in text.partition("[[")[0] else 'confdir = "."\n'
    ran = command(
        "test", _write(place, first * bool(text.strip("[")) * (text[:7] != "[[case]") + text)
    )
    assert ran.status == 2
    assert why in ran.err
    assert OURS not in ran.err


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "login.toml:1: the text is no UTF-8"),
        (b"a = 1\n\xff", "login.toml:2: the text is no UTF-8"),
        (b"a = " + b"[" * 100_000, "login.toml"),
        (b"a", "login.toml:1:"),
    ],
)
def test_a_file_that_is_no_toml_is_said_to_be(
    command: Command, place: Path, data: bytes, why: str
) -> None:
    (place / "login.toml").write_bytes(data)
    ran = command("test", str(place / "login.toml"))
    assert ran.status == 2
    assert why in ran.err
    assert OURS not in ran.err


def test_a_file_that_is_not_there_is_said_to_be(command: Command) -> None:
    ran = command("test", "/nowhere-at-all.toml")
    assert (ran.status, "no such file" in ran.err) == (2, True)


def test_a_policy_of_too_many_lines_is_said_to_be(
    command: Command, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    text = 'confdir = "."\n[[claim]]\nservice = "test"\nclaims = ["no-grant-without-proof"]\n'
    ran = command("test", _write(place, text))
    assert ran.status == 2
    assert "claim[1]: the policy has too many lines to look at" in ran.err


def test_no_file_is_a_fault_of_ours(command: Command, place: Path) -> None:
    draw = random.Random(3)
    lines = GOOD.splitlines()
    odd = []
    for _ in range(40):
        changed = list(lines)
        for _ in range(draw.randrange(1, 4)):
            at = draw.randrange(len(changed))
            line = changed[at]
            cut = draw.randrange(len(line) + 1)
            what = draw.choice(['"', "=", "[", "]", "1", "\u202e", "", "true", "{}", "[[", "pam_x"])
            changed[at] = line[:cut] + what + line[cut + draw.randrange(3) :]
        ran = command("test", _write(place, "\n".join(changed)), "--plain")
        if ran.status not in (0, 1, 2) or OURS in ran.err or "\u202e" in ran.err + ran.out:
            odd.append(ran.err)
    assert odd == []


def test_a_number_without_end_is_said_to_be(command: Command, place: Path) -> None:
    file = place / "long.toml"
    file.write_text(f"dialect = {'9' * 10_000}\n")
    ran = command("test", str(file))
    assert (ran.status, ran.err) == (2, f"pamkit: `{file}` has a number of too many digits\n")
