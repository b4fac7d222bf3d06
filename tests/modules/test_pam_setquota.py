"""pam_setquota: users get a quota on a file system that root has mounted, and on no other."""

from __future__ import annotations

import errno

import pytest

from pamkit.module.world import FileStatus, Quota, World
from pamkit.modules import pam_setquota
from pamkit.testing.accounts import account
from pamkit.testing.files import MemoryFiles
from pamkit.testing.kernel import MemoryQuotas
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_C = ReturnCode
_LIMITS = "bsoftlimit=10 bhardlimit=20 isoftlimit=3 ihardlimit=4"
_SET = Quota(10, 20, 3, 4)
_DEVICES = {"/dev/sda1": (8, 1), "/dev/sda2": (8, 2), "/dev/sdb1": (8, 17)}
_MOUNTS = (
    "21 1 0:20 / /proc rw - proc proc rw",
    "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw",
    "23 22 8:2 / /home rw - ext4 /dev/sda2 rw,usrquota",
)
_HOSTILE = (
    # By `fusermount -o fsname=...`; the kernel writes the number of the user.
    "90 23 0:51 / {place} rw,nosuid,nodev - fuse.sshfs /dev/sdb1 rw,user_id=1000,group_id=1000",
    "90 23 0:51 / {place} rw,nosuid,nodev - fuse /dev/sda1 rw,user_id=1000,group_id=1000",
    "90 23 8:17 / {place} rw,nosuid,nodev - fuseblk /dev/sdb1 rw,user_id=1000,group_id=1000",
    "90 23 0:51 / {place} rw,nosuid,nodev - fuse /dev/sdb1 rw,user_id=1000,x=user_id=0",
)


def _world(
    *more: str,
    mounts: tuple[str, ...] | bytes | OSError = _MOUNTS,
    home: str = "/home/alice",
    login_defs: str | OSError | None = None,
) -> World:
    told = mounts
    if isinstance(mounts, tuple):
        told = "".join(f"{line}\n" for line in (*mounts, *more)).encode()
    assert not isinstance(told, tuple)
    files: dict[str, bytes | str | OSError] = {"/proc/self/mountinfo": told}
    if login_defs is not None:
        files["/etc/login.defs"] = login_defs
    world = memory_world(users=[account("alice", home=home), account("root", 0)], files=files)
    assert isinstance(world.files, MemoryFiles)
    for device, number in _DEVICES.items():
        world.files.statuses[device] = FileStatus("block", device=number)
        _quotas(world).kept[device, 1000] = Quota()
    return world


def _quotas(world: World) -> MemoryQuotas:
    assert isinstance(world.quotas, MemoryQuotas)
    return world.quotas


def _changed(world: World) -> dict[str, Quota]:
    """Return what was changed of quotas that were empty, by device."""
    return {d: quota for (d, _), quota in _quotas(world).kept.items() if quota != Quota()}


def _lines(world: World) -> list[str]:
    assert isinstance(world.log, MemoryLog)
    return [t.partition("): ")[2] for t in world.log.texts if t.startswith("pam_setquota(")]


def _open(world: World, options: str = _LIMITS, user: str | None = "alice") -> int:
    trial = Trial(
        # A stack of nothing but ignore refuses, so ignore becomes a code of its own.
        f"session [default=bad success=ok ignore=ignore] pam_setquota.so {options}",
        pam_setquota,
        world=world,
        user=user,
    )
    return int(trial.call(Primitive.OPEN_SESSION))


_IGNORED = _C.PERM_DENIED


def test_the_limits_are_set_on_the_file_system_of_the_home_directory() -> None:
    world = _world()
    assert _open(world) == _C.SUCCESS
    assert _changed(world) == {"/dev/sda2": _SET}
    assert _lines(world) == []


def test_closing_changes_nothing() -> None:
    trial = Trial("session required pam_setquota.so", pam_setquota, world=_world(), user="alice")
    assert trial.call(Primitive.CLOSE_SESSION) == _C.SUCCESS


