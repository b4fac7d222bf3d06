"""pam_unix_account: accounts that are locked or have ended, and passwords that are too old."""

from __future__ import annotations

import pytest

from pamkit.module.world import Shadow
from pamkit.modules.solaris import pam_unix_account
from pamkit.testing.script import Line, error, info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.secret import Secret
from tests.modules.families import NO_SAY, answer, log_of
from tests.modules.solaris.solaris_world import shadow, world_of
from tests.modules.unix_world import TODAY

_C, _ACCOUNT = ReturnCode, Primitive.ACCT_MGMT
_TOO_LATE = (
    error("Your password has been expired for too long."),
    error("Please contact the system administrator."),
)
_WARNED = {
    1: info("Your password will expire in 1 day."),
    3: info("Your password will expire in 3 days."),
}


@pytest.mark.parametrize(
    ("entry", "lines", "flags", "expected"),
    [
        (shadow("alice"), (), 0, _C.SUCCESS),
        (Shadow("alice", Secret("NP")), (), 0, _C.SUCCESS),
        (Shadow("alice", Secret("*LK*")), (), 0, _C.PERM_DENIED),
        (Shadow("alice", Secret("*LK*$x$y")), (), 0, _C.PERM_DENIED),
        (shadow("alice", None), (), 0, _C.SUCCESS),
        (shadow("alice", None), (), Flag.DISALLOW_NULL_AUTHTOK, _C.PERM_DENIED),
        (shadow("alice", expires=TODAY - 1), (), 0, _C.ACCT_EXPIRED),
        (shadow("alice", last_change=0), (), 0, _C.NEW_AUTHTOK_REQD),
        (shadow("alice", max_days=5), (), 0, _C.NEW_AUTHTOK_REQD),
        (shadow("alice", max_days=5, inactive_days=2), _TOO_LATE, 0, _C.AUTHTOK_EXPIRED),
        (shadow("alice", max_days=11, warn_days=7), (_WARNED[1],), 0, _C.SUCCESS),
        (shadow("alice", max_days=13, warn_days=7), (_WARNED[3],), 0, _C.SUCCESS),
        (shadow("alice", max_days=13, warn_days=7), (), Flag.SILENT, _C.SUCCESS),
        (shadow("alice", min_days=30), (), 0, _C.SUCCESS),
        (shadow("bob"), (), 0, _C.SERVICE_ERR),  # nothing is on record of alice
    ],
)
def test_accounts_are_judged(
    entry: Shadow, lines: tuple[Line, ...], flags: int, expected: ReturnCode
) -> None:
    assert answer(pam_unix_account, _ACCOUNT, "", *lines, flags=flags, world=world_of(entry)) == (
        expected
    )


def test_nowarn_keeps_silent_and_other_words_are_logged() -> None:
    world = world_of(shadow("alice", max_days=11, warn_days=7))
    assert answer(pam_unix_account, _ACCOUNT, "NOWARN nonsense", world=world) == _C.SUCCESS
    assert log_of(world) == ["ACCOUNT:pam_sm_acct_mgmt: illegal option nonsense"]


def test_attempts_at_locked_accounts_are_logged() -> None:
    world = world_of(Shadow("alice", Secret("*LK*")))
    answer(pam_unix_account, _ACCOUNT, world=world)
    line = "test attempting to validate locked account alice from local host"
    assert log_of(world) == [line]


@pytest.mark.parametrize("user", ["eve", None])
def test_strangers_are_unknown(user: str | None) -> None:
    assert answer(pam_unix_account, _ACCOUNT, world=world_of(), user=user) == _C.USER_UNKNOWN


def test_users_of_other_services_can_be_left_to_those() -> None:
    world = world_of(shadow("far", expires=1))
    code = answer(pam_unix_account, _ACCOUNT, "server_policy", world=world, user="far")
    assert code == NO_SAY
    assert answer(pam_unix_account, _ACCOUNT, world=world, user="far") == _C.ACCT_EXPIRED
