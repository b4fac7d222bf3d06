"""Which SELinux user a login becomes."""

from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.selinux.seuser import seuser
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.world import memory_world

_DENIED = PermissionError(13, "Permission denied")


def _world(**files: bytes | str | OSError | None) -> World:
    places = {"config": "/etc/selinux/config", "seusers": "/etc/selinux/targeted/seusers"}
    laid = {places.get(name, name): content for name, content in files.items()}
    return memory_world(
        users=[account("alice"), account("bob")],
        groups=[Group("wheel", 10, ("alice",))],
        files={path: content for path, content in laid.items() if content is not None},
    )


@pytest.mark.parametrize(
    ("user", "listed", "expected"),
    [
        ("alice", "alice:a_u:s0\n", "a_u"),
        ("alice", "%wheel:staff_u:s0\n__default__:user_u:s0\n", "staff_u"),
        ("bob", "%wheel:staff_u:s0\n__default__:user_u:s0\n", "user_u"),
        ("eve", "%wheel:staff_u:s0\n", "eve"),
        ("bob", None, "bob"),
    ],
)
def test_a_login_becomes_an_seuser(user: str, listed: str | None, expected: str) -> None:
    world = _world(seusers=listed)
    assert expected == seuser(world.files, world.accounts, user, place=None)


def test_where_all_must_be_listed_others_have_none() -> None:
    world = _world(config="REQUIRESEUSERS=1\n", seusers="bob:user_u\n")
    assert seuser(world.files, world.accounts, "alice", place=None) is None


def test_a_level_is_missed_only_where_the_kernel_has_levels() -> None:
    listed = "alice:user_u:\n"
    for mls, expected in ((None, "user_u"), ("0", "user_u"), ("1", "alice")):
        world = _world(**{"seusers": listed, "/fs/mls": mls})
        assert expected == seuser(world.files, world.accounts, "alice", place="/fs")


@pytest.mark.parametrize("broken", ["config", "seusers"])
def test_a_list_that_cannot_be_read_is_an_error(broken: str) -> None:
    world = _world(**{broken: _DENIED})
    with pytest.raises(PermissionError):
        seuser(world.files, world.accounts, "alice", place=None)


def test_accounts_that_cannot_be_read_are_an_error() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    with pytest.raises(OSError):  # noqa: PT011  # whatever the source says
        seuser(world.files, world.accounts, "alice", place=None)
