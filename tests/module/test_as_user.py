"""What touches a user's files does it with the user's rights, or not at all."""

import pytest

from pamkit.module.as_user import NotThatUser, as_user, is_missing
from pamkit.module.world import FileStatus, World
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world

_ALICE = account("alice")


def _world(euid: int = 0) -> World:
    return memory_world(files={"/f": "x"}, process=StandInProcess(uid=1000, euid=euid))


def _files(world: World) -> MemoryFiles:
    assert isinstance(world.files, MemoryFiles)
    return world.files


def test_root_acts_as_the_user_and_is_itself_again() -> None:
    world = _world()
    assert as_user(world, _ALICE, lambda: world.files.read("/f")) == b"x"
    assert (_files(world).read_by, _files(world).acting_as) == ([("/f", "alice")], "")


def test_who_is_not_root_acts_with_the_rights_there_are() -> None:
    world = _world(euid=1000)
    assert as_user(world, _ALICE, lambda: world.files.read("/f")) == b"x"
    assert _files(world).read_by == [("/f", "")]


@pytest.mark.parametrize("euid", [0, 1000])
def test_what_goes_wrong_with_a_file_is_told_as_it_is(euid: int) -> None:
    world = _world(euid)
    with pytest.raises(FileNotFoundError):
        as_user(world, _ALICE, lambda: world.files.read("/g"))
    _files(world).files["/f"] = PermissionError(13, "Permission denied")
    with pytest.raises(PermissionError):
        as_user(world, _ALICE, lambda: world.files.read("/f"))
    assert _files(world).acting_as == ""


def test_nothing_is_touched_if_the_user_s_place_cannot_be_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = _world()

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(_files(world), "drop_to", refuse)
    with pytest.raises(NotThatUser, match=r"^cannot act as alice: Operation not permitted$"):
        as_user(world, _ALICE, lambda: world.files.read("/f"))
    assert _files(world).read_by == []


class _Odd(MemoryFiles):
    """Cannot say what lies at some paths."""

    def status(self, path: str, *, follow: bool = True) -> FileStatus:
        if path == "/hidden":
            raise PermissionError(13, "Permission denied")
        if path == "/f/g":
            raise NotADirectoryError(20, "Not a directory")
        return super().status(path, follow=follow)


@pytest.mark.parametrize(
    ("path", "expected"), [("/f", False), ("/g", True), ("/f/g", True), ("/hidden", False)]
)
def test_only_what_certainly_is_not_there_is_missing(path: str, expected: bool) -> None:
    files = _Odd({"/f": "x"})
    assert is_missing(files, path) is expected
    assert files.read_by == []
