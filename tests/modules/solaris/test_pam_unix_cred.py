"""pam_unix_cred: credentials of users who are known."""

from __future__ import annotations

import pytest

from pamkit.modules.solaris import pam_unix_cred
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from tests.modules.families import NO_SAY, answer, trial
from tests.modules.solaris.solaris_world import world_of

_C, _P = ReturnCode, Primitive


def test_authenticate_has_no_say() -> None:
    assert answer(pam_unix_cred, _P.AUTHENTICATE, world=world_of()) == NO_SAY


@pytest.mark.parametrize(
    ("user", "flags", "expected"),
    [
        ("alice", 0, _C.SUCCESS),
        ("alice", Flag.ESTABLISH_CRED, _C.SUCCESS),
        ("alice", Flag.REINITIALIZE_CRED | Flag.SILENT, _C.SUCCESS),
        ("eve", Flag.ESTABLISH_CRED, _C.USER_UNKNOWN),
        (None, Flag.ESTABLISH_CRED, _C.USER_UNKNOWN),
        ("", Flag.REFRESH_CRED, _C.USER_UNKNOWN),
        ("eve", Flag.DELETE_CRED, _C.SUCCESS),
    ],
)
def test_setcred_knows_users(user: str | None, flags: int, expected: ReturnCode) -> None:
    code = answer(pam_unix_cred, _P.SETCRED, flags=flags, world=world_of(), user=user)
    assert code == expected


def test_two_actions_at_once_are_none() -> None:
    made, _ = trial(
        pam_unix_cred,
        _P.SETCRED,
        world=world_of(),
        quirks=frozenset({"flags-unchecked"}),
    )
    assert made.setcred(Flag.ESTABLISH_CRED | Flag.DELETE_CRED) == _C.SYSTEM_ERR
