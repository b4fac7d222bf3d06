"""pam_loginuid: the kernel's audit is told who logged in."""

from __future__ import annotations

import errno

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_loginuid, pam_permit
from pamkit.testing.accounts import account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.kernel import MemoryIdentity
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_C = ReturnCode
_USERS = "/proc/self/uid_map"
_ALL = "         0          0 4294967295\n"
_SOME = "         0     100000      65536\n"
_NOBODY = 0xFFFFFFFF
_DENIED = PermissionError(errno.EPERM, "Operation not permitted")


def _world(users: str | bytes | OSError | None = _ALL, *, uid: int = 0) -> World:
    return memory_world(
        users=[account("alice"), account("root", 0)],
        files={} if users is None else {_USERS: users},
        process=StandInProcess(uid=uid),
    )


def _identity(world: World) -> MemoryIdentity:
    assert isinstance(world.identity, MemoryIdentity)
    return world.identity


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts if text.startswith("pam_loginuid(")]


def _trial(world: World, options: str = "", user: str | None = "alice") -> Trial:
    line = f"required pam_loginuid.so {options}\n"
    return Trial(f"account {line}session {line}", pam_loginuid, world=world, user=user)


def _open(world: World, options: str = "", user: str | None = "alice") -> int:
    return int(_trial(world, options, user).call(Primitive.OPEN_SESSION))


@pytest.mark.parametrize("primitive", [Primitive.ACCT_MGMT, Primitive.OPEN_SESSION])
def test_the_kernel_is_told_who_logged_in(primitive: Primitive) -> None:
    world = _world()
    assert _trial(world).call(primitive) == _C.SUCCESS
    assert (_identity(world).login, _lines(world)) == (1000, [])


def test_closing_changes_nothing() -> None:
    world = _world()
    assert _trial(world).call(Primitive.CLOSE_SESSION) == _C.SUCCESS
    assert _identity(world).login == _NOBODY


def test_a_number_that_is_there_is_not_written_again() -> None:
    world = _world()
    _identity(world).login = 1000
    _identity(world).faults["set_login_uid"] = _DENIED
    assert _open(world) == _C.SUCCESS


@pytest.mark.parametrize("user", ["mallory", ""])
def test_who_is_unknown_does_not_enter(user: str) -> None:
    world = _world()
    assert _open(world, user=user) == _C.SESSION_ERR
    assert _lines(world)[-1] in (
        f"error: login user-name '{user}' does not exist",
        "cannot determine user name",
    )
    assert _identity(world).login == _NOBODY


def test_nobody_enters_without_a_name() -> None:
    world = _world()
    assert _open(world, user=None) == _C.SESSION_ERR
    assert _lines(world) == ["cannot determine user name"]


@pytest.mark.parametrize("users", [_ALL, None, PermissionError(errno.EACCES, "no")])
@pytest.mark.parametrize("step", ["login_uid", "set_login_uid"])
def test_a_kernel_that_says_no_keeps_the_user_out(step: str, users: str | OSError | None) -> None:
    world = _world(users)
    _identity(world).faults[step] = _DENIED
    done = {"login_uid": "Cannot open", "set_login_uid": "Error writing"}[step]
    assert _open(world) == _C.SESSION_ERR
    assert _lines(world) == [
        f"{done} /proc/self/loginuid: Operation not permitted",
        "set_loginuid failed",
    ]


@pytest.mark.parametrize("users", [_SOME, "", _ALL + _SOME])
@pytest.mark.parametrize("step", ["login_uid", "set_login_uid"])
def test_in_a_user_namespace_it_does_not_matter(step: str, users: str) -> None:
    world = _world(users)
    _identity(world).faults[step] = _DENIED
    # A stack of nothing but ignore refuses, as libpam's does.
    trial = Trial(
        "session required pam_loginuid.so\nsession required pam_permit.so",
        pam_loginuid,
        pam_permit,
        world=world,
        user="alice",
    )
    assert trial.call(Primitive.OPEN_SESSION) == _C.SUCCESS
    assert _lines(world) == []


def test_in_a_user_namespace_it_is_tried() -> None:
    world = _world(_SOME)
    assert (_open(world), _identity(world).login) == (_C.SUCCESS, 1000)


def test_a_kernel_without_audit_is_none_of_its_business() -> None:
    world = _world()
    _identity(world).faults["login_uid"] = FileNotFoundError(errno.ENOENT, "no such file")
    assert _open(world) == _C.PERM_DENIED  # a stack of nothing but ignore
    assert _lines(world) == []


@pytest.mark.parametrize(
    ("collector", "uid", "expected"),
    [
        (417, 0, _C.SUCCESS),
        (0, 0, _C.SESSION_ERR),
        (OSError(errno.EPROTONOSUPPORT, "", "socket"), 0, _C.SUCCESS),
        (OSError(errno.EINVAL, "", "socket"), 0, _C.SUCCESS),
        (OSError(errno.EAFNOSUPPORT, "", "socket"), 0, _C.SUCCESS),
        (OSError(errno.EMFILE, "", "socket"), 0, _C.SESSION_ERR),
        (OSError(errno.EPERM, "", "socket"), 1000, _C.SESSION_ERR),
        (OSError(errno.ECONNREFUSED, ""), 0, _C.SUCCESS),
        (OSError(errno.EPERM, ""), 0, _C.SESSION_ERR),
        (OSError(errno.EPERM, ""), 1000, _C.SUCCESS),
        (OSError(errno.ETIMEDOUT, ""), 0, _C.SESSION_ERR),
        (OSError(errno.EINVAL, ""), 0, _C.SESSION_ERR),
    ],
)
def test_who_requires_a_collector_of_records_has_one(
    collector: int | OSError, uid: int, expected: ReturnCode
) -> None:
    world = _world(uid=uid)
    assert isinstance(world.audit, MemoryAudit)
    world.audit.collected_by = collector
    assert _open(world, "require_auditd") == expected
    refused = ["required running auditd not detected"] if expected else []
    assert _lines(world) == refused
    assert _open(world) == _C.SUCCESS


def test_a_broken_source_of_accounts_keeps_users_out() -> None:
    world = _world()
    world.accounts.failing = True  # type: ignore[attr-defined]  # a memory world's
    assert _open(world) == _C.SERVICE_ERR
    assert _identity(world).login == _NOBODY
