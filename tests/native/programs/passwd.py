"""`passwd`: a user changes the own password through a setuid program, root that of another."""

from __future__ import annotations

from tests.native.programs.accounts import NEW_PASSWORD, PASSWORD, WRONG, shadow_field
from tests.native.programs.checks import Answer, Checks
from tests.native.programs.conversation import on_a_terminal, through_pipes
from tests.native.programs.machine import Machine

CHECKS = Checks()

CHANGED = "changed, and it opens"
AS_BEFORE = "as before"


@CHECKS.expects(CHANGED)
def a_user_changes_the_own_password(machine: Machine) -> Answer:
    return _passwd("alice", _current(PASSWORD), _new(NEW_PASSWORD), _again(NEW_PASSWORD))


@CHECKS.expects(AS_BEFORE)
def a_wrong_current_password_changes_nothing(machine: Machine) -> Answer:
    return _passwd("alice", _current(WRONG), _new(NEW_PASSWORD), _again(NEW_PASSWORD))


@CHECKS.expects(AS_BEFORE)
def two_different_new_passwords_change_nothing(machine: Machine) -> Answer:
    return _passwd("alice", _current(PASSWORD), _new(NEW_PASSWORD), _again(WRONG))


@CHECKS.expects(AS_BEFORE)
def the_old_password_is_no_new_one(machine: Machine) -> Answer:
    tries = [_new(PASSWORD), _again(PASSWORD)] * 3
    return _passwd("alice", _current(PASSWORD), *tries)


@CHECKS.expects(AS_BEFORE)
def a_short_password_is_not_taken(machine: Machine) -> Answer:
    return _passwd("alice", _current(PASSWORD), *[_new("abc"), _again("abc")] * 3)


@CHECKS.expects(CHANGED)
def a_better_password_after_a_short_one_is_taken(machine: Machine) -> Answer:
    return _passwd(
        "alice",
        *[_current(PASSWORD), _new("abc"), _again("abc")],
        *[_new(NEW_PASSWORD), _again(NEW_PASSWORD)],
    )


@CHECKS.expects(AS_BEFORE)
def no_new_password_at_all_changes_nothing(machine: Machine) -> Answer:
    return _passwd("alice", _current(PASSWORD), *[_new(""), _again("")] * 3)


@CHECKS.expects(AS_BEFORE)
def a_password_changed_today_is_too_young(machine: Machine) -> Answer:
    return _passwd("young", _current(PASSWORD), _new(NEW_PASSWORD), _again(NEW_PASSWORD))


@CHECKS.expects(AS_BEFORE)
def a_user_may_not_change_the_password_of_another(machine: Machine) -> Answer:
    return _passwd("alice", _new(NEW_PASSWORD), _again(NEW_PASSWORD), whom="bob")


@CHECKS.expects(CHANGED)
def root_changes_the_password_of_a_user(machine: Machine) -> Answer:
    return _passwd("root", _new(NEW_PASSWORD), _again(NEW_PASSWORD), whom="alice")


@CHECKS.expects(AS_BEFORE)
def root_changes_nothing_by_two_different_passwords(machine: Machine) -> Answer:
    return _passwd("root", _new(NEW_PASSWORD), _again(WRONG), whom="alice")


@CHECKS.expects(CHANGED)
def root_who_knows_it_changes_an_expired_password_with_keep(machine: Machine) -> Answer:
    replies = [_current(PASSWORD), _new(NEW_PASSWORD), _again(NEW_PASSWORD)]
    return _passwd("root", *replies, whom="stale", options=["--keep-tokens"])


@CHECKS.expects(CHANGED)
def root_who_knows_it_changes_a_good_password_with_keep(machine: Machine) -> Answer:
    replies = [_current(PASSWORD), _new(NEW_PASSWORD), _again(NEW_PASSWORD)]
    return _passwd("root", *replies, whom="alice", options=["--keep-tokens"])


@CHECKS.expects(CHANGED)
def root_changes_a_password_through_a_pipe(machine: Machine) -> Answer:
    before = shadow_field("alice")
    words = f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n"
    said = through_pipes(["passwd", "alice"], words=words).said
    return outcome_of_change("alice", before, said)


def outcome_of_change(name: str, before: str, said: str, *, password: str = NEW_PASSWORD) -> Answer:
    """Tell whether the password of `name` is another now, and whether that one opens."""
    after = shadow_field(name)
    if after == before:
        return Answer(AS_BEFORE, said)
    if not after.startswith("$y$"):
        return Answer(f"changed to another kind: {after[:4]}", said)
    command = ["su", name, "-c", "echo is=$(id -un)"]
    opened = on_a_terminal(command, replies=[("Password: ", password)], user="bob").said
    outcome = CHANGED if f"is={name}" in opened else "changed, and it does not open"
    return Answer(outcome, said + opened)


def _passwd(
    user: str, *replies: tuple[str, str], whom: str | None = None, options: list[str] | None = None
) -> Answer:
    name = whom or user
    before = shadow_field(name)
    command = ["passwd", *(options or []), *([whom] if whom else [])]
    said = on_a_terminal(command, replies=replies, user=user).said
    return outcome_of_change(name, before, said)


def _current(password: str) -> tuple[str, str]:
    return "Current password: ", password


def _new(password: str) -> tuple[str, str]:
    return "New password: ", password


def _again(password: str) -> tuple[str, str]:
    return "Retype new password: ", password
