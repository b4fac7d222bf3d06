"""pam_localuser: whoever has a line in the passwd file."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_localuser
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Script, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode

_YES, _NO, _ERROR = ReturnCode.SUCCESS, ReturnCode.PERM_DENIED, ReturnCode.SERVICE_ERR


def _world(own: bytes | str | OSError = "dora:x:1004\n") -> World:
    accounts = MemoryAccounts([account("alice"), account("ldapia")], remote=["ldapia"])
    return memory_world(files={"/etc/own": own}).changed(accounts=accounts)


def _answer(user: str | None, options: str = "", world: World | None = None) -> ReturnCode:
    policy = f"auth required pam_localuser.so {options}\n"
    return Trial(policy, pam_localuser, world=world or _world(), user=user).authenticate()


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [line.removeprefix("pam_localuser(test:auth): ") for line in world.log.texts]


@pytest.mark.parametrize(
    ("user", "expected"),
    [("alice", _YES), ("ldapia", _NO), ("eve", _NO), ("alice:x", _NO), ("", _ERROR)],
)
def test_only_users_with_a_line_are_local(user: str, expected: ReturnCode) -> None:
    assert _answer(user) == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [("dora", _YES), ("alice", _NO), ("dor", _NO), ("dora:x", _NO), ("x" * 9000, _NO)],
)
def test_another_file_can_be_asked(user: str, expected: ReturnCode) -> None:
    assert _answer(user, "file=/etc/own") == expected


def test_a_line_of_any_length_is_read() -> None:
    assert _answer("dora", "file=/etc/own", _world("x" * 70000 + "\ndora:x\n")) == _YES


@pytest.mark.parametrize("options", ["file=/etc/nowhere", "file=", "file=relative"])
def test_a_file_that_cannot_be_looked_for_is_no_empty_file_and_not_replaced(options: str) -> None:
    world = _world()
    assert _answer("alice", options, world) == _ERROR
    assert _log(world)[-1].startswith(f"error opening {options[5:]}: ")


def test_a_file_that_may_not_be_read_is_an_error() -> None:
    world = _world(PermissionError(13, "Permission denied"))
    assert _answer("dora", "file=/etc/own", world) == _ERROR


def test_debug_and_unknown_words_are_logged_in_their_order() -> None:
    world = _world()
    _answer("dora", "file=/etc/own what debug file=/etc/own", world)
    assert _log(world) == [
        "set filename to /etc/own",
        "unrecognized option: what",
        "set filename to /etc/own",
    ]


def test_without_a_name_the_conversation_decides() -> None:
    policy = "auth required pam_localuser.so\n"
    with Script(visible("login:", None)) as script:
        trial = Trial(policy, pam_localuser, world=_world(), user=None, conversation=script)
        assert trial.authenticate() == ReturnCode.CONV_ERR


def test_setcred_always_succeeds() -> None:
    assert Trial("auth required pam_localuser.so\n", pam_localuser, user="eve").setcred() == _YES
