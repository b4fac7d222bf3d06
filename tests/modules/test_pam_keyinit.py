"""pam_keyinit: a session has a keyring of its own, as long as it lasts."""

from __future__ import annotations

import errno

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_keyinit
from pamkit.testing.accounts import account
from pamkit.testing.kernel import MemoryIdentity, MemoryKeyrings
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag

_C, _P = ReturnCode, Primitive
_FAULT = OSError(errno.EDQUOT, "Disk quota exceeded")


class _Machine:
    """A world, and a transaction in it."""

    def __init__(
        self,
        options: str = "",
        *,
        user: str | None = "alice",
        uid: int = 0,
        euid: int | None = None,
    ) -> None:
        self.world: World = memory_world(
            users=[account("alice", gid=100), account("root", 0)],
            process=StandInProcess(uid=uid, euid=euid),
        )
        assert isinstance(self.world.identity, MemoryIdentity)
        assert isinstance(self.world.keyrings, MemoryKeyrings)
        self.identity, self.keyrings = self.world.identity, self.world.keyrings
        self.before = self.ids
        self.trial = self.transaction(options, user)

    def transaction(self, options: str = "", user: str | None = "alice") -> Trial:
        line = f"required pam_keyinit.so {options}\n"
        return Trial(f"auth {line}session {line}", pam_keyinit, world=self.world, user=user)

    def play(self, *primitives: Primitive, flags: int = 0) -> list[int]:
        return [int(self.trial.call(primitive, flags)) for primitive in primitives]

    @property
    def ids(self) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
        return self.identity.user_ids(), self.identity.group_ids()

    @property
    def lines(self) -> list[str]:
        assert isinstance(self.world.log, MemoryLog)
        texts = self.world.log.texts
        return [text.partition("): ")[2] for text in texts if text.startswith("pam_keyinit(")]


def test_a_forced_session_has_a_keyring_that_is_the_users() -> None:
    machine = _Machine("force")
    assert machine.play(_P.OPEN_SESSION) == [_C.SUCCESS]
    keyrings = machine.keyrings
    assert (keyrings.owners, keyrings.linked) == ({100: (1000, 100)}, [1000])
    assert machine.identity.changes == [
        *("group 100 0 0", "user 1000 0 0"),
        *("user 0 0 0", "group 0 0 0"),
    ]
    assert machine.ids == machine.before


def test_a_process_with_a_keyring_of_its_own_keeps_it_unless_forced() -> None:
    machine = _Machine()
    machine.keyrings.current = 7
    assert machine.play(_P.OPEN_SESSION) == [_C.SUCCESS]
    assert (machine.keyrings.current, machine.keyrings.owners) == (7, {})
    assert machine.ids == machine.before


def test_the_keyring_that_every_process_of_the_user_has_is_replaced() -> None:
    machine = _Machine()
    assert machine.play(_P.OPEN_SESSION) == [_C.SUCCESS]
    assert machine.keyrings.owners == {100: (1000, 100)}


def test_credentials_and_session_have_one_keyring() -> None:
    machine = _Machine("force")
    assert machine.play(_P.SETCRED, flags=Flag.ESTABLISH_CRED) == [_C.SUCCESS]
    assert machine.play(_P.OPEN_SESSION, _P.OPEN_SESSION) == [_C.SUCCESS] * 2
    assert list(machine.keyrings.owners) == [100]


@pytest.mark.parametrize("flags", [Flag.REFRESH_CRED, Flag.REINITIALIZE_CRED, Flag.DELETE_CRED])
def test_other_work_on_credentials_is_none_of_its_business(flags: int) -> None:
    machine = _Machine("force revoke")
    assert machine.play(_P.SETCRED, flags=flags) == [_C.PERM_DENIED]  # nothing but ignore
    assert machine.keyrings.owners == {}


def test_authenticate_has_no_say() -> None:
    assert _Machine().play(_P.AUTHENTICATE) == [_C.PERM_DENIED]  # nothing but ignore


