"""pam_unix_auth: the password that others asked for, compared with the one on record."""

from __future__ import annotations

import pytest

from pamkit.module.world import Shadow
from pamkit.modules.solaris import pam_unix_auth
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.modules.families import NO_SAY, answer, trial
from tests.modules.solaris.solaris_world import shadow, world_of

_C, _P = ReturnCode, Primitive
_KNOWN = shadow("alice")
_BLANK = shadow("alice", None)
_FORBIDDEN = int(Flag.DISALLOW_NULL_AUTHTOK)


@pytest.mark.parametrize(
    ("entry", "user", "typed", "flags", "expected"),
    [
        (_KNOWN, "alice", "secret", 0, _C.SUCCESS),
        (_KNOWN, "alice", "Secret", 0, _C.AUTH_ERR),
        (_KNOWN, "alice", "", 0, _C.AUTH_ERR),
        (_KNOWN, "alice", None, 0, _C.AUTH_ERR),
        (_KNOWN, "eve", "secret", 0, _C.USER_UNKNOWN),
        (_KNOWN, "", "secret", 0, _C.USER_UNKNOWN),
        (_KNOWN, None, "secret", 0, _C.USER_UNKNOWN),
        (_KNOWN, "bob", "secret", 0, _C.SYSTEM_ERR),  # nothing is on record of bob
        (_BLANK, "alice", None, 0, _C.SUCCESS),
        (_BLANK, "alice", "anything", 0, _C.SUCCESS),
        (_BLANK, "alice", "", _FORBIDDEN, _C.AUTH_ERR),
        (_BLANK, "alice", None, _FORBIDDEN, _C.AUTH_ERR),
        (_KNOWN, "alice", "secret", _FORBIDDEN, _C.SUCCESS),
        (Shadow("alice", Secret("*LK*")), "alice", "*LK*", 0, _C.AUTH_ERR),
        (Shadow("alice", Secret("NP")), "alice", "NP", 0, _C.AUTH_ERR),
    ],
)
def test_the_password_is_compared(
    entry: Shadow, user: str | None, typed: str | None, flags: int, expected: ReturnCode
) -> None:
    code = answer(
        pam_unix_auth,
        _P.AUTHENTICATE,
        world=world_of(entry),
        user=user,
        flags=flags,
        tokens={} if typed is None else {Item.AUTHTOK: typed},
    )
    assert code == expected


def test_the_password_stays_for_the_modules_behind() -> None:
    world = world_of(_KNOWN)

    made, _ = trial(pam_unix_auth, _P.AUTHENTICATE, world=world, tokens={Item.AUTHTOK: "secret"})
    assert made.authenticate() == _C.SUCCESS
    assert made.authenticate() == _C.AUTH_ERR  # the next call begins without one


def test_users_of_other_services_can_be_left_to_those() -> None:
    world = world_of(shadow("far", "theirs"))
    for options, expected in (("server_policy", NO_SAY), ("", _C.SUCCESS)):
        code = answer(
            pam_unix_auth,
            _P.AUTHENTICATE,
            options,
            world=world,
            user="far",
            tokens={Item.AUTHTOK: "theirs"},
        )
        assert code == expected


def test_setcred_has_no_say() -> None:
    assert answer(pam_unix_auth, _P.SETCRED) == NO_SAY
