"""`pamtester`: every function of the library by its own, through the stacks of other programs."""

from __future__ import annotations

from pathlib import Path

from tests.native.programs.accounts import NEW_PASSWORD, PASSWORD, WRONG, shadow_field
from tests.native.programs.checks import IN, OUT, Answer, Checks
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine

CHECKS = Checks()

_GOOD = (("Password: ", PASSWORD),)
_BAD = (("Password: ", WRONG),)


@CHECKS.expects(IN, asks_secret=True)
def a_right_password_is_taken(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate", replies=_GOOD)


@CHECKS.expects(OUT, asks_secret=True)
def a_wrong_password_is_refused(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate", replies=_BAD)


@CHECKS.expects(IN)
def a_user_checks_the_own_password(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate", replies=_GOOD, user="alice")


@CHECKS.expects(OUT)
def a_user_checks_the_own_password_and_is_wrong(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate", replies=_BAD, user="alice")


@CHECKS.expects(OUT)
def a_user_cannot_check_the_password_of_another(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate", replies=_GOOD, user="bob")


@CHECKS.expects(OUT)
def an_empty_password_is_refused_where_none_may_be_empty(machine: Machine) -> Answer:
    operation = "authenticate(PAM_DISALLOW_NULL_AUTHTOK)"
    return _pamtester("sshd", "empty", operation, replies=(("Password: ", ""),))


@CHECKS.expects(IN)
def silence_is_kept_on_demand(machine: Machine) -> Answer:
    return _pamtester("sshd", "alice", "authenticate(PAM_SILENT)", replies=_GOOD)


@CHECKS.expects(IN)
def a_whole_transaction_succeeds(machine: Machine) -> Answer:
    operations = ("authenticate", "acct_mgmt", "setcred(PAM_ESTABLISH_CRED)", "open_session")
    ending = ("setcred(PAM_REFRESH_CRED)", "close_session")
    return _pamtester("login", "alice", *operations, *ending, replies=_GOOD)


@CHECKS.expects(IN)
def credentials_are_reinitialized(machine: Machine) -> Answer:
    return _pamtester("sudo", "alice", "setcred(PAM_REINITIALIZE_CRED)")


@CHECKS.expects(IN)
def a_good_account_is_good(machine: Machine) -> Answer:
    return _pamtester("login", "alice", "acct_mgmt")


@CHECKS.expects(OUT)
def an_expired_account_is_not(machine: Machine) -> Answer:
    return _pamtester("login", "gone", "acct_mgmt")


@CHECKS.expects(OUT)
def an_expired_password_is_to_be_changed(machine: Machine) -> Answer:
    return _pamtester("login", "stale", "acct_mgmt")


@CHECKS.expects(OUT)
def a_password_too_old_is_refused(machine: Machine) -> Answer:
    return _pamtester("login", "late", "acct_mgmt")


@CHECKS.expects(IN)
def a_password_about_to_expire_is_announced(machine: Machine) -> Answer:
    return _pamtester("login", "soon", "acct_mgmt")


@CHECKS.expects("in, changed")
def a_password_is_changed(machine: Machine) -> Answer:
    return _change("alice", "chauthtok", PASSWORD)


@CHECKS.expects("out, as before")
def a_password_is_not_changed_for_a_wrong_one(machine: Machine) -> Answer:
    return _change("alice", "chauthtok", WRONG, user="alice")


@CHECKS.expects("in, changed")
def an_expired_password_is_changed_when_only_expired_ones_are(machine: Machine) -> Answer:
    return _change("stale", "chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)", PASSWORD)


@CHECKS.expects("in, changed")
def root_changes_a_good_password_when_only_expired_ones_are(machine: Machine) -> Answer:
    return _change("alice", "chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)", PASSWORD)


@CHECKS.expects(OUT)
def a_service_without_a_policy_is_judged_by_other(machine: Machine) -> Answer:
    Path("/etc/pam.d/other").write_text("auth required pam_deny.so\n")
    return _pamtester("no-such-service", "alice", "authenticate", replies=_GOOD)


@CHECKS.expects(OUT)
def a_missing_module_keeps_out(machine: Machine) -> Answer:
    return _with_policy("auth required pam_no_such_module.so\nauth required pam_permit.so\n")


@CHECKS.expects(OUT)
def an_empty_policy_keeps_out(machine: Machine) -> Answer:
    return _with_policy("")


@CHECKS.expects(OUT)
def a_policy_nobody_can_read_keeps_out(machine: Machine) -> Answer:
    return _with_policy("auth requird pam_permit.so\n")


@CHECKS.expects(IN)
def items_of_the_program_reach_the_policy(machine: Machine) -> Answer:
    Path("/etc/pam.d/native").write_text(
        "auth requisite pam_succeed_if.so ruser = guest rhost = far.example tty = ttyS7\n"
        "auth required pam_echo.so %u from %H on %t for %s by %U\n"
        "auth required pam_permit.so\n"
    )
    items = ("-Iruser=guest", "-Irhost=far.example", "-Itty=ttyS7")
    return _pamtester(*items, "native", "alice", "authenticate")


def _change(name: str, operation: str, password: str, *, user: str = "root") -> Answer:
    before = shadow_field(name)
    replies = [("Current password: ", password), ("New password: ", NEW_PASSWORD)]
    replies += [("Retype new password: ", NEW_PASSWORD)]
    answer = _pamtester("passwd", name, operation, replies=tuple(replies), user=user)
    changed = "changed" if shadow_field(name) != before else "as before"
    return answer._replace(outcome=f"{answer.outcome}, {changed}")


def _with_policy(text: str) -> Answer:
    Path("/etc/pam.d/native").write_text(text)
    return _pamtester("native", "alice", "authenticate")


def _pamtester(
    *words: str, replies: tuple[tuple[str, str], ...] = (), user: str = "root"
) -> Answer:
    heard = on_a_terminal(["pamtester", "-v", *words], replies=replies, user=user)
    return Answer(IN if heard.status == 0 else OUT, heard.said)