@pytest.mark.parametrize(
    ("mounts", "home", "expected"),
    [
        (_MOUNTS, "/srv/alice", "/dev/sda1"),
        (_MOUNTS, "/homestead/alice", "/dev/sda1"),
        (_MOUNTS, "/home", "/dev/sda1"),  # a mount at the home directory itself does not count
        (_MOUNTS, "/home/", "/dev/sda2"),
        ((_MOUNTS[2], _MOUNTS[1]), "/home/alice", "/dev/sda2"),
        ((*_MOUNTS, "24 23 8:17 / /home rw - xfs /dev/sdb1 rw"), "/home/alice", "/dev/sdb1"),
        (
            (*_MOUNTS, "24 23 8:17 / /home/a\\040b rw - xfs /dev/sdb1 rw"),
            "/home/a b/c",
            "/dev/sdb1",
        ),
        ((*_MOUNTS, "24 23 8:17 / /home/alice rw - xfs /dev/sdb1 rw"), "/home/alice", "/dev/sda2"),
    ],
)
def test_of_all_file_systems_above_the_nearest_counts(
    mounts: tuple[str, ...], home: str, expected: str
) -> None:
    world = _world(mounts=mounts, home=home)
    assert _open(world) == _C.SUCCESS
    assert list(_changed(world)) == [expected]


@pytest.mark.parametrize("fs", ["/home", "/home/", "/dev/sda2"])
def test_a_file_system_is_named_by_place_or_device(fs: str) -> None:
    world = _world(home="/srv/alice")
    assert _open(world, f"fs={fs} {_LIMITS}") == _C.SUCCESS
    assert list(_changed(world)) == ["/dev/sda2"]


@pytest.mark.parametrize("fs", ["/hom", "/home//", "", "sda2"])
def test_a_file_system_that_is_not_there_is_refused(fs: str) -> None:
    world = _world()
    assert _open(world, f"fs={fs} {_LIMITS}") == _C.PERM_DENIED
    assert (_lines(world), _changed(world)) == ([f"Filesystem or device not found: {fs}"], {})


@pytest.mark.parametrize("line", _HOSTILE)
@pytest.mark.parametrize("home", ["/home/alice", "/home/alice/", "/home/alice/deep/down"])
@pytest.mark.parametrize("place", ["/home/alice", "/home/alice/deep", "/home", "/"])
def test_cve_2020_36394_what_a_user_mounted_does_not_choose_the_device(
    line: str, home: str, place: str
) -> None:
    world = _world(line.format(place=place), home=home)
    assert _open(world) == _C.SUCCESS
    assert _changed(world) == {"/dev/sda2": _SET}


@pytest.mark.parametrize("line", _HOSTILE)
@pytest.mark.parametrize("fs", ["/home", "/dev/sda2"])
def test_cve_2020_36394_nor_does_it_choose_the_device_that_is_named(line: str, fs: str) -> None:
    world = _world(line.format(place="/home"), line.format(place="/dev/sda2"))
    assert _open(world, f"fs={fs} {_LIMITS}") == _C.SUCCESS
    assert _changed(world) == {"/dev/sda2": _SET}


@pytest.mark.parametrize(
    "line",
    [
        "24 23 0:60 / /home/alice rw - fuse.mergerfs /dev/sda1 rw,user_id=0,group_id=0",
        "24 23 0:60 / /home/alice rw - fuse /dev/sda1 rw,user_id=0",
        "24 23 0:60 / /home/alice rw - nfs server:/home rw",
        "24 23 0:60 / /home/alice rw - nfs4 /dev/sda1 rw",
        "24 23 0:60 / /home/alice rw - tmpfs tmpfs rw",
        "24 23 8:17 / /home/alice rw - ext4 /dev/sda1 rw",
        "24 23 8:1 / /home/alice rw - ext4 dev/sda1 rw",
        "24 23 8:1 / /home/alice rw - ext4 /dev/nothing rw",
        "24 23 8:1 / /home/alice rw - ext4 /home/alice/file rw",
        "24 23 8:1 / /home/alice rw - ext4 /home/alice/node rw",
    ],
)
def test_only_the_block_device_of_roots_that_is_mounted_there_is_touched(line: str) -> None:
    world = _world(line, home="/home/alice/deep")
    assert isinstance(world.files, MemoryFiles)
    world.files.statuses["/home/alice/file"] = FileStatus("file", device=(8, 1))
    world.files.statuses["/home/alice/node"] = FileStatus("block", uid=1000, device=(8, 1))
    assert _open(world) == _C.PERM_DENIED
    assert _changed(world) == {}
    source = line.split(" - ")[1].split()[1]
    said = f"`{source}` is no block device of root's that is mounted at `/home/alice`"
    assert _lines(world) == [said]


