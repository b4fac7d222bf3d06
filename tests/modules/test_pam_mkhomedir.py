from __future__ import annotations

import pytest

from pamkit.module.world import FileStatus, World
from pamkit.modules import pam_mkhomedir
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.homes import MemoryHomes
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, info
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag

_CREATING = info("Creating directory '/home/alice'.")
_UNABLE = error("Unable to create and initialize directory '/home/alice'.")


def _world(
    *,
    defs: str | OSError | None = None,
    home: str = "",
    skeletons: tuple[str, ...] = ("/etc/skel",),
) -> World:
    files: dict[str, bytes | str | OSError] = {f"{path}/.profile": "" for path in skeletons}
    if defs is not None:
        files["/etc/login.defs"] = defs
    users = [account("alice", gid=100, home=home), account("bob", 1001, home="")]
    return memory_world(users=users, files=files, process=StandInProcess())


def _open(
    world: World, words: str = "", *lines: Line, user: str | None = "alice", flags: int = 0
) -> ReturnCode:
    with Script(*lines) as script:
        trial = Trial(
            f"session required pam_mkhomedir.so {words}\n",
            pam_mkhomedir,
            world=world,
            user=user,
            conversation=script,
        )
        return trial.open_session(flags)


def _homes(world: World) -> MemoryHomes:
    assert isinstance(world.homes, MemoryHomes)
    return world.homes


def _files(world: World) -> MemoryFiles:
    assert isinstance(world.files, MemoryFiles)
    return world.files


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts]


def test_a_home_is_made_once() -> None:
    world = _world()
    assert _open(world, "", _CREATING) == ReturnCode.SUCCESS
    assert _homes(world).made == {"/home/alice": (("/etc/skel",), 0o755, 0o022, 1000, 100)}
    assert _open(world) == ReturnCode.SUCCESS
    assert _log(world) == []


@pytest.mark.parametrize("kind", ["directory", "file", "fifo"])
def test_whatever_is_there_is_a_home_whosesoever_it_is(kind: str) -> None:
    world = _world()
    _files(world).statuses["/home/alice"] = FileStatus(kind, 0o700, uid=0)
    assert _open(world, "debug") == ReturnCode.SUCCESS
    assert (_homes(world).made, _log(world)) == (
        {},
        ["Home directory /home/alice already exists."],
    )


@pytest.mark.parametrize(
    ("words", "defs", "mode", "mask"),
    [
        ("", None, 0o755, 0o022),
        ("umask=0077", None, 0o700, 0o077),
        ("umask=77", None, 0o700, 0o077),
        ("umask=27 umask=0", "HOME_MODE 0700\n", 0o777, 0),
        ("umask=0777", None, 0, 0o777),
        ("", "UMASK 077\n", 0o700, 0o022),
        ("", "UMASK 077\nHOME_MODE 0711\n", 0o711, 0o022),
        ("", "UMASK 077\nHOME_MODE 2750 # for the group\n", 0o2750, 0o022),
        ("", "HOME_MODE 0\nUMASK 077\n", 0o755, 0o022),
    ],
)
def test_permissions_are_those_of_the_option_or_of_login_defs(
    words: str, defs: str | None, mode: int, mask: int
) -> None:
    world = _world(defs=defs)
    assert _open(world, f"silent {words}") == ReturnCode.SUCCESS
    assert _homes(world).made["/home/alice"][1:3] == (mode, mask)


@pytest.mark.parametrize(
    ("words", "defs", "name", "value"),
    [
        ("umask=", None, "umask", ""),
        ("umask=none", None, "umask", "none"),
        ("umask=0x3f", None, "umask", "0x3f"),
        ("umask=08", None, "umask", "08"),
        ("umask=-1", None, "umask", "-1"),
        ("umask=10000", None, "umask", "10000"),
        ("umask=000000", None, "umask", "000000"),
        ("", "UMASK none\n", "umask", "none"),
        ("", "UMASK\n", "umask", ""),
        ("", "HOME_MODE 0x1c0\n", "home_mode", "0x1c0"),
        ("", "HOME_MODE\nUMASK 077\n", "home_mode", ""),
    ],
)
def test_a_mask_that_is_none_opens_nothing(
    words: str, defs: str | None, name: str, value: str
) -> None:
    world = _world(defs=defs)
    assert _open(world, f"silent {words}") == ReturnCode.SESSION_ERR
    assert _homes(world).made == {}
    assert _log(world) == [f"Bogus {name} value {value}"]


