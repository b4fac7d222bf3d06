"""pam_tty_audit: what listed users type is recorded while their session lasts."""

from __future__ import annotations

import errno

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_tty_audit
from pamkit.testing.accounts import account
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_C, _P = ReturnCode, Primitive


def _world() -> World:
    return memory_world(users=[account("alice"), account("root", 0), account("a,b", 7)])


def _audit(world: World) -> MemoryAudit:
    assert isinstance(world.audit, MemoryAudit)
    return world.audit


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [t.partition("): ")[2] for t in world.log.texts if t.startswith("pam_tty_audit(")]


def _trial(world: World, options: str, user: str | None = "alice") -> Trial:
    policy = f"session required pam_tty_audit.so {options}"
    return Trial(policy, pam_tty_audit, world=world, user=user)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("", None),
        ("enable=alice", 1),
        ("enable=al*", 1),
        ("enable=bob,,a[k-m]ice", 1),
        ("enable=Alice", None),
        ("enable=bob", None),
        ("enable=", None),
        ("enable", None),
        ("enable=1000:", 1),
        ("enable=1001:", None),
        ("enable=999:1000", 1),
        ("enable=1000:999", None),
        ("enable=:1000", 1),
        ("enable=:999", None),
        ("enable=:", None),
        ("[enable= 1000:+1000]", 1),
        ("enable=* disable=alice", 0),
        ("disable=* enable=alice", 1),
        ("disable=* enable=root", 0),
        ("enable=* enable=bob", 1),
        ("enable=x:", None),
        ("enable=0:x", None),
        ("enable=0:9:9", None),
        ("enable=:x", None),
    ],
)
def test_the_last_option_that_fits_counts(options: str, expected: int | None) -> None:
    world = _world()
    assert _trial(world, options).call(_P.OPEN_SESSION) == _C.SUCCESS
    assert _audit(world).recorded == (expected or 0, 0)
    told = [f"changed status from 0 to {expected}"] * (expected is not None)
    assert [line for line in _lines(world) if line.startswith("changed")] == told


@pytest.mark.parametrize("pattern", ["4294967296:", "-1:", "0:4294967295", ":4294968296", "-9:0"])
def test_a_number_that_is_no_users_fits_nobody(pattern: str) -> None:
    world = _world()
    assert _trial(world, f"enable={pattern}").call(_P.OPEN_SESSION) == _C.SUCCESS
    assert _audit(world).recorded == (0, 0)
    which = "min" if pattern[0] in "4-" else "max"
    assert _lines(world) == [f"wrong {which}_uid value in '{pattern}'"]


@pytest.mark.parametrize("options", ["enable=:", "enable=,,", "enable=1001:", "enable=bob"])
def test_what_fits_nobody_is_nothing_to_speak_of(options: str) -> None:
    world = _world()
    assert _trial(world, options).call(_P.OPEN_SESSION) == _C.SUCCESS
    assert _lines(world) == []


def test_passwords_are_recorded_on_request_and_everything_is_as_before_at_the_end() -> None:
    world = _world()
    trial = _trial(world, "enable=* log_passwd")
    assert trial.call(_P.OPEN_SESSION) == _C.SUCCESS
    assert _audit(world).recorded == (1, 1)
    assert trial.call(_P.CLOSE_SESSION) == _C.SUCCESS
    assert _audit(world).recorded == (0, 0)
    assert _lines(world) == ["changed status from 0 to 1", "restored status to 0"]


def test_nothing_is_put_back_that_was_not_changed() -> None:
    world = _world()
    _audit(world).recorded = 1, 0
    trial = _trial(world, "enable=*")
    trial.call(_P.OPEN_SESSION)
    _audit(world).recorded = 0, 0
    assert trial.call(_P.CLOSE_SESSION) == _C.SUCCESS
    assert _audit(world).recorded == (0, 0)
    assert _lines(world) == ["changed status from 1 to 1"]


def test_open_only_leaves_things_as_they_are() -> None:
    world = _world()
    trial = _trial(world, "enable=* open_only")
    assert [trial.call(_P.OPEN_SESSION), trial.call(_P.CLOSE_SESSION)] == [_C.SUCCESS] * 2
    assert _audit(world).recorded == (1, 0)


def test_words_that_are_no_options_are_logged() -> None:
    world = _world()
    _trial(world, "nonsense Enable=* open_only=1").call(_P.OPEN_SESSION)
    assert _lines(world) == [
        *("unknown option `nonsense'", "unknown option `Enable=*'", "unknown option `open_only=1'"),
    ]


def test_a_kernel_without_audit_is_none_of_its_business() -> None:
    world = _world()
    _audit(world).recorded = OSError(errno.EPROTONOSUPPORT, "Protocol not supported", "socket")
    assert _trial(world, "enable=*").call(_P.OPEN_SESSION) == _C.PERM_DENIED  # nothing but ignore
    assert _lines(world) == ["unable to open audit socket, audit not supported; tty_audit skipped"]


@pytest.mark.parametrize(
    "fault",
    [
        OSError(errno.EPROTONOSUPPORT, "Operation not permitted"),
        OSError(errno.EPERM, "Operation not permitted"),
        OSError(errno.EMFILE, "Operation not permitted", "socket"),
    ],
)
def test_a_kernel_that_does_not_tell_keeps_the_user_out(fault: OSError) -> None:
    world = _world()
    _audit(world).recorded = fault
    assert _trial(world, "enable=*").call(_P.OPEN_SESSION) == _C.SESSION_ERR
    assert _lines(world) == ["error reading current audit status: Operation not permitted"]


def test_a_kernel_that_says_no_keeps_the_user_out() -> None:
    world = _world()
    denied = _audit(world).terminal_fault = PermissionError(1, "Operation not permitted")
    assert _trial(world, "enable=*").call(_P.OPEN_SESSION) == _C.SESSION_ERR
    assert _lines(world) == ["error setting current audit status: Operation not permitted"]
    _audit(world).terminal_fault = None
    trial = _trial(world, "enable=*")
    trial.call(_P.OPEN_SESSION)
    _audit(world).terminal_fault = denied
    assert trial.call(_P.CLOSE_SESSION) == _C.SESSION_ERR
    assert _lines(world)[-1] == "error restoring audit status: Operation not permitted"


@pytest.mark.parametrize(
    ("user", "line"),
    [("mallory", "open_session unknown user 'mallory'"), (None, "cannot determine user name")],
)
def test_who_is_unknown_does_not_enter(user: str | None, line: str) -> None:
    world = _world()
    assert _trial(world, "enable=*", user).call(_P.OPEN_SESSION) == _C.SESSION_ERR
    assert (_lines(world), _audit(world).recorded) == ([line], (0, 0))
