from __future__ import annotations

import pytest

from pamkit.module.program import Finished
from pamkit.module.world import Shadow
from pamkit.testing.accounts import account
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.files import MemoryFiles
from pamkit.testing.hashing import plain_hash
from pamkit.testing.outside import StandInOutside
from pamkit.testing.script import Line, Script, error, hidden, info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.modules.unix_world import TODAY, log_of, shadow, trial, world_of

ENDED = error("Your account has expired; please contact your system administrator.")
ENFORCED = error("You are required to change your password immediately (administrator enforced).")
AGED = error("You are required to change your password immediately (password expired).")
ACCOUNT = "pam_unix(sshd:account): "


def judged(entry: Shadow, *lines: Line, options: tuple[str, ...] = ()) -> tuple[int, list[str]]:
    world = world_of(entry)
    with Script(*lines) as script:
        code = trial(world, *options, conversation=script).acct_mgmt()
    return code, [line.removeprefix(ACCOUNT) for line in log_of(world)]


def test_each_age_has_its_answer_its_message_and_its_log_line() -> None:
    found = {
        "fresh": judged(shadow("alice", max_days=99999, warn_days=7)),
        "ended": judged(shadow("alice", expires=TODAY), ENDED),
        "enforced": judged(shadow("alice", last_change=0), ENFORCED),
        "aged": judged(shadow("alice", max_days=10), AGED),
        "dead": judged(shadow("alice", max_days=5, inactive_days=5), ENDED),
        "soon": judged(
            shadow("alice", max_days=12, warn_days=7),
            info("Warning: your password will expire in 2 days."),
        ),
        "tomorrow": judged(
            shadow("alice", max_days=11, warn_days=7, min_days=20),
            info("Warning: your password will expire in 1 day."),
        ),
        "young": judged(shadow("alice", min_days=20)),
        "future": judged(shadow("alice", last_change=TODAY + 1, max_days=0)),
        "never": judged(shadow("alice", last_change=-1, max_days=0)),
    }
    assert found == {
        "fresh": (0, []),
        "ended": (13, ["account alice has expired (account expired)"]),
        "enforced": (12, ["expired password for user alice (root enforced)"]),
        "aged": (12, ["expired password for user alice (password aged)"]),
        "dead": (27, ["account alice has expired (failed to change password)"]),
        "soon": (0, ["password for user alice will expire in 2 days"]),
        "tomorrow": (0, ["password for user alice will expire in 1 days"]),
        "young": (0, []),
        "future": (0, ["account alice has password changed in future"]),
        "never": (0, []),
    }


def test_a_silent_application_is_told_nothing() -> None:
    tried = trial(world_of(shadow("alice", last_change=0)), conversation=Script())
    assert tried.acct_mgmt(Flag.SILENT) is ReturnCode.NEW_AUTHTOK_REQD


def test_a_password_outside_the_shadow_file_has_no_age() -> None:
    world = world_of(users=(account("bob", password=plain_hash("pw").expose().decode()),))
    assert trial(world, user="bob").acct_mgmt() is ReturnCode.SUCCESS


def test_nobody_and_unknown_users_are_refused() -> None:
    world = world_of(shadow("alice"), uid=1000)
    codes = [trial(world, user=None).acct_mgmt(), trial(world, user="bob").acct_mgmt()]
    assert codes == [ReturnCode.USER_UNKNOWN, ReturnCode.USER_UNKNOWN]
    assert log_of(world) == [
        ACCOUNT + "could not identify user (from uid=1000)",
        ACCOUNT + "could not identify user (from getpwnam(bob))",
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [((), ReturnCode.AUTHINFO_UNAVAIL), (("broken_shadow",), ReturnCode.SUCCESS)],
)
def test_an_account_without_shadow_entry_needs_broken_shadow(
    options: tuple[str, ...], expected: ReturnCode
) -> None:
    world = world_of(users=(account("bob"),))
    assert trial(world, *options, user="bob").acct_mgmt() is expected


