"""pam_shells: whose shell is listed."""

from __future__ import annotations

import pytest

from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_shells
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode

_C = ReturnCode
_LIST, _VENDOR = "/etc/shells", "/usr/etc/shells"


def _world(files: dict[str, bytes | str | OSError]) -> World:
    users = [
        account("alice", shell="/bin/zsh"),  # noqa: S604  # the user's, nothing is run
        account("carol", shell=""),
        account("r", shell="r"),  # noqa: S604  # the user's, nothing is run
    ]
    return memory_world(users=users, files=files, process=StandInProcess(uid=1000))


def _answer(world: World, user: str | None = "alice") -> ReturnCode:
    return Trial("account required pam_shells.so\n", pam_shells, world=world, user=user).acct_mgmt()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_shells(test:account): ") for line in world.log.texts]


@pytest.mark.parametrize(
    ("listed", "user", "expected"),
    [
        ("/bin/sh\n/bin/zsh\n", "alice", _C.SUCCESS),
        ("/bin/zsh", "alice", _C.SUCCESS),
        ("/bin/sh\n", "alice", _C.AUTH_ERR),
        ("#/bin/zsh\n /bin/zsh\n/bin/zsh \n/bin/zsh2\n", "alice", _C.AUTH_ERR),
        ("/bin/zsh\0\n", "alice", _C.AUTH_ERR),
        ("y" * 254 + "/bin/zsh\n", "alice", _C.AUTH_ERR),
        ("/bin/sh\n", "carol", _C.SUCCESS),
        ("/bin/zsh\n\n", "carol", _C.AUTH_ERR),
        ("r\n", "r", _C.AUTH_ERR),
        ("/bin/sh\n", "eve", _C.USER_UNKNOWN),
    ],
)
def test_only_listed_shells_are_let_in(listed: str, user: str, expected: int) -> None:
    assert _answer(_world({_LIST: listed}), user) == expected


def test_an_unlisted_shell_is_named_in_the_log() -> None:
    world = _world({_LIST: ""})
    _answer(world)
    assert _log(world) == ["User has an invalid shell '/bin/zsh'"]


def test_without_a_list_nobody_is_let_in() -> None:
    world = _world({})
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world) == ["Cannot stat /etc/shells: No such file or directory"]


def test_the_distributions_lists_count_only_where_the_administrator_has_none() -> None:
    assert _answer(_world({_VENDOR: "/bin/zsh\n"})) == _C.SUCCESS
    assert _answer(_world({_VENDOR: "", "/etc/shells.d/z": "/bin/zsh\n"})) == _C.SUCCESS
    assert _answer(_world({"/usr/etc/shells.d/z": "/bin/zsh"})) == _C.SUCCESS
    assert _answer(_world({"/usr/etc/shells.d/z": "/bin/zsh", "/etc/shells.d/z": ""})) == 7
    assert _answer(_world({_LIST: "", _VENDOR: "/bin/zsh", "/etc/shells.d/z": "/bin/zsh"})) == 7


@pytest.mark.parametrize("place", [_LIST, _VENDOR, "/etc/shells.d/z"])
@pytest.mark.parametrize("status", [FileStatus("file", 0o646), FileStatus("fifo")])
def test_a_list_that_others_can_write_lets_nobody_in(place: str, status: FileStatus) -> None:
    world = _world({place: "/bin/zsh\n"})
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses[place] = status
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world) == [f"{place} is either world writable or not a normal file"]


@pytest.mark.parametrize("place", [_LIST, _VENDOR, "/etc/shells.d/z"])
@pytest.mark.parametrize(
    ("fault", "expected", "line"),
    [
        (PermissionError(13, "no"), _C.SERVICE_ERR, "Error opening {}: no"),
        (OSError(40, "a circle"), _C.AUTH_ERR, "Cannot stat {}: a circle"),
    ],
)
def test_a_list_that_cannot_be_read_is_not_replaced(
    place: str, fault: OSError, expected: int, line: str
) -> None:
    world = _world({place: fault, "/usr/share/shells": "/bin/zsh\n"})
    assert _answer(world) == expected
    assert _log(world) == [line.format(place)]


def test_who_gives_no_name_is_an_error() -> None:
    with Script(visible("login:", None)) as script:
        trial = Trial(
            "auth required pam_shells.so\n",
            pam_shells,
            world=_world({_LIST: "/bin/zsh\n"}),
            user=None,
            conversation=script,
        )
        assert trial.authenticate() == _C.SERVICE_ERR


def test_a_broken_account_database_lets_nobody_in() -> None:
    world = _world({_LIST: "/bin/zsh\n"})
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world) == _C.SERVICE_ERR


def test_setcred_always_succeeds() -> None:
    assert Trial("auth required pam_shells.so\n", pam_shells).setcred() == _C.SUCCESS
