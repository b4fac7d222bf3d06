"""pam_ftpusers: whom the list names, or does not."""

from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules.openpam import pam_ftpusers
from pamkit.testing.accounts import account
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.modules.families import answer, log_of

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT


def _world(listed: str | OSError | None) -> World:
    return memory_world(
        users=[account("alice"), account("bob", gid=10)],
        groups=[Group("staff", 10, ("alice",))],
        files={} if listed is None else {"/etc/ftpusers": listed},
    )


@pytest.mark.parametrize(
    ("listed", "user", "is_listed"),
    [
        ("alice\n", "alice", True),
        ("alice \t\r\n", "alice", True),
        ("alice", "alice", True),
        ("alic\n", "alice", False),
        ("\ufeffalice\n", "alice", True),
        ("# alice\n#alice\n", "alice", False),
        ("bob\n\nalice\n", "alice", True),
        ("@staff\n", "alice", True),
        ("@staff\n", "bob", False),  # the primary group does not count
        ("@nowhere\n", "alice", False),
        ("", "alice", False),
        (None, "alice", False),
    ],
)
def test_who_is_listed_passes_or_is_kept_out(
    listed: str | None, user: str, is_listed: bool
) -> None:
    said = (_C.SUCCESS, _C.AUTH_ERR) if is_listed else (_C.AUTH_ERR, _C.SUCCESS)
    world = _world(listed)
    assert said == (
        answer(pam_ftpusers, _ACCOUNT, world=world, user=user),
        answer(pam_ftpusers, _ACCOUNT, "disallow", world=world, user=user),
    )


@pytest.mark.parametrize("listed", [" alice\n", "\t@staff\n"])
def test_what_cannot_be_seen_lets_nobody_in(listed: str) -> None:
    for options in ("", "disallow"):
        code = answer(pam_ftpusers, _ACCOUNT, options, world=_world(listed))
        assert code == _C.AUTH_ERR


def test_a_list_that_cannot_be_read_lets_nobody_in() -> None:
    for options in ("", "disallow"):
        world = _world(PermissionError(13, "Permission denied"))
        assert answer(pam_ftpusers, _ACCOUNT, options, world=world) == _C.SERVICE_ERR
        assert log_of(world) == ["cannot read /etc/ftpusers: Permission denied"]


def test_a_user_without_an_account_is_an_error() -> None:
    assert answer(pam_ftpusers, _ACCOUNT, "disallow", world=_world("")) == _C.SUCCESS
    code = answer(pam_ftpusers, _ACCOUNT, "disallow", world=_world(""), user="eve")
    assert code == _C.SERVICE_ERR
