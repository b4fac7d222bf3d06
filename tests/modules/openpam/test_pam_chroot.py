"""pam_chroot: where users are shut up, and who is not."""

from __future__ import annotations

import pytest

from pamkit.module.world import World
from pamkit.modules.openpam import pam_chroot
from pamkit.testing.accounts import account
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.modules.families import answer, log_of, trial

_C, _OPEN = ReturnCode, Primitive.OPEN_SESSION


def _world(uid: int = 0) -> World:
    return memory_world(
        users=[
            account("root", 0, home="/root"),
            account("alice", home="/home/alice"),
            account("ftp", home="/var/ftp/./pub/new"),
            account("odd", home="/./x"),
            account("near", home="ftp/./x"),
        ],
        process=StandInProcess(uid=uid),
    )


def _place(world: World) -> tuple[str, str]:
    assert isinstance(world.process, StandInProcess)
    return world.process.root, world.process.place


@pytest.mark.parametrize(
    ("user", "options", "root", "place"),
    [
        ("ftp", "", "/var/ftp", "/pub/new"),
        ("ftp", "dir=/other cwd=/x", "/var/ftp", "/pub/new"),
        ("alice", "dir=/jail", "/jail", "/"),
        ("alice", "dir=/jail cwd=/work", "/jail", "/work"),
        ("root", "dir=/jail also_root", "/jail", "/"),
    ],
)
def test_users_are_shut_up(user: str, options: str, root: str, place: str) -> None:
    world = _world()
    made, _ = trial(pam_chroot, _OPEN, options, world=world, user=user)
    assert made.open_session() == _C.SUCCESS
    assert _place(world) == (root, place)
    assert made.handle.env == {"HOME": place}


@pytest.mark.parametrize(("user", "options"), [("alice", ""), ("root", "dir=/jail always")])
def test_others_are_not(user: str, options: str) -> None:
    world = _world()
    made, _ = trial(pam_chroot, _OPEN, options, world=world, user=user)
    assert made.open_session() == _C.SUCCESS
    assert _place(world) == ("/", "/")
    assert made.handle.env == {}


@pytest.mark.parametrize("options", ["always", "dir=jail", "cwd=/work"])
def test_who_has_no_directory_is_refused_where_there_must_be_one(options: str) -> None:
    world = _world()
    assert answer(pam_chroot, _OPEN, options, world=world) == _C.SESSION_ERR
    assert log_of(world)[-1] == "alice has no chroot directory"


@pytest.mark.parametrize("user", ["odd", "near"])
@pytest.mark.parametrize("options", ["", "dir=/jail", "always"])
def test_a_home_without_a_good_root_refuses(user: str, options: str) -> None:
    world = _world()
    assert answer(pam_chroot, _OPEN, options, world=world, user=user) == _C.SESSION_ERR
    assert _place(world) == ("/", "/")
    assert log_of(world) == [f"{user} has no good chroot directory"]


def test_what_cannot_be_done_refuses() -> None:
    world = _world(uid=1000)
    assert answer(pam_chroot, _OPEN, "dir=/jail", world=world) == _C.SESSION_ERR
    assert log_of(world) == ["chroot(): Operation not permitted"]
    world = _world()
    assert isinstance(world.process, StandInProcess)
    world.process.faults["change_directory"] = FileNotFoundError(2, "No such file or directory")
    assert answer(pam_chroot, _OPEN, "dir=/jail", world=world) == _C.SESSION_ERR
    assert log_of(world) == ["chdir(): No such file or directory"]


def test_strangers_are_refused() -> None:
    assert answer(pam_chroot, _OPEN, world=_world(), user="eve") == _C.SESSION_ERR
    asked = visible("Login:", None)
    assert answer(pam_chroot, _OPEN, "", asked, world=_world(), user=None) == _C.SESSION_ERR


def test_the_end_of_a_session_changes_nothing() -> None:
    world = _world()
    assert answer(pam_chroot, Primitive.CLOSE_SESSION, "dir=/jail", world=world) == _C.SUCCESS
    assert _place(world) == ("/", "/")