def test_the_keyring_is_revoked_as_the_user_when_the_last_session_ends() -> None:
    machine = _Machine("force revoke")
    machine.play(_P.OPEN_SESSION, _P.OPEN_SESSION, _P.CLOSE_SESSION)
    assert machine.keyrings.revoked == []
    del machine.identity.changes[:]
    assert machine.play(_P.CLOSE_SESSION) == [_C.SUCCESS]
    assert machine.keyrings.revoked == [(100, 1000)]
    assert machine.identity.changes[:2] == ["group 0 100 0", "user 0 1000 0"]
    assert machine.ids == machine.before
    machine.play(_P.CLOSE_SESSION)
    assert machine.keyrings.revoked == [(100, 1000)]


def test_without_revoke_the_keyring_stays() -> None:
    machine = _Machine("force")
    machine.play(_P.OPEN_SESSION, _P.CLOSE_SESSION)
    machine.play(_P.SETCRED, flags=Flag.DELETE_CRED)
    assert machine.keyrings.revoked == []


def test_the_keyring_is_revoked_with_the_credentials() -> None:
    machine = _Machine("force revoke")
    machine.play(_P.SETCRED, flags=Flag.ESTABLISH_CRED)
    assert machine.play(_P.SETCRED, flags=Flag.DELETE_CRED) == [_C.SUCCESS]
    assert machine.keyrings.revoked == [(100, 1000)]


def test_the_words_of_all_lines_add_up() -> None:
    machine = _Machine()
    lines = "".join(f"session required pam_keyinit.so {word}\n" for word in ("revoke", "force"))
    trial = Trial(lines, pam_keyinit, world=machine.world, user="alice")
    # Each line counts the session.
    assert [trial.call(_P.OPEN_SESSION), trial.call(_P.CLOSE_SESSION)] == [_C.SUCCESS] * 2
    assert machine.keyrings.revoked == [(100, 1000)]


def test_a_second_transaction_has_a_keyring_and_an_end_of_its_own() -> None:
    machine = _Machine("force revoke")
    other = machine.transaction("force revoke")
    machine.play(_P.OPEN_SESSION)
    other.call(_P.OPEN_SESSION)
    machine.play(_P.CLOSE_SESSION)
    assert machine.keyrings.revoked == [(100, 1000)]
    other.call(_P.CLOSE_SESSION)
    assert machine.keyrings.revoked == [(100, 1000), (101, 1000)]


@pytest.mark.parametrize("step", ["session", "user_session", "start_session", "link_user"])
def test_what_fails_is_an_error_of_what_was_asked_for(step: str) -> None:
    machine = _Machine()
    machine.keyrings.faults[step] = _FAULT
    assert machine.play(_P.SETCRED, flags=Flag.ESTABLISH_CRED) == [_C.CRED_ERR]
    assert machine.lines == ["cannot begin a session keyring: Disk quota exceeded"]
    assert machine.ids == machine.before
    machine = _Machine()
    machine.keyrings.faults[step] = _FAULT
    assert machine.play(_P.OPEN_SESSION) == [_C.SESSION_ERR]


def test_a_kernel_without_keyrings_lets_sessions_begin_unless_forced() -> None:
    missing = OSError(errno.ENOSYS, "Function not implemented")
    for options, expected, line in (
        ("", _C.SUCCESS, "the kernel has no keyrings"),
        ("force", _C.SESSION_ERR, "cannot begin a session keyring: Function not implemented"),
    ):
        machine = _Machine(options)
        machine.keyrings.faults = dict.fromkeys(("session", "start_session"), missing)
        assert (machine.play(_P.OPEN_SESSION), machine.lines) == ([expected], [line])