def test_broken_shadow_accepts_no_user_who_cannot_be_looked_up() -> None:
    world = world_of(shadow("alice"))
    world.accounts.failing = True  # type: ignore[attr-defined]  # MemoryAccounts, known here
    assert trial(world, "broken_shadow").acct_mgmt() is ReturnCode.AUTHINFO_UNAVAIL


@pytest.mark.parametrize(("answer", "expected"), [("secret", 12), ("wrong", 0), (None, 0)])
def test_no_pass_expiry_is_for_those_who_came_in_otherwise(
    answer: str | None, expected: int
) -> None:
    lines = [] if answer is None else [hidden("Password: ", answer)]
    world = world_of(shadow("alice", max_days=1))
    with Script(*lines, *([AGED] if expected else [])) as script:
        tried = trial(world, "no_pass_expiry", conversation=script)
        if answer is not None:
            tried.authenticate()
        assert tried.acct_mgmt() == expected


def test_no_pass_expiry_says_nothing_of_accounts() -> None:
    code, _ = judged(shadow("alice", expires=1), ENDED, options=("no_pass_expiry",))
    assert code is ReturnCode.ACCT_EXPIRED


@pytest.mark.parametrize(
    ("result", "options", "lines", "expected"),
    [
        (Finished(0, b"-1\n"), (), (), 0),
        (Finished(12, b"0\n"), (), (ENFORCED,), 12),
        (Finished(12, b"-1\n"), (), (AGED,), 12),
        (Finished(13, b"-1\n"), (), (ENDED,), 13),
        (Finished(0, b"3\n"), (), (info("Warning: your password will expire in 3 days."),), 0),
        (Finished(0, b""), (), (), 7),
        (Finished(0, b"soon"), (), (), 7),
        (Finished(-11, b"-1\n"), ("broken_shadow",), (), 7),
        (Finished(25, b"-1\n"), (), (), 7),
        (Finished(9, b"-1\n"), (), (), 9),
        (Finished(9, b"-1\n"), ("broken_shadow",), (), 0),
        (FileNotFoundError(), (), (), 9),
        (ChildProcessError(), ("broken_shadow",), (), 7),
        (FileNotFoundError(), ("broken_shadow",), (), 0),
    ],
)
def test_without_rights_the_helper_is_asked_for_the_age(
    result: Finished | OSError, options: tuple[str, ...], lines: tuple[Line, ...], expected: int
) -> None:
    world = world_of(shadow("alice"), uid=1000)
    assert isinstance(world.credentials, MemoryCredentials)
    assert isinstance(world.files, MemoryFiles)
    world.credentials.readable = False
    world.files.programs.add("/sbin/unix_chkpwd")
    outside = StandInOutside()
    outside.results = [result]
    with Script(*lines) as script:
        tried = trial(world, *options, conversation=script, outside=outside)
        assert tried.acct_mgmt() == expected
    assert [run.argv for run in outside.ran] == [("/sbin/unix_chkpwd", "alice", "chkexpiry")]


def test_sessions_are_logged_unless_quiet() -> None:
    world = world_of(shadow("alice"), uid=0)
    for options in ((), ("quiet",)):
        tried = trial(world, *options)
        assert tried.open_session() is ReturnCode.SUCCESS
        assert tried.close_session() is ReturnCode.SUCCESS
    assert trial(world, user="ghost").open_session() is ReturnCode.SUCCESS
    assert log_of(world) == [
        "pam_unix(sshd:session): session opened for user alice(uid=1000) by lars(uid=0)",
        "pam_unix(sshd:session): session closed for user alice",
        "pam_unix(sshd:session): session opened for user ghost(uid=getpwnam error) by lars(uid=0)",
    ]


def test_a_session_of_nobody_is_refused() -> None:
    world = world_of(shadow("alice"))
    assert trial(world, user=None).open_session() is ReturnCode.SESSION_ERR
    assert trial(world, user="").open_session() is ReturnCode.SESSION_ERR
    tried = trial(world)
    tried.open_session()
    tried.handle.set(Item.USER, None, from_module=True)
    assert tried.close_session() is ReturnCode.SESSION_ERR
    assert log_of(world)[-1] == (
        "pam_unix(sshd:session): close_session - error recovering username"
    )
