"""pam_sepermit: listed users come in only while SELinux enforces."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pamkit.module.world import Group, World
from pamkit.modules import pam_sepermit
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.single_logins import MemorySingleLogins
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode

_C = ReturnCode
_LIST, _VENDOR = "/etc/security/sepermit.conf", "/usr/share/security/sepermit.conf"
_LOGIN = "/proc/self/loginuid"
_UID = 1000
_DENIED = PermissionError(13, "Permission denied")
_ON: dict[str, bytes | str | OSError] = {
    "/etc/selinux/config": "SELINUXTYPE=targeted\n",
    "/etc/selinux/targeted/seusers": "__default__:user_u:s0\n",
    "/proc/self/mounts": "selinuxfs /sys/fs/selinux selinuxfs rw 0 0\n",
    "/sys/fs/selinux/enforce": "1",
    _LOGIN: "4294967295",
}


def _world(
    listed: bytes | str | OSError | None,
    more: Mapping[str, bytes | str | OSError] | None = None,
    *,
    euid: int = 0,
) -> World:
    files = {**_ON, **(more or {})}
    if listed is not None:
        files[_LIST] = listed
    return memory_world(
        users=[account("alice", _UID), account("root", 0)],
        groups=[Group("wheel", 10, ("alice",))],
        files=files,
        process=StandInProcess(uid=euid),
    )


def _trial(world: World, *, options: str = "", user: str | None = "alice") -> Trial:
    line = f"required pam_sepermit.so {options}\n"
    return Trial(f"auth {line}account {line}", pam_sepermit, world=world, user=user)


def _answer(world: World, *, options: str = "", user: str | None = "alice") -> ReturnCode:
    """Return the answer; a stack of nothing but ignore refuses (`perm_denied`)."""
    return _trial(world, options=options, user=user).authenticate()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_sepermit(test:auth): ") for line in world.log.texts]


def _logins(world: World) -> MemorySingleLogins:
    assert isinstance(world.single_logins, MemorySingleLogins)
    return world.single_logins


_IGNORED = _C.PERM_DENIED


@pytest.mark.parametrize(
    ("listed", "expected"),
    [
        ("alice\n", _C.SUCCESS),
        ("@wheel\n", _C.SUCCESS),
        ("%user_u\n", _C.SUCCESS),
        ("alice:ignore\n", _IGNORED),
        ("alice:other\n", _C.SUCCESS),
        ("alice:ignore\nalice\n", _IGNORED),
        ("bob\nalice\n", _C.SUCCESS),
        ("bob\n@staff\n%staff_u\n#alice\n::\n", _IGNORED),
        ("", _IGNORED),
    ],
)
@pytest.mark.parametrize("euid", [0, _UID])
def test_a_listed_user_comes_in_while_selinux_enforces(
    listed: str, expected: int, euid: int
) -> None:
    world = _world(listed, euid=euid)
    assert expected == _answer(world)
    assert expected == _trial(world).acct_mgmt()


@pytest.mark.parametrize(
    ("place", "content"),
    [
        ("/sys/fs/selinux/enforce", "0"),
        ("/sys/fs/selinux/enforce", _DENIED),
        ("/proc/self/mounts", ""),
        ("/proc/self/mounts", _DENIED),
    ],
)
@pytest.mark.parametrize("listed", ["alice", "@wheel:ignore", "%user_u:exclusive"])
def test_a_listed_user_is_refused_while_it_does_not(
    place: str, content: str | OSError, listed: str
) -> None:
    world = _world(listed, {place: content})
    assert _answer(world) == _C.AUTH_ERR
    assert _trial(world).acct_mgmt() == _C.AUTH_ERR
    assert set() == _logins(world).held


def test_others_are_nobodys_business_even_then() -> None:
    assert _answer(_world("bob\n", {"/sys/fs/selinux/enforce": "0"})) == _IGNORED


def test_setcred_has_no_say() -> None:
    assert _trial(_world("alice\n")).setcred() == _IGNORED


@pytest.mark.parametrize("user", ["", None])
def test_without_a_name_nobody_comes_in(user: str | None) -> None:
    world = _world("alice\n")
    assert _answer(world, user=user) == _C.USER_UNKNOWN
    assert _log(world)[-1] == "cannot determine user name"


def test_the_distributions_list_counts_where_the_administrator_has_none() -> None:
    assert _answer(_world(None, {_VENDOR: "alice\n"})) == _C.SUCCESS
    assert _answer(_world("", {_VENDOR: "alice\n"})) == _IGNORED


@pytest.mark.parametrize(
    ("listed", "options", "said"),
    [
        (None, "", f"{_LIST}: No such file or directory"),
        (_DENIED, "", f"{_LIST}: Permission denied"),
        (IsADirectoryError(21, "Is a directory"), "", f"{_LIST}: Is a directory"),
        ("alice", "conf=/nowhere", "/nowhere: No such file or directory"),
        ("alice", "conf=", ": No such file or directory"),
        ("alice", "conf=own", "own: expected an absolute path"),
        ("alice", "conf=/own conf=own", "own: expected an absolute path"),
        ("alice", "conf=/own conf=", ": No such file or directory"),
    ],
)
def test_a_list_that_cannot_be_read_lets_nobody_in(
    listed: str | OSError | None, options: str, said: str
) -> None:
    world = _world(listed, {"/own": "alice\n"})
    assert _answer(world, options=options) == _C.SERVICE_ERR
    assert f"Failed to open config file {said}" == _log(world)[-1]


def test_another_list_is_read_where_the_line_says_so() -> None:
    world = _world("bob\n", {"/own": "alice\n"})
    assert _answer(world, options="conf=/own") == _C.SUCCESS


@pytest.mark.parametrize("listed", ["alice", "%user_u", "bob"])
def test_seusers_that_cannot_be_read_let_nobody_in(listed: str) -> None:
    world = _world(listed, {"/etc/selinux/targeted/seusers": _DENIED})
    assert _answer(world) == _C.SERVICE_ERR
    assert "getseuserbyname failed: Permission denied" in _log(world)


def test_an_seuser_that_must_be_listed_and_is_not_is_none() -> None:
    config = {
        "/etc/selinux/config": "REQUIRESEUSERS=1\n",
        "/etc/selinux/targeted/seusers": "bob:user_u\n",
    }
    world = _world("%alice\n%\n", config)
    assert _answer(world, options="debug") == _IGNORED
    assert _log(world)[2:] == ["getseuserbyname failed: Success", "sepermit_match returned: -1"]


def test_a_broken_account_database_lets_nobody_in() -> None:
    world = _world("alice\n")
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world) == _C.SERVICE_ERR


def test_what_it_does_is_logged_as_c_logs_it() -> None:
    world = _world("@staff\n%staff_u\nalice:odd\n")
    _answer(world, options="debug strange")
    assert [
        "unknown option: strange",
        f"Parsing config file: {_LIST}",
        "Enforcing mode, access will be allowed on match",
        "Matching user alice against group staff",
        "Matching seuser user_u against seuser staff_u",
        "Matching user alice against user alice",
        "Unknown user option: odd",
        "sepermit_match returned: 0",
    ] == _log(world)


# --- exclusive ----------------------------------------------------------------------------------


def test_an_exclusive_user_is_logged_in_once_and_then_all_ends() -> None:
    world = _world("alice:exclusive\n")
    logins, trial = _logins(world), _trial(world, options="debug")
    assert trial.authenticate() == _C.SUCCESS
    assert {_UID} == logins.held
    logins.processes[_UID] = [41, 42]
    assert logins.killed == []
    trial.end()
    assert logins.killed == [41, 42]
    assert set() == logins.held
    assert _log(world)[-3:] == [
        f"Unlocking fd: 7 uid: {_UID}",
        "Attempting to kill 41",
        "Attempting to kill 42",
    ]


def test_a_second_login_is_refused() -> None:
    world = _world("alice:exclusive:ignore\n")
    first, second = _trial(world), _trial(world)
    assert first.authenticate() == _IGNORED
    assert second.authenticate() == _C.AUTH_ERR
    assert _log(world)[-1] == "User alice with exclusive login already logged in"
    second.end()
    assert {_UID} == _logins(world).held


def test_the_account_check_keeps_what_authenticate_took() -> None:
    world = _world("alice:exclusive\n")
    trial = _trial(world)
    assert trial.authenticate() == _C.SUCCESS
    assert trial.acct_mgmt() == _C.SUCCESS
    assert {_UID} == _logins(world).held
    trial.end()
    assert set() == _logins(world).held


def test_who_runs_something_already_is_refused() -> None:
    world = _world("alice:exclusive\n")
    _logins(world).processes[_UID] = [41]
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world)[-1] == "User alice processes are running. Exclusive login not allowed"
    assert _logins(world).killed == []


def test_processes_that_cannot_be_counted_are_not_none() -> None:
    world = _world("alice:exclusive\n")
    _logins(world).fault = OSError(13, "no")
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world)[-1] == "Failed to open proc directory file /proc:"


def test_without_a_lock_there_is_no_login() -> None:
    world = _world("alice:exclusive\n")
    _logins(world).lock_fault = FileNotFoundError(2, "no")
    assert _answer(world) == _C.AUTH_ERR
    assert f"Unable to open lock file /var/run/sepermit/{_UID}.lock" == _log(world)[-1]


def test_an_exclusive_user_without_account_is_refused() -> None:
    world = _world("eve:exclusive\n")
    assert _answer(world, user="eve") == _C.AUTH_ERR
    assert _log(world)[-1] == "Unable to find uid for user eve"


@pytest.mark.parametrize("login", ["1000", "0", "1000\n"])
def test_a_process_of_a_login_guards_no_logins(login: str) -> None:
    world = _world("alice:exclusive\n", {_LOGIN: login})
    assert _answer(world) == _C.SUCCESS
    assert set() == _logins(world).held


def test_a_process_without_rights_guards_no_logins() -> None:
    world = _world("alice:exclusive\n", euid=_UID)
    assert _answer(world) == _C.SUCCESS
    assert set() == _logins(world).held


@pytest.mark.parametrize("login", ["4294967295\n", "", "junk", _DENIED, None])
def test_a_process_of_no_login_guards_logins(login: str | OSError | None) -> None:
    world = _world("alice:exclusive\n")
    assert isinstance(world.files, MemoryFiles)
    del world.files.files[_LOGIN]
    if login is not None:
        world.files.files[_LOGIN] = login if isinstance(login, OSError) else login.encode()
    assert _answer(world) == _C.SUCCESS
    assert {_UID} == _logins(world).held


def test_what_root_runs_is_never_killed() -> None:
    world = _world("root:exclusive\n")
    trial = _trial(world, user="root")
    assert trial.authenticate() == _C.SUCCESS
    _logins(world).processes[0] = [1, 2]
    trial.end()
    assert _logins(world).killed == []
    assert set() == _logins(world).held


def test_what_would_not_end_is_logged() -> None:
    world = _world("alice:exclusive\n")
    trial = _trial(world)
    trial.authenticate()
    _logins(world).processes[_UID] = [41, 42]
    _logins(world).stubborn = {42}
    trial.end()
    assert _logins(world).killed == [41]
    assert f"processes of user {_UID} would not end: 1" == _log(world)[-1]


def test_an_end_that_fails_is_logged() -> None:
    world = _world("alice:exclusive\n")
    trial = _trial(world)
    trial.authenticate()
    _logins(world).fault = OSError(13, "no")
    trial.end()
    assert _log(world)[-1] == "Failed to open proc directory file /proc:"
