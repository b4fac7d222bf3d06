"""A call that is aimed at another store of accounts is none of the modules' business."""

from __future__ import annotations

from types import ModuleType

import pytest

from pamkit.modules.solaris import (
    pam_authtok_store,
    pam_passwd_auth,
    pam_unix_account,
    pam_unix_auth,
    pam_unix_cred,
)
from pamkit.testing.accounts import account
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.modules.families import NO_SAY, answer

_P = Primitive
_KNOW_FILES = [
    (pam_unix_auth, _P.AUTHENTICATE),
    (pam_passwd_auth, _P.AUTHENTICATE),
    (pam_unix_account, _P.ACCT_MGMT),
    (pam_unix_cred, _P.SETCRED),
    (pam_authtok_store, _P.CHAUTHTOK),
]


@pytest.mark.parametrize(("module", "primitive"), _KNOW_FILES, ids=lambda each: str(each)[-30:-4])
def test_a_store_that_is_not_known_is_left_to_others(
    module: ModuleType, primitive: Primitive
) -> None:
    """Nobody has the account that is asked for: who answers that has looked."""
    world = memory_world(users=[account("bob", 1001)])
    codes = [
        answer(
            module,
            primitive,
            world=world,
            user="alice",
            goes_on=True,
            texts=texts,
        )
        for texts in ({Item.REPOSITORY: "ldap"}, {Item.REPOSITORY: "files"}, {})
    ]
    assert codes[0] is ReturnCode.SUCCESS  # the module that goes on behind it said so
    assert codes[1] is codes[2]
    assert codes[2] not in (ReturnCode.SUCCESS, NO_SAY)
