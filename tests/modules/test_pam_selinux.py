"""pam_selinux: what a login starts has the user's security context, as long as it lasts."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

import pytest

from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_selinux
from pamkit.stores.security_contexts import LibSelinux
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, error, info, visible
from pamkit.testing.security_contexts import MemoryContexts
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_C = ReturnCode
_USUAL = "staff_u:staff_r:staff_t:s0-s0:c0.c1023"
_BEFORE, _AFTER = "system_u:object_r:tty_device_t:s0", "staff_u:object_r:user_tty_device_t:s0"
_OTHER = "Would you like to enter a different role or level? [n] "
_DEFAULT = info(f"The default security context is {_USUAL}.")
_DENIED = PermissionError(errno.EACCES, "Permission denied", "setexeccon")
_ON = {
    "/etc/selinux/config": "SELINUXTYPE=targeted\n",
    "/proc/self/mounts": "selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n",
    "/sys/fs/selinux/enforce": "1",
    "/sys/fs/selinux/mls": "1",
}


class _Machine:
    """A machine where SELinux enforces, and a transaction on it."""

    def __init__(
        self,
        options: str = "",
        *,
        files: Mapping[str, str | OSError | None] | None = None,
        items: Mapping[Item, str] | None = None,
        script: Script | None = None,
        user: str | None = "alice",
        process: StandInProcess | None = None,
    ) -> None:
        laid: dict[str, Any] = {**_ON, **(files or {})}
        self.world: World = memory_world(
            users=[account("alice")],
            files={path: said for path, said in laid.items() if said is not None},
            process=process,
        )
        assert isinstance(self.world.contexts, MemoryContexts)
        self.contexts = self.world.contexts
        self.contexts.logins["alice"] = ("staff_u", "s0")
        self.contexts.lists["staff_u"] = (_USUAL, "other:other:other")
        self.contexts.types["sysadm_r"] = "sysadm_t"
        assert isinstance(self.world.files, MemoryFiles)
        self.files = self.world.files
        self.trial = Trial(
            "".join(f"session required pam_selinux.so {one}\n" for one in options.split("/")),
            pam_selinux,
            world=self.world,
            user=user,
            conversation=script,
            items=dict(items or {}),
        )

    def terminal(self, path: str = "/dev/tty1") -> None:
        self.files.statuses[path] = FileStatus("character")
        self.contexts.files[path] = _BEFORE

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        texts = self.world.log.texts
        return [text.partition("): ")[2] for text in texts if text.startswith("pam_selinux(")]

    @property
    def records(self) -> list[tuple[str, bool]]:
        assert isinstance(self.world.audit, MemoryAudit)
        return [(op, granted) for _, op, _, _, _, granted in self.world.audit.records]


def _asked_for(level: str) -> Script:
    """A user who asks for a level that he cannot have."""
    return Script(
        *(_DEFAULT, visible(_OTHER, "y"), visible("role: [staff_r] ", "")),
        visible("level: [s0-s0:c0.c1023] ", level),
        error("A valid context for alice could not be obtained."),
    )


def test_programs_keys_and_terminal_have_the_users_context_as_long_as_it_lasts() -> None:
    machine = _Machine(items={Item.TTY: "tty1"})
    machine.terminal()
    machine.contexts.programs = "before"
    assert machine.trial.open_session() == _C.SUCCESS
    opened = [f"/dev/tty1 {_AFTER}", f"programs {_USUAL}", f"keys {_USUAL}"]
    assert machine.contexts.changes == opened
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.contexts.changes[3:] == [f"/dev/tty1 {_BEFORE}", "programs before"]
    line = f"pam_selinux default-context={_USUAL} selected-context={_USUAL}"
    assert (machine.records, machine.lines) == ([(line, True)], [])


def test_a_process_without_a_context_for_programs_has_none_again() -> None:
    machine = _Machine()
    machine.trial.open_session()
    machine.trial.close_session()
    assert machine.contexts.changes == [f"programs {_USUAL}", f"keys {_USUAL}", "programs None"]


def test_a_session_that_another_transaction_opened_has_nothing_to_restore() -> None:
    machine = _Machine("debug")
    assert machine.trial.close_session() == _C.SUCCESS
    assert (machine.contexts.changes, machine.lines) == (
        [],
        ["Close Session", "No context to restore"],
    )


def test_it_proves_nothing() -> None:
    policy = "auth required pam_selinux.so\n"
    assert Trial(policy, pam_selinux).authenticate() == _C.AUTH_ERR
    assert Trial(policy, pam_selinux).setcred() == _C.SUCCESS


def test_close_and_open_stand_on_either_side_of_other_modules() -> None:
    machine = _Machine("close/open")
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.changes == [f"programs {_USUAL}", f"keys {_USUAL}"]
    assert machine.trial.close_session() == _C.SUCCESS
    assert machine.contexts.changes[2:] == ["programs None"]


def test_restore_brings_back_what_was_before_until_it_is_set_again() -> None:
    machine = _Machine("/restore/")
    assert machine.trial.open_session() == _C.SUCCESS
    user = [f"programs {_USUAL}", f"keys {_USUAL}"]
    assert machine.contexts.changes == [*user, "programs None", *user]


# --- whether SELinux is on ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "off", ["/proc/self/mounts", "/etc/selinux/config"], ids=["no selinuxfs", "no config"]
)
def test_where_selinux_is_off_nothing_is_set(off: str) -> None:
    files: dict[str, str | None] = {off: None}
    if off.startswith("/proc"):
        files["/sys/fs/selinux/enforce"] = None
    machine = _Machine("debug", files=files, user=None)
    assert machine.trial.open_session() == _C.SUCCESS
    assert (machine.contexts.changes, machine.lines) == (
        [],
        ["Open Session", "SELinux is not enabled"],
    )


@pytest.mark.parametrize("fault", [PermissionError(errno.EACCES, "Permission denied"), None])
def test_what_cannot_be_told_is_not_taken_for_off(fault: OSError | None) -> None:
    machine = _Machine(files={"/proc/self/mounts": fault})
    assert machine.trial.open_session() == _C.SESSION_ERR
    (line,) = machine.lines
    assert line.startswith("cannot tell whether SELinux is on: ")


@pytest.mark.parametrize(
    ("enforce", "expected"),
    [("1", _C.SESSION_ERR), ("0", _C.SUCCESS), ("", _C.SESSION_ERR), (None, _C.SESSION_ERR)],
)
@pytest.mark.parametrize(
    ("broken", "line"),
    [
        ("login", "Unable to get valid context for alice"),
        ("reachable", "Unable to get valid context for alice"),
        ("set_of_programs", f'Setting executable context "{_USUAL}" failed: Permission denied'),
        ("set_of_keys", f"Setting key creation context {_USUAL} failed: Permission denied"),
        ("of_file", "Failed to get current context for /dev/tty1: Permission denied"),
        ("of_terminal", "Failed to compute new context for /dev/tty1: Permission denied"),
        (
            "set_of_file",
            f'Setting file context "{_AFTER}" failed for /dev/tty1: Permission denied',
        ),
    ],
)
def test_a_failure_is_let_pass_only_where_the_kernel_says_that_it_is_permissive(
    broken: str, line: str, enforce: str | None, expected: ReturnCode
) -> None:
    machine = _Machine(files={"/sys/fs/selinux/enforce": enforce}, items={Item.TTY: "tty1"})
    machine.terminal()
    machine.contexts.faults[broken] = _DENIED
    assert machine.trial.open_session() == expected
    assert machine.lines == [line]


def test_without_the_library_the_log_says_why_nobody_has_a_context() -> None:
    machine = _Machine(script=Script(error("A valid context for alice could not be obtained.")))
    missing = OSError(errno.ENOSYS, "there is no `libselinux.so.1`")
    machine.contexts.faults["login"] = missing
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.lines[0] == ("SELinux is on and cannot be asked: there is no `libselinux.so.1`")


def test_what_fails_when_the_session_ends_is_an_error_too() -> None:
    machine = _Machine()
    machine.trial.open_session()
    machine.contexts.faults["set_of_programs"] = _DENIED
    assert machine.trial.close_session() == _C.SESSION_ERR
    assert machine.lines == ['Setting executable context "" failed: Permission denied']


def test_a_terminal_that_keeps_the_users_context_is_an_error() -> None:
    machine = _Machine(items={Item.TTY: "tty1"})
    machine.terminal()
    machine.trial.open_session()
    machine.contexts.faults["set_of_file"] = _DENIED
    assert machine.trial.close_session() == _C.SESSION_ERR
    line = f'Setting file context "{_BEFORE}" failed for /dev/tty1: Permission denied'
    assert (machine.lines, machine.contexts.programs) == ([line], None)


# --- whose context ------------------------------------------------------------------------------


def test_without_a_user_there_is_no_context() -> None:
    machine = _Machine(user=None)
    assert machine.trial.open_session() == _C.USER_UNKNOWN
    assert machine.lines == ["Cannot obtain the user name"]


def test_users_that_cannot_be_looked_up_are_an_error() -> None:
    machine = _Machine()
    assert isinstance(machine.world.accounts, MemoryAccounts)
    machine.world.accounts.failing = True
    assert machine.trial.open_session() == _C.SERVICE_ERR
    assert machine.contexts.changes == []


def test_a_user_that_the_policy_does_not_know_gets_no_session() -> None:
    with Script(error("A valid context for bob could not be obtained.")) as script:
        machine = _Machine(user="bob", script=script)
        assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.contexts.changes == []


def test_a_name_typed_otherwise_has_the_context_of_its_account() -> None:
    machine = _Machine(user="ALICE")
    assert isinstance(machine.world.accounts, MemoryAccounts)
    machine.world.accounts.users["ALICE"] = account("alice")
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.programs == _USUAL


@pytest.mark.parametrize("name", ["../../../../tmp/alice", "/tmp/alice", "alice/x"])
def test_no_user_name_leads_out_of_the_policys_list_of_logins(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "pamkit.stores.security_contexts.c_library",
        type("Asked", (), {"selinux": staticmethod(lambda *all_: asked.append(all_))}),
    )
    machine = _Machine(user=name)
    world = machine.world.changed(contexts=LibSelinux())
    trial = Trial("session required pam_selinux.so\n", pam_selinux, world=world, user=name)
    assert trial.open_session() == _C.SESSION_ERR
    assert asked == []


# --- the terminal -------------------------------------------------------------------------------


@pytest.mark.parametrize("tty", ["ssh", "NODEVssh", "", None])
def test_without_a_terminal_in_the_item_that_of_the_descriptors_is_taken(tty: str | None) -> None:
    machine = _Machine(
        items={} if tty is None else {Item.TTY: tty},
        process=StandInProcess(terminal="/dev/pts/3"),
    )
    machine.terminal("/dev/pts/3")
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.changes[0] == f"/dev/pts/3 {_AFTER}"


def test_a_terminal_that_is_gone_needs_no_context() -> None:
    machine = _Machine("nottys/", items={Item.TTY: "tty1"})
    assert machine.trial.open_session() == _C.SUCCESS
    gone = _Machine(items={Item.TTY: "tty1"})
    gone.terminal()
    gone.trial.open_session()
    del gone.contexts.files["/dev/tty1"]
    assert gone.trial.close_session() == _C.SUCCESS
    assert gone.lines == []


def test_with_nottys_the_terminal_stays_as_it_is() -> None:
    machine = _Machine("nottys", items={Item.TTY: "tty1"})
    machine.terminal()
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.files["/dev/tty1"] == _BEFORE


@pytest.mark.parametrize("kind", ["file", "directory", "link", "block", "fifo", "socket"])
def test_only_a_device_is_relabelled_wherever_the_item_leads(kind: str) -> None:
    """The class of CVE-2014-2583: a path made of `PAM_TTY`."""
    machine = _Machine(items={Item.TTY: "../etc/shadow"})
    machine.terminal("/dev/../etc/shadow")
    machine.files.statuses["/dev/../etc/shadow"] = FileStatus(kind)
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.files["/dev/../etc/shadow"] == _BEFORE
    assert machine.lines == ["/dev/../etc/shadow is no terminal, and is left as it is"]


# --- another context ----------------------------------------------------------------------------


def test_the_user_may_choose_a_role_and_a_level() -> None:
    with Script(
        _DEFAULT,
        visible(_OTHER, "y"),
        visible("role: [staff_r] ", "sysadm_r"),
        visible("level: [s0-s0:c0.c1023] ", "s0:c3"),
    ) as script:
        machine = _Machine("select_context", script=script)
        assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.programs == "staff_u:sysadm_r:sysadm_t:s0:c3"


def test_whoever_chooses_nothing_has_the_usual_context() -> None:
    for answer in ("n", "", "N"):
        with Script(_DEFAULT, visible(_OTHER, answer)) as script:
            machine = _Machine("select_context", script=script)
            assert machine.trial.open_session() == _C.SUCCESS
        assert machine.contexts.programs == _USUAL


def test_without_an_answer_it_is_the_usual_context() -> None:
    machine = _Machine("select_context", script=Script(_DEFAULT, visible(_OTHER, EOFError())))
    assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.programs == _USUAL
    assert machine.lines[-1] == f"No response to query: {_OTHER.removesuffix(' [n] ')}"


def test_what_the_policy_does_not_have_is_asked_again_and_recorded() -> None:
    wrong = "staff_u:staff_r:staff_t:s99"
    with Script(
        _DEFAULT,
        visible(_OTHER, "y"),
        visible("role: [staff_r] ", "none_r"),
        error("There is no default type for role none_r."),
        visible(_OTHER, "y"),
        visible("role: [staff_r] ", ""),
        visible("level: [s0-s0:c0.c1023] ", "s99"),
        info("This is not a valid security context."),
        visible(_OTHER, "n"),
    ) as script:
        machine = _Machine("select_context", script=script)
        machine.contexts.wrong.add(wrong)
        assert machine.trial.open_session() == _C.SUCCESS
    assert machine.contexts.programs == _USUAL
    assert machine.records[0] == (
        f"pam_selinux default-context={_USUAL} selected-context={wrong}",
        False,
    )


def test_a_level_that_the_user_has_not_is_refused() -> None:
    outside = "staff_u:staff_r:staff_t:s15"
    machine = _Machine("select_context", script=_asked_for("s15"))
    machine.contexts.outside.add(outside)
    assert machine.trial.open_session() == _C.SESSION_ERR
    assert machine.contexts.changes == []
    assert machine.lines[0] == f"Security context {_USUAL} is not allowed for {outside}"
    assert [granted for _, granted in machine.records] == [False]


@pytest.mark.parametrize(
    ("options", "environment", "expected"),
    [
        ("env_params", [], _USUAL),
        ("env_params", ["ROLE_REQUESTED=sysadm_r"], "staff_u:sysadm_r:sysadm_t:s0-s0:c0.c1023"),
        ("env_params", ["LEVEL_REQUESTED=s0:c1"], "staff_u:staff_r:staff_t:s0:c1"),
        ("env_params", ["USE_CURRENT_RANGE=1"], "staff_u:staff_r:staff_t:s0"),
        ("use_current_range", ["ROLE_REQUESTED=sysadm_r"], "staff_u:staff_r:staff_t:s0"),
        ("use_current_range env_params", ["LEVEL_REQUESTED=s1"], "staff_u:staff_r:staff_t:s0"),
        ("", ["ROLE_REQUESTED=sysadm_r", "LEVEL_REQUESTED=s0:c1"], _USUAL),
        ("env_params", ["ROLE_REQUESTED=none_r"], None),
        ("env_params", ["ROLE_REQUESTED=odd r"], None),
        ("env_params", ["ROLE_REQUESTED=odd_r"], None),
        ("env_params", ["LEVEL_REQUESTED=s9"], None),
        ("env_params", ["LEVEL_REQUESTED=s0\ts1"], None),
    ],
)
def test_the_application_may_choose(
    options: str, environment: list[str], expected: str | None
) -> None:
    machine = _Machine(options)
    machine.contexts.wrong.add("staff_u:staff_r:staff_t:s9")
    machine.contexts.types |= {"odd r": "odd_t", "odd_r": "odd t"}
    for assignment in environment:
        machine.trial.handle.putenv(f"SELINUX_{assignment}")
    answer = machine.trial.open_session()
    assert (answer, machine.contexts.programs) == (
        _C.SESSION_ERR if expected is None else _C.SUCCESS,
        expected,
    )


def test_the_user_is_not_asked_where_the_application_may_choose() -> None:
    with Script() as script:
        machine = _Machine("select_context env_params", script=script)
        assert machine.trial.open_session() == _C.SUCCESS
    assert machine.lines == ["select_context cannot be used with env_params"]


def test_without_levels_none_are_asked_for_and_none_are_checked() -> None:
    files = {"/sys/fs/selinux/mls": "0"}
    with Script(_DEFAULT, visible(_OTHER, "y"), visible("role: [staff_r] ", "")) as script:
        machine = _Machine("select_context", files=files, script=script)
        machine.contexts.outside.add(_USUAL)
        assert machine.trial.open_session() == _C.SUCCESS


# --- what is said of it -------------------------------------------------------------------------


def test_with_verbose_the_user_is_told() -> None:
    with Script(
        info(f"Security context {_USUAL} has been assigned."),
        info(f"Key creation context {_USUAL} has been assigned."),
    ) as script:
        assert _Machine("verbose", script=script).trial.open_session() == _C.SUCCESS


class _NoAudit(MemoryAudit):
    """A kernel that keeps no records."""

    def write(self, kind: int, op: str, **fields: object) -> bool:
        return False


def test_where_no_records_are_kept_the_log_has_one_line() -> None:
    machine, wrong = _Machine(), "staff_u:staff_r:staff_t:s0"
    world = machine.world.changed(audit=_NoAudit())
    machine.contexts.faults["raw"] = _DENIED
    machine.contexts.wrong.add(wrong)
    policy = "session required pam_selinux.so use_current_range\n"
    assert Trial(policy, pam_selinux, world=world).open_session() == _C.SESSION_ERR
    assert machine.lines[:2] == [
        f"Not a valid security context {wrong}",
        f"pam: default-context={_USUAL} selected-context={wrong} success 0",
    ]


def test_a_level_cannot_write_fields_into_the_record() -> None:
    level = 's0 acct="root" res=success'
    machine = _Machine("select_context", script=_asked_for(level))
    machine.contexts.outside.add(f"staff_u:staff_r:staff_t:{level}")
    assert machine.trial.open_session() == _C.SESSION_ERR
    raw = f"staff_u:staff_r:staff_t:{level}".encode().hex().upper()
    expected = f"pam_selinux default-context={_USUAL} selected-context={raw}"
    assert machine.records == [(expected, False)]


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        (OSError(24, "Too many open files", "audit_open"), ["connecting to audit system"]),
        (
            OSError(105, "No buffer space available", "audit_log_user_message"),
            [
                f"Error translating default context '{_USUAL}'.",
                f"Error translating selected context '{_USUAL}'.",
                "sending audit message",
            ],
        ),
    ],
)
def test_a_record_that_is_lost_stands_in_the_log(fault: OSError, lines: list[str]) -> None:
    machine = _Machine()
    assert isinstance(machine.world.audit, MemoryAudit)
    machine.world.audit.fault = fault
    machine.contexts.faults["raw"] = _DENIED
    assert machine.trial.open_session() == _C.SUCCESS
    said = [*lines[:-1], f"Error {lines[-1]}: {fault.strerror}"]
    said.append(f"pam: default-context={_USUAL} selected-context={_USUAL} success 1")
    assert machine.lines == said
    assert isinstance(machine.world.log, MemoryLog)
    assert machine.world.log.lines[-1][0] == Priority.NOTICE
