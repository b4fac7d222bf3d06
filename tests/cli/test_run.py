import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from .conftest import Command

PERMITS = "auth required pam_permit.so\naccount required pam_permit.so\n"

GOLDEN = """\
authenticate  service `login`  user `alice`
|-o login:1        pam_nologin.so  requisite
|     ignore: has no say
|-o common-auth:2  pam_unix.so     [success=1 default=ignore]
|     auth_err: ignored
|-* common-auth:4  pam_deny.so     requisite
|     auth_err: refused, and the chain ends here
|-. common-auth:6  pam_permit.so   required                    not asked
`- x refused: auth_err, decided at common-auth:4 by pam_deny.so
     authentication failure
  help: check the user name and the password
`alice` does not pass `login`
"""

pytestmark = pytest.mark.needs("libcrypt")


def test_the_right_password_is_status_0(command: Command, root: str) -> None:
    ran = command("run", "login", "--user=alice", "--root", root, typed="correct horse\n")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "`alice` passes `login`")


def test_a_wrong_password_is_status_1_and_the_trace_says_who_decided(
    command: Command, root: str
) -> None:
    ran = command("run", "login", "--user=alice", "--root", root, "--plain", typed="wrong\n")
    assert (ran.status, ran.out, ran.err) == (1, GOLDEN, "Password: \n")


def test_the_policy_asks_for_a_user_who_was_not_named(command: Command, root: str) -> None:
    ran = command("run", "login", "--root", root, typed="alice\ncorrect horse\n")
    assert (ran.status, ran.out.splitlines()[-1]) == (0, "`alice` passes `login`")


def test_input_that_ends_too_soon_is_no_password(command: Command, root: str) -> None:
    ran = command("run", "login", "--user=alice", "--root", root)
    assert ran.status == 1
    assert "the input ended before there was an answer to `Password:`" in ran.out


@pytest.mark.parametrize("form", ["--json", "--plain", "--keep-going"])
@pytest.mark.parametrize("typed", ["correct horse", "hunter2-and-more"])
def test_what_is_typed_is_shown_nowhere(form: str, typed: str, command: Command, root: str) -> None:
    ran = command("run", "login", "--user=alice", "--root", root, form, typed=f"{typed}\n")
    assert typed not in ran.out + ran.err


def test_a_login_opens_and_closes_a_session_in_order(command: Command, root: str) -> None:
    ran = command(
        "run", "login", "--user=bob", "--root", root, "--do=login", "--json",
        typed="battery staple\n",
    )  # fmt: skip
    form = json.loads(ran.out)
    assert [(call["call"], call["flags"]) for call in form["calls"]] == [
        ("authenticate", []),
        ("acct_mgmt", []),
        ("setcred", ["establish_cred"]),
        ("open_session", []),
        ("close_session", []),
        ("setcred", ["delete_cred"]),
    ]
    assert (ran.status, form["success"], form["environment"]) == (0, True, ["EDITOR", "LANG"])
    assert "C.UTF-8" not in ran.out, "the value of a variable may be a ticket"


def test_a_login_changes_a_password_that_must_be_changed(command: Command, root: str) -> None:
    new = "9 green kettles"
    typed = f"old hat\nold hat\n{new}\n{new}\n"
    ran = command("run", "login", "--user=dave", "--root", root, "--do=login", typed=typed)
    assert "chauthtok, update pass  change_expired  service `login`  user `dave`" in ran.out
    again = command("run", "login", "--user=dave", "--root", root, typed=f"{new}\n")
    assert (ran.status, again.status) == (0, 0)


def test_a_password_that_must_be_changed_is_no_success_of_a_check(
    command: Command, root: str
) -> None:
    ran = command("run", "login", "--user=dave", "--root", root, typed="old hat\n")
    assert ran.status == 1
    assert "not yet: new_authtok_reqd" in ran.out