@pytest.mark.parametrize(
    "mounts",
    [
        FileNotFoundError(errno.ENOENT, "no such file"),
        PermissionError(errno.EACCES, "no"),
        b"23 22 8:2 / /home rw - ext4 /dev/sda2 rw\nand so on\n",
        b"23 22 x / /home rw - ext4 /dev/sda2 rw\n",
        b"23 22 8:2 / /home rw ext4 /dev/sda2 rw\n",
    ],
)
def test_a_list_of_mounts_that_cannot_be_read_is_refused(mounts: bytes | OSError) -> None:
    world = _world(mounts=mounts)
    assert _open(world) == _C.PERM_DENIED
    assert (_lines(world), _changed(world)) == (["Unable to open /proc/mounts"], {})


def test_limits_that_are_there_stay_unless_they_are_to_be_overwritten() -> None:
    for field in ("block_soft", "block_hard", "file_soft", "file_hard"):
        world = _world()
        kept = _quotas(world).kept["/dev/sda2", 1000] = Quota(**{field: 5})
        assert _open(world) == _IGNORED
        assert _open(world, f"{_LIMITS} overwrite=2") == _IGNORED
        assert _changed(world) == {"/dev/sda2": kept}
        assert _open(world, f"{_LIMITS} overwrite=1") == _C.SUCCESS
        assert _changed(world) == {"/dev/sda2": _SET}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("bsoftlimit=1 bhardlimit=2", Quota(1, 2, block_time=7)),
        ("isoftlimit=1 ihardlimit=2", Quota(0, 0, 1, 2, block_time=7)),
        ("btime=9", Quota(block_time=9)),
        ("itime=9", Quota(block_time=7, file_time=9)),
        ("bsoftlimit=1 bhardlimit=2 bhardlimit=3", Quota(1, 3, block_time=7)),
    ],
)
def test_only_what_is_stated_is_changed(options: str, expected: Quota) -> None:
    world = _world()
    _quotas(world).kept["/dev/sda2", 1000] = Quota(block_time=7)
    assert _open(world, options) == _C.SUCCESS
    assert _changed(world) == {"/dev/sda2": expected}


@pytest.mark.parametrize("word", ["bsoftlimit", "bhardlimit", "isoftlimit", "ihardlimit"])
def test_soft_and_hard_belong_together(word: str) -> None:
    world = _world()
    assert _open(world, f"{word}=1 btime=1") == _C.PERM_DENIED
    assert _changed(world) == {}
    assert _lines(world) == [
        "Both soft- and hardlimits for /dev/sda2 need to be configured at the same time!"
    ]


def test_a_line_without_limits_has_no_say() -> None:
    world = _world()
    assert _open(world, "fs=/home") == _IGNORED
    assert _lines(world) == ["no limits defined in configuration for user alice on /dev/sda2"]


