from __future__ import annotations

import pytest

from pamkit.module.world import Group, World
from pamkit.modules import pam_umask
from pamkit.testing.accounts import account
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.script import Line, Script, error, visible
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag

_UNLIMITED = (1 << 64) - 1
_FILE_SIZE = 1


def _world(
    *,
    gecos: str = "",
    defs: str | OSError | None = None,
    default: str | OSError | None = None,
    uid: int = 0,
) -> World:
    files = {"/etc/login.defs": defs, "/etc/default/login": default}
    return memory_world(
        users=[
            account("alice", gecos=gecos),
            account("bob", 1001, gid=100),
            account("carol", 1002, gid=777),
            account("root", 0),
        ],
        groups=[Group("alice", 1000, ()), Group("users", 100, ()), Group("root", 0, ())],
        files={path: data for path, data in files.items() if data is not None},
        process=StandInProcess(uid=uid),
    )


def _open(
    world: World, words: str = "", *lines: Line, user: str | None = "alice", flags: int = 0
) -> ReturnCode:
    with Script(*lines) as script:
        trial = Trial(
            f"session required pam_umask.so {words}\n",
            pam_umask,
            world=world,
            user=user,
            conversation=script,
        )
        return trial.open_session(flags)


def _mask(world: World, words: str = "", user: str = "alice") -> int:
    assert _open(world, words, user=user) == ReturnCode.SUCCESS
    return _process(world).umask


def _process(world: World) -> StandInProcess:
    assert isinstance(world.process, StandInProcess)
    return world.process


