"""pam_securetty: root only where it is listed."""

from __future__ import annotations

import pytest

from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_securetty
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_C = ReturnCode
_LIST, _KERNEL, _ACTIVE = "/etc/securetty", "/proc/cmdline", "/sys/class/tty/console/active"


def _world(**files: bytes | str | OSError) -> World:
    places = {"listed": _LIST, "vendor": "/usr/etc/securetty", "kernel": _KERNEL, "active": _ACTIVE}
    return memory_world(
        users=[account("root", 0), account("alice")],
        files={places[name]: content for name, content in files.items()},
        process=StandInProcess(uid=1000),
    )


def _answer(
    world: World, user: str = "root", terminal: str | None = "tty1", options: str = ""
) -> ReturnCode:
    items = {} if terminal is None else {Item.TTY: terminal}
    policy = f"auth required pam_securetty.so {options}\n"
    return Trial(policy, pam_securetty, world=world, user=user, items=items).authenticate()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_securetty(test:auth): ") for line in world.log.texts]


@pytest.mark.parametrize(
    ("terminal", "expected"),
    [
        ("tty1", _C.SUCCESS),
        ("/dev/tty1", _C.SUCCESS),
        ("tty2", _C.AUTH_ERR),
        ("tty", _C.AUTH_ERR),
        ("", _C.AUTH_ERR),
        ("/dev/", _C.AUTH_ERR),
        ("3", _C.AUTH_ERR),  # C means to look for pts/3, and does not
        (None, _C.SERVICE_ERR),
    ],
)
def test_root_comes_in_only_where_it_is_listed(terminal: str | None, expected: int) -> None:
    assert _answer(_world(listed="console\n\ntty1\npts/3\n"), terminal=terminal) == expected


def test_other_users_come_in_everywhere() -> None:
    assert _answer(_world(listed=""), user="alice", terminal=None) == _C.SUCCESS


def test_a_stranger_is_judged_as_root_is() -> None:
    assert _answer(_world(listed="tty1\n"), user="eve") == _C.SUCCESS
    assert _answer(_world(listed=""), user="eve") == _C.USER_UNKNOWN


def test_without_any_list_everybody_comes_in() -> None:
    world = _world()
    assert _answer(world, options="debug") == _C.SUCCESS
    assert _log(world)[-1] == "Couldn't open /etc/securetty: No such file or directory"


def test_the_distributions_list_counts_where_the_administrator_has_none() -> None:
    assert _answer(_world(vendor="tty1\n")) == _C.SUCCESS
    assert _answer(_world(vendor="")) == _C.AUTH_ERR
    assert _answer(_world(listed="", vendor="tty1\n")) == _C.AUTH_ERR


@pytest.mark.parametrize(
    "status",
    [FileStatus("file", 0o666), FileStatus("file", 0o602), FileStatus("directory", 0o755)]
    + [FileStatus(kind, 0o644) for kind in ("fifo", "character", "link", "socket")],
)
def test_a_list_that_others_can_write_lets_root_in_nowhere(status: FileStatus) -> None:
    world = _world(listed="tty1\n", kernel="console=tty1")
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses[_LIST] = status
    assert _answer(world) == _C.AUTH_ERR
    assert _log(world) == [f"{_LIST} is either world writable or not a normal file"]


@pytest.mark.parametrize("number", [5, 13, 40])
def test_a_list_that_cannot_be_read_is_not_a_list_that_is_missing(number: int) -> None:
    world = _world(listed=OSError(number, "a reason"), vendor="tty1\n")
    assert _answer(world) == _C.SERVICE_ERR
    assert _log(world) == [f"Error opening {_LIST}: a reason"]


@pytest.mark.parametrize(
    ("kernel", "active", "expected"),
    [
        ("quiet console=tty1\n", "", _C.SUCCESS),
        ("quiet console=tty1,9600 x", "", _C.SUCCESS),
        ("", "tty0 tty1\n", _C.SUCCESS),
        ("quiet console=tty11 xconsole=tty1 console=\n", "tty11\n", _C.AUTH_ERR),
        ("12345678tty1", "", _C.AUTH_ERR),
        ("quiet\nconsole=tty1\n", "tty0\ntty1\n", _C.AUTH_ERR),
        (OSError(13, "no"), OSError(13, "no"), _C.AUTH_ERR),
    ],
)
def test_the_kernels_console_is_as_good_as_listed(
    kernel: str | OSError, active: str | OSError, expected: int
) -> None:
    world = _world(listed="", kernel=kernel, active=active)
    assert _answer(world) == expected
    assert _answer(world, options="noconsole") == _C.AUTH_ERR


def test_what_it_does_is_logged_as_c_logs_it() -> None:
    world = _world(listed="tty1\n")
    _answer(world, options="debug strange")
    _answer(world, terminal="tty2")
    assert _log(world) == [
        "unknown option: strange",
        "pam_securetty called via pam_sm_authenticate function",
        "access allowed for 'root' on 'tty1'",
        "access denied: tty 'tty2' is not secure !",
    ]


def test_a_broken_account_database_makes_nobody_an_ordinary_user() -> None:
    world = _world(listed="tty1\n")
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world) == _C.SERVICE_ERR


def test_setcred_always_succeeds() -> None:
    assert Trial("auth required pam_securetty.so\n", pam_securetty).setcred() == _C.SUCCESS