@pytest.mark.parametrize(
    ("options", "login_defs", "gets_one"),
    [
        ("", None, True),
        ("startuid=1000", None, True),
        ("startuid=1001", None, False),
        ("enduid=999", None, True),  # lower than the first: no end
        ("startuid=500 enduid=999", None, False),
        ("startuid=0 enduid=999", None, True),
        ("", "UID_MIN 1001\n", False),
        ("", "UID_MIN 500\n", True),
        ("startuid=1000", "UID_MIN 1001\n", True),
        ("startuid=x", "UID_MIN 1001\n", False),
    ],
)
def test_users_with_certain_numbers_get_a_quota(
    options: str, login_defs: str | None, *, gets_one: bool
) -> None:
    world = _world(login_defs=login_defs)
    assert _open(world, f"{options} {_LIMITS}") == _C.SUCCESS
    assert bool(_changed(world)) is gets_one


def test_numbers_that_are_none_are_logged() -> None:
    world = _world(login_defs="UID_MIN 5x\n")
    options = "startuid=4294967295 startuid=7 startuid=-1 enduid= overwrite=x debug=-1"
    assert _open(world, f"{options} bsoftlimit=1 bhardlimit=x") == _C.SUCCESS
    assert [line for line in _lines(world) if line.startswith("Parameter")] == [
        'Parameter "/etc/login.defs:UID_MIN=5x" invalid, setting to 1000',
        'Parameter "startuid=4294967295" invalid, setting to 1000',
        'Parameter "startuid=-1" invalid, setting to 7',
        'Parameter "enduid=" invalid, setting to 0',
        'Parameter "overwrite=x" invalid, setting to 0',
        'Parameter "debug=-1" invalid, setting to 0',
        'Parameter "bhardlimit=x" invalid, setting to 0',
    ]


def test_a_login_defs_that_cannot_be_read_is_an_error() -> None:
    world = _world(login_defs=PermissionError(errno.EACCES, "Permission denied"))
    assert _open(world) == _C.SERVICE_ERR
    assert (_lines(world)[-1], _changed(world)) == (
        "cannot read /etc/login.defs: Permission denied",
        {},
    )


@pytest.mark.parametrize("user", ["mallory", "", None])
def test_who_is_unknown_gets_no_quota(user: str | None) -> None:
    world = _world()
    assert _open(world, user=user) == _C.USER_UNKNOWN
    assert _lines(world) == ["user unknown"]


def test_a_kernel_that_says_no_is_refused() -> None:
    world = _world()
    denied = PermissionError(errno.EPERM, "Operation not permitted")
    _quotas(world).faults["change"] = denied
    assert _open(world) == _C.PERM_DENIED
    _quotas(world).faults["find"] = denied
    assert _open(world) == _C.PERM_DENIED
    assert _lines(world) == [
        "failed to set limits for user alice on /dev/sda2: Operation not permitted",
        "fail to get limits for user alice : Operation not permitted",
    ]


def test_everything_is_said_on_request() -> None:
    world = _world()
    _open(world, f"debug=2 enduid=3000 {_LIMITS}")
    _open(world, f"debug=1 fs=/home/ {_LIMITS}")
    quota = "device=/dev/sda2 bsoftlimit=10 bhardlimit=20 isoftlimit=3 ihardlimit=4 btime=0 itime=0"
    trying = 'Trying to match pw_dir="/home/alice" with mnt_dir='
    found = 'Found pw_dir="/home/alice" in mnt_dir='
    assert _lines(world) == [
        "Config: startuid=1000 enduid=3000 fs=(none) debug=2 overwrite=0",
        f'{trying}"/proc"',
        f'{trying}"/"',
        f'{found}"/" with suffix="/home/alice" on device="/dev/sda1"',
        f'{trying}"/home"',
        f'{found}"/home" with suffix="/alice" on device="/dev/sda2"',
        "Quota read: device=/dev/sda2 bsoftlimit=0 bhardlimit=0 isoftlimit=0 ihardlimit=0"
        " btime=0 itime=0",
        f"Quota set: {quota}",
        "Config: startuid=1000 enduid=0 fs=/home/ debug=1 overwrite=0",
        f"Quota read: {quota}",
        "Quota already exists for user alice on /dev/sda2, not overwriting it without"
        ' "overwrite=1"',
    ]