def test_after_a_refusal_nothing_more_is_asked(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir(PERMITS.replace("pam_permit", "pam_deny", 1))
    ran = command("run", "test", "--user=alice", "--confdir", where)
    assert (ran.status, "acct_mgmt" in ran.out) == (1, False)


def test_with_keep_going_all_is_asked_and_the_status_is_still_1(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir(PERMITS.replace("pam_permit", "pam_deny", 1))
    ran = command("run", "test", "--user=alice", "--confdir", where, "--keep-going")
    assert (ran.status, "acct_mgmt" in ran.out) == (1, True)


def test_what_was_opened_is_closed_after_a_refusal_in_between(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir("session required pam_permit.so\naccount required pam_deny.so\n")
    ran = command(
        "run", "test", "--user=alice", "--confdir", where, "--json",
        "--do=open_session,acct_mgmt,open_session,close_session,setcred:delete",
    )  # fmt: skip
    form = json.loads(ran.out)
    assert [c["call"] for c in form["calls"]] == ["open_session", "acct_mgmt", "close_session"]
    assert (ran.status, form["success"]) == (1, False)


def test_flags_go_to_the_calls_that_may_have_them(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir(PERMITS + "session required pam_permit.so\n")
    ran = command(
        "run", "test", "--user=alice", "--confdir", where, "--json",
        "--do=authenticate,open_session", "--flags=silent,disallow_null_authtok",
    )  # fmt: skip
    flags = [call["flags"] for call in json.loads(ran.out)["calls"]]
    assert flags == [["disallow_null_authtok", "silent"], ["silent"]]


def test_a_call_with_flags_it_may_not_have_is_refused_in_words(
    command: Command, confdir: Callable[[str], str]
) -> None:
    ran = command("run", "test", "--confdir", confdir(PERMITS), "--do=authenticate:establish")
    assert ran.status == 1
    assert "authenticate was refused before any module was asked: system_err" in ran.out


def test_items_reach_the_modules(command: Command, confdir: Callable[[str], str]) -> None:
    where = confdir("auth required pam_echo.so %H %t %U %s\n")
    ran = command(
        "run", "test", "--user=alice", "--confdir", where, "--do=authenticate",
        "--rhost=far.example", "--item=tty=tty7", "--ruser=carol",
    )  # fmt: skip
    assert "far.example tty7 carol test" in ran.out


@pytest.mark.parametrize(
    ("dialect", "item", "is_known"),
    [
        ("linux", "auser", False),
        ("solaris", "auser", True),
        ("solaris", "PAM_AUSER", True),
        ("solaris", "xdisplay", False),
        ("openpam", "auser", False),
    ],
)
def test_items_that_can_be_set_are_those_of_the_dialect(
    command: Command, root: str, dialect: str, item: str, *, is_known: bool
) -> None:
    ran = command("run", "test", "--root", root, "--dialect", dialect, f"--item={item}=x")
    assert ("can be set here" in ran.err) is not is_known


def test_the_document_is_all_there_is_on_standard_output(command: Command, root: str) -> None:
    ran = command("run", "vault", "--user=alice", "--root", root, "--json")
    assert "schema" in json.loads(ran.out)
    assert ran.err == "Only members of wheel may open the vault.\n"


def test_the_document_has_the_keys_it_promises(command: Command, root: str) -> None:
    ran = command("run", "shop", "--user=alice", "--root", root, "--json", typed="x\n")
    form = json.loads(ran.out)
    run = form["runs"][0]
    promised = {
        "document": "schema pamkit service user dialect quirks files findings calls runs"
        " environment success code note error",
        "finding": "rule severity file line column message help",
        "call": "call flags asked code number message",
        "run": "primitive pass service flags replayed steps verdict code number deciding grantors"
        " why",
        "step": "link file line column module args control depth answer judged action before after"
        " note why",
    }
    found = {
        "document": form,
        "finding": form["findings"][0],
        "call": form["calls"][0],
        "run": run,
        "step": run["steps"][0],
    }
    assert {name: sorted(keys.split()) for name, keys in promised.items()} == {
        name: sorted(keys) for name, keys in found.items()
    }
    step = run["steps"][run["deciding"]]
    assert (
        step["file"], step["line"], step["module"], step["args"],
    ) == ("/etc/pam.d/shop", 1, "pam_unix.so", ["nodelay"])  # fmt: skip


def test_arguments_that_look_like_secrets_keep_their_names_only(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir(
        "auth required pam_permit.so bindpw=hunter2 [passwd=hunter2 hunter2] debug\n"
        "auth secret=hunter2 pam_permit.so\n"
        "account required pam_permit.so url=ldap://admin:hunter2@example\n"
    )
    shown = [command("run", "test", "--confdir", where, form, "--keep-going", "--user=alice")
             for form in ("--json", "--plain")]  # fmt: skip
    assert "hunter2" not in "".join(ran.out + ran.err for ran in shown)
    step = json.loads(shown[0].out)["runs"][0]["steps"][0]
    assert step["args"] == ["bindpw=<hidden>", "passwd=<hidden>", "debug"]


def test_a_line_with_a_mistake_is_pointed_out_before_the_trace(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir("auth requird pam_permit.so\n")
    ran = command("run", "test", "--confdir", where, "--user=alice", "--plain")
    assert ran.status == 1
    assert [
        f"{where}/test:1:6: error: control `requird` is unknown [unknown-control]",
        "  help: did you mean `required`?",
        "",
        "authenticate  service `test`  user `alice`",
    ] == ran.out.splitlines()[:4]


def test_a_jump_that_leads_nowhere_is_pointed_out(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir("auth [success=2 default=bad] pam_permit.so\nauth required pam_permit.so\n")
    ran = command("run", "test", "--confdir", where, "--user=alice", "--plain")
    assert ran.status == 1
    assert "a jump over 2 links where 1 follow [jump-past-end]" in ran.out
    assert "jumps over 2 lines, past the end: refused" in ran.out


@pytest.mark.parametrize("form", ["--json", "--plain"])
@pytest.mark.parametrize("policy", ["auth required \\\n", "auth required pam_permit.so\\"])
def test_a_policy_that_cannot_be_used_is_status_2(
    policy: str, form: str, command: Command, confdir: Callable[[str], str]
) -> None:
    ran = command("run", "test", "--confdir", confdir(policy), form)
    assert ran.status == 2
    assert "Traceback" not in ran.out + ran.err
    if form == "--json":
        found = json.loads(ran.out)
        assert (found["success"], found["code"]) == (False, "abort")
        assert found["error"]
    else:
        assert ran.err.startswith("pamkit: ")


def test_a_module_that_does_not_exist_is_explained(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir("auth required pam_nowhere.so\n")
    ran = command("run", "test", "--confdir", where, "--user=alice", "--plain")
    assert (ran.status, "module_unknown: " in ran.out) == (1, True)
    assert "pam_nowhere.so" in ran.out


def test_a_service_without_lines_of_its_own_says_whose_are_used(
    command: Command, confdir: Callable[[str], str]
) -> None:
    ran = command("run", "nosuch", "--confdir", confdir(""), "--user=alice", "--plain")
    assert ran.out.startswith(
        "authenticate  service `nosuch`  user `alice`  with the lines of `other`"
    )


def test_names_cannot_give_the_terminal_orders(
    command: Command, confdir: Callable[[str], str]
) -> None:
    where = confdir(PERMITS)
    ran = command("run", "test", "--confdir", where, "--user=\x1b]0;x\x07", "--keep-going")
    assert ran.out.splitlines()[-1] == "`\\x1b]0;x\\x07` passes `test`"
    assert "\x1b" not in ran.out


@pytest.mark.parametrize(("status", "module"), [(0, "pam_permit"), (1, "pam_deny")])
def test_the_status_of_the_process_is_that_of_the_transaction(
    status: int, module: str, confdir: Callable[[str], str]
) -> None:
    where = confdir(PERMITS.replace("pam_permit", module))
    argv = [sys.executable, "-m", "pamkit", "run", "test", "--confdir", where, "--user=alice"]
    assert status == subprocess.run(argv, capture_output=True, check=False).returncode


def test_a_reader_who_has_gone_does_not_change_what_happens(
    confdir: Callable[[str], str],
) -> None:
    where = confdir("auth required pam_permit.so\n")
    line = f"{sys.executable} -m pamkit run test --confdir {where} --user=alice --do=authenticate"
    done = subprocess.run(
        ["bash", "-c", f"{line} | true; echo ${{PIPESTATUS[0]}}"], capture_output=True, check=False
    )
    assert (done.stdout, done.stderr) == (b"0\n", b"")
