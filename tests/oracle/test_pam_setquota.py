"""pam_setquota beside the system's own: which quota is set, on which device."""

from __future__ import annotations

import os
import random

from tests.oracle.stage import STAGE, Case, File, assert_same

pytestmark = STAGE

_CASES = 100 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_OPEN = (("open_session", 0),)
_PROC = ("0:20", "/proc", "proc", "proc", "rw")
_ROOT = ("8:1", "/", "ext4", "/dev/sda1", "rw,errors=remount-ro")
_HOME = ("8:2", "/home", "ext4", "/dev/sda2", "rw")
_OTHERS = (
    ("8:17", "/home/alice", "xfs", "/dev/sdb1", "rw"),
    ("8:17", "/srv", "xfs", "/dev/sdb1", "rw"),
    ("0:51", "/run", "tmpfs", "tmpfs", "rw"),
    ("0:52", "/srv/nfs", "nfs", "far:/srv", "rw"),
)
_DEVICES = tuple(
    (path, File(kind="block", to=number, mode=0o660))
    for path, number in (("/dev/sda1", "8:1"), ("/dev/sda2", "8:2"), ("/dev/sdb1", "8:17"))
)

_USERS = ("alice", "alice", "bob", "carol", "daemon", "root", "nosuchuser", "", None)
_UIDS = (1000, 1001, 1002, 1, 0)
_NUMBERS = ("0", "1", "20", "1000", "1001", "x", "", "-1", " 7", "+7", "7 ", "07", "4294967294")
_LARGE = ("4294967295", "9223372036854775807", "9223372036854775808")
_FS = ("/home", "/home/", "/", "//", "/dev/sda1", "/dev/sdb1", "/srv", "/nowhere", "", "sda1")
_DEFS = (None, None, "", "UID_MIN 1001\n", "uid_min\t500\n", "UID_MIN x\n", "UID_MIN=0\n")
_OLD = ((0,) * 6, (0,) * 6, (0, 0, 0, 0, 5, 6), (1, 2, 0, 0, 0, 0), (0, 0, 0, 9, 7, 7))


def _word(chance: random.Random) -> str:
    number = chance.choice((*_NUMBERS, *_LARGE))
    word = chance.choice(
        (
            *("bsoftlimit", "bhardlimit", "isoftlimit", "ihardlimit", "btime", "itime"),
            *("startuid", "enduid", "overwrite", "debug", "fs", "nonsense"),
        )
    )
    if word == "fs":
        number = chance.choice(_FS)
    if word in ("overwrite", "debug"):
        number = chance.choice(("0", "1", "1", "2", "x", "-1", ""))
    return f"[{word}={number}]"


def _case(chance: random.Random) -> Case:
    words = [_word(chance) for _ in range(chance.randint(0, 4))]
    if chance.random() < 0.7:
        words += [f"{word}={chance.choice(_NUMBERS[:4])}" for word in ("bsoftlimit", "bhardlimit")]
    others = chance.sample(_OTHERS, chance.randint(0, 2))
    empty = (0,) * 6
    quotas = (
        *((device, 1000, chance.choice(_OLD)) for device, _ in _DEVICES),
        *(("/dev/sda2", 1001, empty), ("/dev/sda2", 1002, empty), ("/dev/sda1", 1, empty)),
    )
    return Case(
        f"session required pam_setquota.so {' '.join(words)}\n",
        chance.choice((_OPEN, _OPEN, (("close_session", 0),))),
        user=chance.choice(_USERS),
        files=(*_DEVICES, ("/etc/login.defs", chance.choice(_DEFS))),
        mounts=(_PROC, _ROOT, *((_HOME,) if chance.random() < 0.8 else ()), *others),
        quotas=quotas,
    )


# What a device that cannot keep quotas is told by; the answer is the same.
_ONLY_IN_C = ("fail to get limits for user",)
_UNSAID = (*_ONLY_IN_C, " is no block device of root's", "expected a number", "is unknown")


def test_the_same_quota_is_set_on_the_same_device() -> None:
    chance = random.Random(8)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, only_in_c=_ONLY_IN_C, unsaid=_UNSAID)


def test_what_is_different_on_purpose() -> None:
    fuse = ("0:60", "/home/alice", "fuse", "/dev/sdb1", "rw,user_id=1000,group_id=1000")
    limits = "bsoftlimit=1 bhardlimit=2"
    cases: dict[str, tuple[str, tuple[tuple[str, str, str, str, str], ...], str]] = {
        "a user's mount above": (limits, (_ROOT, _HOME, fuse), "the device is a user's words"),
        "a user's mount that is named": (f"fs=/home/alice {limits}", (_ROOT, fuse), "the same"),
        "a device that is not there": (
            *(limits, (_ROOT, ("0:60", "/home", "nfs", "/dev/sdb1", "rw"))),
            "the device is not what is mounted",
        ),
        "two at one place": (
            *(limits, (_ROOT, _HOME, ("8:17", "/home", "xfs", "/dev/sdb1", "rw"))),
            "the first is hidden",
        ),
        "the root last": (limits, (_HOME, _ROOT), "`/` is not the nearest"),
    }
    played = {
        name: Case(
            f"session required pam_setquota.so {words}\n",
            _OPEN,
            files=(
                *_DEVICES,
                ("/etc/login.defs", None),
                ("/etc/passwd", "alice:x:1000:1000::/home/alice/deep:/bin/sh\n"),
            ),
            mounts=mounts,
            quotas=tuple(
                (device, 1000, (0,) * 6) for device in ("/dev/sda1", "/dev/sda2", "/dev/sdb1")
            ),
        )
        for name, (words, mounts, _) in cases.items()
    }
    assert_same(played, different={name: reason for name, (_, _, reason) in cases.items()})
