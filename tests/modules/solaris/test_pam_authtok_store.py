"""pam_authtok_store: what is stored, and for whom; the whole chain is in test_change."""

from __future__ import annotations

import pytest

from pamkit.modules.solaris import pam_authtok_store
from pamkit.testing.script import info
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.modules.families import answer
from tests.modules.solaris.solaris_world import shadow, world_of

_C, _P = ReturnCode, Primitive
_NEW: dict[Item, str | bytes] = {Item.AUTHTOK: "Wholly-9-new"}
_DONE = info("test: password successfully changed for alice")


@pytest.mark.parametrize(
    ("user", "options", "tokens", "expected"),
    [
        ("alice", "nowarn", _NEW, _C.SUCCESS),
        ("alice", "nowarn", {}, _C.SYSTEM_ERR),
        ("eve", "", _NEW, _C.USER_UNKNOWN),
        ("eve", "server_policy", _NEW, _C.USER_UNKNOWN),
        ("", "", _NEW, _C.USER_UNKNOWN),
        ("far", "", _NEW, _C.USER_UNKNOWN),
        ("far", "server_policy", _NEW, _C.SUCCESS),  # it ignores; the line behind it succeeds
    ],
)
def test_passwords_are_stored_for_users_of_the_files(
    user: str, options: str, tokens: dict[Item, str | bytes], expected: ReturnCode
) -> None:
    code = answer(
        pam_authtok_store,
        _P.CHAUTHTOK,
        options,
        world=world_of(shadow("alice")),
        user=user,
        tokens=tokens,
        goes_on=True,
    )
    assert code == expected


def test_the_user_is_told_unless_silence_is_wanted() -> None:
    for lines, flags in (((_DONE,), 0), ((), Flag.SILENT)):
        code = answer(
            pam_authtok_store,
            _P.CHAUTHTOK,
            "",
            *lines,
            flags=flags,
            world=world_of(shadow("alice")),
            tokens=_NEW,
            goes_on=True,
        )
        assert code == _C.SUCCESS