@pytest.mark.parametrize(
    ("fault", "lines"),
    [
        ("group 100 0 0", ["Unable to change GID to 100 temporarily"]),
        ("user 1000 0 0", ["Unable to change UID to 1000 temporarily"]),
        ("user 0 0 0", ["Unable to change UID back to 0"]),
        ("group 0 0 0", ["Unable to change GID back to 0"]),
    ],
)
def test_a_change_of_user_that_fails_is_an_error(fault: str, lines: list[str]) -> None:
    machine = _Machine("force")
    machine.identity.faults[fault] = PermissionError(errno.EPERM, "Operation not permitted")
    assert machine.play(_P.OPEN_SESSION) == [_C.SESSION_ERR]
    assert machine.lines == lines
    if "temporarily" in lines[0]:
        assert (machine.keyrings.owners, machine.ids) == ({}, machine.before)


def test_only_root_can_do_it_for_somebody_else() -> None:
    machine = _Machine("force", uid=1001)
    assert machine.play(_P.OPEN_SESSION) == [_C.SESSION_ERR]
    assert machine.lines == ["Unable to change GID to 100 temporarily"]
    assert machine.keyrings.owners == {}


def test_who_gave_up_root_for_a_while_does_not_get_roots_keyring() -> None:
    machine = _Machine("force", user="root", uid=1000)
    machine.identity.users = 1000, 1000, 0
    machine.identity.groups = 0, 0, 0
    assert machine.play(_P.OPEN_SESSION) == [_C.SESSION_ERR]
    assert machine.lines == ["Unable to change UID to 0 temporarily"]
    assert machine.keyrings.owners == {}


def test_a_saved_user_that_is_not_the_effective_one_is_put_back() -> None:
    machine = _Machine("force revoke")
    machine.identity.users = machine.before[0][0], 0, 1001
    machine.play(_P.OPEN_SESSION)
    assert machine.identity.users == (0, 0, 1001)
    assert machine.play(_P.CLOSE_SESSION) == [_C.SUCCESS]
    assert machine.keyrings.revoked == [(100, 1000)]
    assert machine.identity.users == (0, 0, 1001)


def test_a_revocation_that_fails_is_logged_and_the_session_is_over() -> None:
    machine = _Machine("force revoke")
    machine.keyrings.faults["revoke"] = _FAULT
    assert machine.play(_P.OPEN_SESSION, _P.CLOSE_SESSION) == [_C.SUCCESS] * 2
    assert machine.lines == ["cannot revoke the session keyring: Disk quota exceeded"]
    machine.play(_P.SETCRED, flags=Flag.ESTABLISH_CRED)
    assert machine.play(_P.SETCRED, flags=Flag.DELETE_CRED) == [_C.CRED_ERR]
    assert machine.ids == machine.before


def test_who_is_unknown_has_no_keyring() -> None:
    machine = _Machine("force", user="mallory")
    assert machine.play(_P.OPEN_SESSION) == [_C.USER_UNKNOWN]
    assert machine.lines == ['Unable to look up user "mallory"']
    machine = _Machine("force", user=None)
    assert machine.play(_P.OPEN_SESSION) == [_C.CONV_ERR]


def test_everything_is_said_on_request() -> None:
    machine = _Machine("debug revoke")
    machine.play(_P.OPEN_SESSION, _P.OPEN_SESSION, _P.CLOSE_SESSION, _P.CLOSE_SESSION)
    machine.play(_P.SETCRED, flags=Flag.ESTABLISH_CRED)
    machine.play(_P.SETCRED, flags=Flag.DELETE_CRED)
    assert machine.lines == [
        "UID:1000 [0]  GID:100 [0]",
        "GET SESSION = 1001000",
        "GET SESSION = 1001000",
        "JOIN = 100",
        "OPEN 2",
        "CLOSE 2,100,1",
        "CLOSE 1,100,1",
        "REVOKE 100",
        "UID:1000 [0]  GID:100 [0]",
        "ESTABLISH_CRED",
        "UID:1000 [0]  GID:100 [0]",
        "GET SESSION = 100",
        "GET SESSION = 1001000",
    ]
