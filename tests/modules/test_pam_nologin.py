from pathlib import Path

import pytest

from pamkit.module.world import World
from pamkit.modules import pam_nologin
from pamkit.stores.files import DiskFiles
from pamkit.stores.root import Root
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.script import Line, Script, error, info, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode

_USERS = [account("root", 0), account("alice", 1000)]
_FIRST, _SECOND = "/var/run/nologin", "/etc/nologin"


def _world(**files: bytes | str | OSError) -> World:
    places = {"first": _FIRST, "second": _SECOND, "own": "/srv/stop"}
    return memory_world(users=_USERS, files={places[name]: text for name, text in files.items()})


def _answer(
    world: World, *lines: Line, user: str | None = "alice", options: str = ""
) -> ReturnCode:
    """Return what the module itself answers: without a say, success is somebody else's."""
    policy = f"auth [default=bad success=ok ignore=ignore] pam_nologin.so {options}\n"
    with Script(*lines) as script:
        return Trial(
            policy, pam_nologin, world=world, user=user, conversation=script
        ).authenticate()


_NO_SAY = ReturnCode.PERM_DENIED


def test_without_a_file_it_has_no_say() -> None:
    assert _answer(_world()) == _NO_SAY


def test_without_a_file_it_succeeds_if_asked_to() -> None:
    assert _answer(_world(), options="successok") == ReturnCode.SUCCESS


@pytest.mark.parametrize("place", ["first", "second"])
def test_users_are_refused_and_shown_the_file(place: str) -> None:
    world = _world(**{place: "Back soon.\n"})
    assert _answer(world, error("Back soon.\n")) == ReturnCode.AUTH_ERR


def test_the_first_place_counts() -> None:
    assert _answer(_world(first="one", second="two"), error("one")) == ReturnCode.AUTH_ERR


def test_a_stranger_is_refused_as_unknown() -> None:
    assert _answer(_world(first="x"), error("x"), user="eve") == ReturnCode.USER_UNKNOWN


@pytest.mark.parametrize(("options", "expected"), [("", _NO_SAY), ("successok", 0)])
def test_root_is_told_and_let_by(options: str, expected: int) -> None:
    assert _answer(_world(first="x"), info("x"), user="root", options=options) == expected


def test_an_empty_file_refuses_without_a_word() -> None:
    assert _answer(_world(first="")) == ReturnCode.AUTH_ERR


def test_only_the_named_file_is_looked_at() -> None:
    assert _answer(_world(first="x", second="x"), options="file=/srv/stop") == _NO_SAY
    assert _answer(_world(own="y"), error("y"), options="file=/srv/stop") == ReturnCode.AUTH_ERR


@pytest.mark.parametrize("user", ["root", "alice"])
def test_a_directory_is_an_error_for_everybody(user: str) -> None:
    world = _world(first=IsADirectoryError(21, "Is a directory"))
    assert _answer(world, user=user) == ReturnCode.SYSTEM_ERR


@pytest.mark.parametrize("user", ["alice", "root"])
def test_a_file_that_cannot_be_opened_keeps_all_but_root_out(user: str) -> None:
    world = _world(second=PermissionError(13, "Permission denied"))
    assert _answer(world, user=user) == (_NO_SAY if user == "root" else ReturnCode.AUTH_ERR)


@pytest.mark.parametrize("options", ["file=", "file=stop", "successok file=stop"])
def test_a_file_that_nobody_can_look_for_keeps_users_out(options: str) -> None:
    assert _answer(_world(), options=options) == ReturnCode.AUTH_ERR


def test_the_user_is_asked_for() -> None:
    lines = (visible("login:", "alice"), error("x"))
    assert _answer(_world(first="x"), *lines, user=None) == ReturnCode.AUTH_ERR


def test_nobody_is_let_by_if_nobody_answers() -> None:
    world = _world()
    trial = Trial("auth required pam_nologin.so successok", pam_nologin, world=world, user=None)
    assert trial.authenticate() == ReturnCode.USER_UNKNOWN
    assert isinstance(world.log, MemoryLog)
    assert world.log.texts == ["pam_nologin(test:auth): cannot determine user name"]


def test_accounts_that_cannot_be_read_let_nobody_by() -> None:
    world = _world(first="x")
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.failing = True
    assert _answer(world, user="root", options="successok") == ReturnCode.SERVICE_ERR


def test_setcred_answers_as_without_a_file() -> None:
    world = _world(first="x")
    policy = "auth required pam_nologin.so successok"
    trial = Trial(policy, pam_nologin, world=world, user="root")
    assert [trial.authenticate(), trial.setcred()] == [ReturnCode.SUCCESS, ReturnCode.SUCCESS]


def test_a_directory_on_disk_is_told_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "etc" / "nologin").mkdir(parents=True)
    world = _world()
    files = DiskFiles(Root(str(tmp_path)), world.accounts)
    assert _answer(world.changed(files=files)) == ReturnCode.SYSTEM_ERR


def test_nothing_on_disk_is_no_file(tmp_path: Path) -> None:
    world = _world()
    files = DiskFiles(Root(str(tmp_path)), world.accounts)
    assert _answer(world.changed(files=files)) == _NO_SAY