def test_login_defs_that_cannot_be_read_are_not_taken_for_none() -> None:
    world = _world(defs=PermissionError(13, "Permission denied"))
    assert _open(world, "", _CREATING, _UNABLE) == ReturnCode.SESSION_ERR
    assert _log(world) == ["cannot read /etc/login.defs: Permission denied"]
    assert _open(world, "umask=077", _CREATING) == ReturnCode.SUCCESS  # which asks no file


@pytest.mark.parametrize(
    ("words", "there", "expected"),
    [
        ("", ("/etc/skel",), ("/etc/skel",)),
        ("", ("/etc/skel", "/usr/etc/skel"), ("/etc/skel", "/usr/etc/skel")),
        ("", ("/usr/share/skel",), ("/usr/share/skel",)),
        ("", (), ("/etc/skel",)),
        ("skel=/srv/skel", ("/etc/skel", "/usr/etc/skel"), ("/srv/skel",)),
        ("skel=srv/skel", (), ("/srv/skel",)),
        ("skel=", ("/etc/skel",), ()),
    ],
)
def test_skeletons_are_the_named_one_or_those_that_are_there(
    words: str, there: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    world = _world(skeletons=there)
    assert _open(world, f"silent {words}") == ReturnCode.SUCCESS
    assert _homes(world).made["/home/alice"][0] == expected


@pytest.mark.parametrize("user", [None, ""])
def test_nobody_is_asked_who_they_are(user: str | None) -> None:
    world = _world()
    assert _open(world, user=user) == ReturnCode.USER_UNKNOWN
    assert _log(world) == ["Cannot obtain the user name."]


def test_who_is_not_known_gets_no_home() -> None:
    world = _world()
    assert _open(world, user="nobody-at-all") == ReturnCode.USER_UNKNOWN
    assert (_homes(world).made, _log(world)) == ({}, ["User unknown."])


@pytest.mark.parametrize("home", ["home/alice", "alice", "./alice"])
def test_a_relative_home_is_refused(home: str) -> None:
    world = _world(home=home)
    assert _open(world, "silent") == ReturnCode.SESSION_ERR
    assert _homes(world).made == {}
    assert _log(world) == [f"Relative user home directory {home}"]


def test_what_cannot_be_made_is_a_refusal_with_its_reason() -> None:
    world = _world()
    reason = "unable to create directory /home/alice: Read-only file system"
    _homes(world).fault = OSError(30, reason)
    assert _open(world, "debug", _CREATING, _UNABLE) == ReturnCode.PERM_DENIED
    assert _log(world) == [
        "Executing mkhomedir_helper.",
        reason,
        "mkhomedir_helper returned 6",
    ]


@pytest.mark.parametrize(("words", "flags"), [("silent", 0), ("", Flag.SILENT)])
def test_nothing_is_said_where_nothing_is_wanted(words: str, flags: int) -> None:
    world = _world()
    _homes(world).fault = OSError(13, "unable to create directory /home/alice: Permission denied")
    assert _open(world, words, flags=flags) == ReturnCode.PERM_DENIED
    assert _log(world) == ["unable to create directory /home/alice: Permission denied"]


def test_a_link_to_nothing_is_no_home() -> None:
    world = _world()
    _homes(world).fault = FileExistsError(17, "unable to create directory /home/alice: File exists")
    assert _open(world, "silent") == ReturnCode.PERM_DENIED
    assert _log(world) == ["unable to create directory /home/alice: File exists"]


def test_another_login_may_be_quicker() -> None:
    world = _world()

    class Quicker(MemoryHomes):
        def make(self, *given: object, **more: object) -> None:
            self._files.statuses["/home/alice"] = FileStatus("directory")
            raise FileExistsError(17, "unable to create directory /home/alice: File exists")

    assert _open(world.changed(homes=Quicker(_files(world))), "silent") == ReturnCode.SUCCESS
    assert _log(world) == []


def test_a_broken_account_database_is_an_error() -> None:
    world = _world()
    world.accounts.failing = True  # type: ignore[attr-defined]  # it is a `MemoryAccounts`
    assert _open(world) == ReturnCode.SERVICE_ERR


def test_words_that_are_no_options_are_named() -> None:
    world = _world()
    assert _open(world, "Silent skel UMASK=0", _CREATING) == ReturnCode.SUCCESS
    assert _log(world) == [
        "unknown option: Silent",
        "unknown option: skel",
        "unknown option: UMASK=0",
    ]


def test_closing_does_nothing() -> None:
    world = _world()
    trial = Trial("session required pam_mkhomedir.so\n", pam_mkhomedir, world=world)
    assert trial.close_session() == ReturnCode.SUCCESS
    assert _homes(world).made == {}