def _log(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [text.partition(": ")[2] for text in world.log.texts]


@pytest.mark.parametrize(
    ("words", "defs", "default", "expected"),
    [
        ("", None, None, 0o022),
        ("umask=027", "UMASK 077\n", None, 0o027),
        ("UMask=027 umask=026", None, None, 0o026),
        ("", "UMASK 077\n", "UMASK=027\n", 0o077),
        ("", "# UMASK 077\n", "UMASK=027\n", 0o027),
        ("", "UMASK\n", "UMASK=027\n", 0o022),
        ("umask=", "UMASK 077\n", None, 0o022),
        ("umask=none", "UMASK 077\n", None, 0o022),
        ("umask=7", None, None, 0o007),
        ("umask=1027", None, None, 0o027),
        ("umask=08", None, None, 0),
        ("umask=-1", None, None, 0o777),
        ("umask=7777777777777777777777777", None, None, 0o777),
    ],
)
def test_the_mask_is_that_of_the_option_or_of_the_first_file_that_has_one(
    words: str, defs: str | None, default: str | None, expected: int
) -> None:
    assert _mask(_world(defs=defs, default=default), words) == expected


@pytest.mark.parametrize(
    ("user", "words", "expected"),
    [
        ("alice", "usergroups umask=022", 0o002),
        ("alice", "usergroups umask=077", 0o007),
        ("alice", "usergroups umask=0750", 0o770),
        ("alice", "UserGroups", 0o002),
        ("alice", "usergroups nousergroups", 0o022),
        ("alice", "nousergroups usergroups", 0o002),
        ("bob", "usergroups", 0o022),
        ("carol", "usergroups", 0o022),
        ("root", "usergroups", 0o022),
    ],
)
def test_a_group_of_ones_own_gets_what_the_user_has(user: str, words: str, expected: int) -> None:
    assert _mask(_world(), words, user) == expected


@pytest.mark.parametrize(
    ("gecos", "mask", "nice", "blocks"),
    [
        ("Alice,umask=027", 0o027, 0, None),
        ("umask=027", 0o027, 0, None),
        ("Alice,,,,UMASK=077,Pri=5,ULimit=3", 0o077, 5, 3),
        ("umask=007,umask=070", 0o070, 0, None),
        ("Alice umask=077", 0o022, 0, None),
        ("Alice, umask=077", 0o022, 0, None),
        ("pri=-30", 0o022, -20, None),
        ("pri=4294967297", 0o022, 1, None),
        ("pri=x", 0o022, 0, None),
        ("ulimit=x", 0o022, 0, 0),
        ("umask", 0o022, 0, None),
        ("=,", 0o022, 0, None),
    ],
)
def test_the_entry_has_the_last_word(gecos: str, mask: int, nice: int, blocks: int | None) -> None:
    world = _world(gecos=gecos)
    assert _mask(world) == mask
    assert _process(world).nice == nice
    most = _UNLIMITED if blocks is None else blocks * 512
    assert _process(world).limits[_FILE_SIZE] == (most, most)


def test_an_entry_without_a_number_does_not_open_everything() -> None:
    assert _mask(_world(gecos="umask=none"), "umask=077") == 0o077


def test_a_negative_limit_is_none() -> None:
    world = _world(gecos="ulimit=-1")
    assert _open(world) == ReturnCode.SUCCESS
    assert _process(world).limits[_FILE_SIZE] == (_UNLIMITED - 511,) * 2


_NICE = "nice failed: Operation not permitted"


@pytest.mark.parametrize(
    ("words", "flags", "shown"),
    [
        ("", 0, True),
        ("silent", 0, False),
        ("SILENT debug", 0, True),
        ("", Flag.SILENT, False),
        ("debug", Flag.SILENT, True),
    ],
)
def test_what_may_not_be_is_logged_and_shown_but_no_reason_to_fail(
    words: str, flags: int, shown: bool
) -> None:
    world = _world(gecos="pri=-5,umask=027", uid=1000)
    lines = [error(f"{_NICE}\n")] if shown else []
    assert _open(world, words, *lines, flags=flags) == ReturnCode.SUCCESS
    assert (_log(world), _process(world).umask) == ([_NICE], 0o027)


def test_a_limit_that_cannot_be_had_is_no_reason_to_fail() -> None:
    world = _world(gecos="ulimit=1")
    _process(world).faults[str(_FILE_SIZE)] = OSError(22, "Invalid argument")
    assert _open(world, "silent") == ReturnCode.SUCCESS
    assert _log(world) == ["setrlimit failed: Invalid argument"]


def test_who_is_not_known_gets_nothing() -> None:
    world = _world()
    assert _open(world, "umask=0", user="nobody-at-all") == ReturnCode.USER_UNKNOWN
    assert _log(world) == ["account for nobody-at-all not found"]
    assert _process(world).umask == 0o022


def test_the_user_is_asked_for() -> None:
    world = _world()
    asked = visible("login:", "alice")
    assert _open(world, "umask=027", asked, user=None) == ReturnCode.SUCCESS
    assert _process(world).umask == 0o027


def test_no_user_is_no_success() -> None:
    world = _world()
    trial = Trial("session required pam_umask.so\n", pam_umask, world=world, user=None)
    assert trial.open_session() == ReturnCode.CONV_ERR
    assert _log(world) == ["cannot determine user name: Conversation error"]


@pytest.mark.parametrize(
    ("defs", "default", "path"),
    [
        (PermissionError(13, "Permission denied"), "UMASK 0\n", "/etc/login.defs"),
        (None, PermissionError(13, "Permission denied"), "/etc/default/login"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_passed_over(
    defs: OSError | None, default: str | OSError, path: str
) -> None:
    world = _world(defs=defs, default=default)
    assert _open(world) == ReturnCode.SESSION_ERR
    assert _log(world) == [f"cannot read {path}: Permission denied"]
    assert _mask(world, "umask=027") == 0o027  # which asks no file


def test_a_broken_account_database_is_an_error() -> None:
    world = _world()
    world.accounts.failing = True  # type: ignore[attr-defined]  # it is a `MemoryAccounts`
    assert _open(world) == ReturnCode.SERVICE_ERR


def test_a_process_that_keeps_its_mask_is_an_error() -> None:
    world = _world()
    _process(world).faults["set_umask"] = PermissionError(1, "Operation not permitted")
    assert _open(world, "umask=077") == ReturnCode.SERVICE_ERR


def test_words_that_are_no_options_are_named() -> None:
    world = _world()
    assert _open(world, "UMASK=077 umask Nice []") == ReturnCode.SUCCESS
    assert _log(world) == ["Unknown option: `umask'", "Unknown option: `Nice'"]


def test_closing_changes_nothing() -> None:
    world = _world()
    trial = Trial("session required pam_umask.so umask=077\n", pam_umask, world=world)
    assert trial.close_session() == ReturnCode.SUCCESS
    assert _process(world).umask == 0o022
