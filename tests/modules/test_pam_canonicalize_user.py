"""pam_canonicalize_user: one account, one name."""

from __future__ import annotations

import pytest

from pamkit.module.world import Account, World
from pamkit.modules import pam_canonicalize_user
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item

_POLICY = "auth [default=bad ignore=ignore success=ok] pam_canonicalize_user.so\n"


class _Lenient(MemoryAccounts):
    """Finds users in any letters, as some directories do."""

    def find(self, name: str) -> Account | None:
        return super().find(name.lower())


def _world() -> World:
    return memory_world().changed(accounts=_Lenient([account("root", 0), account("alice")]))


@pytest.mark.parametrize("given", ["alice", "ALICE", "Alice"])
def test_the_user_is_called_as_the_account_is(given: str) -> None:
    trial = Trial(_POLICY, pam_canonicalize_user, world=_world(), user=given)
    assert trial.authenticate() == ReturnCode.PERM_DENIED  # it has no say, and is alone
    assert trial.handle.texts[Item.USER] == "alice"


def test_a_name_that_is_given_on_asking_is_changed_as_well() -> None:
    with Script(visible("login:", "ROOT")) as script:
        trial = Trial(
            _POLICY, pam_canonicalize_user, world=_world(), user=None, conversation=script
        )
        trial.authenticate()
    assert trial.handle.texts[Item.USER] == "root"


@pytest.mark.parametrize("given", ["eve", "", ":"])
def test_a_stranger_is_unknown_and_not_named_in_the_log(given: str) -> None:
    world = _world()
    trial = Trial(_POLICY, pam_canonicalize_user, world=world, user=given)
    assert trial.authenticate() == ReturnCode.USER_UNKNOWN
    assert isinstance(world.log, MemoryLog)
    assert world.log.texts == ["pam_canonicalize_user(test:auth): user unknown"]


def test_without_an_answer_the_conversation_decides() -> None:
    with Script(visible("login:", None)) as script:
        trial = Trial(
            _POLICY, pam_canonicalize_user, world=_world(), user=None, conversation=script
        )
        assert trial.authenticate() == ReturnCode.CONV_ERR


def test_a_broken_account_database_is_an_error() -> None:
    world = _world()
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    trial = Trial(_POLICY, pam_canonicalize_user, world=world, user="ALICE")
    assert trial.authenticate() == ReturnCode.SERVICE_ERR


def test_setcred_has_no_say() -> None:
    trial = Trial(_POLICY, pam_canonicalize_user, world=_world())
    assert trial.setcred() == ReturnCode.PERM_DENIED
