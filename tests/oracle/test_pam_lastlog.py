"""pam_lastlog beside the system's own: what is said, logged, answered, and left in the files."""

from __future__ import annotations

import ast
import os
import random
import struct
import time

from pamkit.formats import lastlog
from pamkit.formats.lastlog import LASTLOG, LastLogin
from pamkit.formats.utmp import BTMP, SHORT, WTMP, Kind, UtmpRecord, encode
from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, Seen, assert_same

pytestmark = STAGE

_CASES = 350 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

NOW = 1_700_000_000
DAY = 86_400
_SILENT = 0x8000
# C is silent where it cannot write wtmp.
_UNSAID = (f"failed to write {WTMP}: ",)
_UIDS = {"root": 0, "daemon": 1, "ftp": 120, "alice": 1000}

_SESSION = (
    *("debug", "silent", "never", "nodate", "nohost", "noterm", "nowtmp", "noupdate"),
    *("showfailed", "showfailed", "unlimited", "inactive=5", "Never", "nodate=1", "debug"),
)
_LOGIN = (
    *("debug", "silent", "inactive=5", "inactive=1", "inactive=99999", "inactive=100000"),
    *("inactive=", "inactive=x", "inactive=7days", "inactive=-3", "inactive=0", "[inactive= 9]"),
    *("inactive=99999999999999999999", "never", "nonsense", "debug"),
)
_DEFS = (
    *("LASTLOG_UID_MAX 0", "LASTLOG_UID_MAX 119\n", "lastlog_uid_max\t120 \t\n", "#nothing\n"),
    *("LASTLOG_UID_MAX 1x\n", "LASTLOG_UID_MAX\n", "LASTLOG_UID_MAX -1\n", "LASTLOG_UID_MAX=0\n"),
    *("LASTLOG_UID_MAX 99999999999999999999\n", "LASTLOG_UID_MAX 4294967295\n", ""),
)
_TERMINALS = ("/dev/pts/3", "tty1", "/dev/", "", ":0", "t" * 31, "ümläut", "\udcff")
_HOSTS = ("192.0.2.1", "::1", "far.example.org", "", "h" * 255, "h" * 256, "h" * 300, "höst")


def _last(chance: random.Random) -> bytes:
    seconds = chance.choice((0, 1, NOW, NOW - 5 * DAY, NOW - 6 * DAY, NOW - 91 * DAY, NOW + DAY))
    line = chance.choice((b"", b"pts/3", b"tty1", b"t" * 32, b"tty\0behind"))
    host = chance.choice((b"", b"far.example.org", b"h" * 256, "höst".encode(), b"%s%n"))
    seconds += chance.choice((0, 0, -1, 1, -DAY))
    return lastlog.encode(LastLogin(max(0, seconds), line, host), SHORT)


def _lastlog(chance: random.Random, uid: int) -> Content:
    size = lastlog.size(SHORT)
    whole = bytes(size * uid) + _last(chance)
    kind = chance.randrange(12)
    if kind < 8:
        return whole
    return (None, b"", whole[:-1], whole + b"x" * 300)[kind - 8]


def _btmp(chance: random.Random, user: str) -> Content:
    if chance.random() < 0.15:
        return chance.choice((None, b""))
    records = []
    for _ in range(chance.randrange(5)):
        name = chance.choice((user, user, user, "alic", "alicex", "", f"{user}\0x"))
        records.append(
            UtmpRecord(
                chance.choice((Kind.LOGIN_PROCESS, Kind.EMPTY, Kind.USER_PROCESS)),
                5,
                chance.choice((b"ssh", b"", b"l" * 32)),
                b"",
                name.encode()[:32],
                chance.choice((b"", b"192.0.2.9", b"h" * 256)),
                seconds=NOW + chance.choice((0, -1, 1, 5, -DAY, -200 * DAY)),
            )
        )
    data = b"".join(encode(each, SHORT) for each in records)
    return data + (b"x" * chance.choice((1, 383)) if chance.random() < 0.1 else b"")


def _case(chance: random.Random) -> Case:
    name = chance.choice((*("daemon",) * 8, *("ftp", "root", "alice"), "nosuchuser", "", None))
    uid = _UIDS.get(name or "", 1)
    words = [chance.choice(_SESSION) for _ in range(chance.randrange(4))]
    if name == "alice":
        words.append("noupdate")  # a small file
    others = " ".join(chance.choice(_LOGIN) for _ in range(chance.randrange(3)))
    policy = f"session required pam_lastlog.so {' '.join(words)}\n"
    policy += f"auth required pam_lastlog.so {others}\naccount required pam_lastlog.so {others}\n"
    calls = (
        *("open_session",) * 4,
        *("close_session", "authenticate", "acct_mgmt", "acct_mgmt", "setcred"),
    )
    files: list[tuple[str, Content]] = [
        (LASTLOG, _lastlog(chance, uid)),
        (WTMP, None if chance.random() < 0.1 else b"x" * chance.choice((0, 0, 384, 385))),
        (BTMP, _btmp(chance, name or "daemon")),
        ("/etc/login.defs", chance.choice(_DEFS) if chance.random() < 0.3 else None),
    ]
    items = []
    if chance.random() < 0.8:
        items.append((Item.TTY, chance.choice(_TERMINALS)))
    if chance.random() < 0.7:
        items.append((Item.RHOST, chance.choice(_HOSTS)))
    return Case(
        policy,
        tuple(
            (chance.choice(calls), chance.choice((0, 0, 0, _SILENT)))
            for _ in range(chance.randint(1, 3))
        ),
        user=name,
        answers=chance.choice(((), ("ftp",))),
        items=items,
        files=files,
        watch=(WTMP, BTMP) if name == "alice" else (LASTLOG, WTMP, BTMP),
        uid=chance.choice((0,) * 9 + (1000,)),
        now=NOW,
        umask=chance.choice((None, 0o077, 0)),
    )


def _timeless(seen: Seen) -> Seen:
    """Take the time and the process out of what was added to wtmp.

    C: logwtmp(3) asks for the time behind everybody's back.
    """
    return seen._replace(left=tuple((path, _plain(path, said)) for path, said in seen.left))


def _plain(path: str, said: str) -> str:
    if path != WTMP or said == "nothing" or said.startswith("link"):
        return said
    mode, owner, data = said.split(" ", 2)
    records = bytearray(ast.literal_eval(data))
    for at in range(0, len(records) - 383, 384):
        if records[at : at + 1] == b"x":
            continue
        seconds, micros = struct.unpack_from("<II", records, at + 340)
        assert seconds == NOW or abs(seconds - time.time()) < 600
        assert micros < 1_000_000
        struct.pack_into("<II", records, at + 340, 0, 0)
        assert struct.unpack_from("<i", records, at + 4)[0] > 1
        struct.pack_into("<i", records, at + 4, 1)
    return f"{mode} {owner} {bytes(records)!r}"


def test_both_say_and_leave_the_same() -> None:
    chance = random.Random(5)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, plain=_timeless, unsaid=_UNSAID)


def _one(
    words: str = "",
    *calls: str,
    before: Content = b"",
    btmp: Content = b"",
    user: str = "daemon",
    facility: str = "session",
    tty: str = "tty1",
    host: str = "far",
    files: tuple[tuple[str, Content], ...] = (),
    policy: str = "",
    apart: bool = False,
) -> Case:
    return Case(
        policy or f"{facility} required pam_lastlog.so {words}\n",
        tuple((call, 0) for call in calls or ("open_session",)),
        user=user,
        items=[(Item.TTY, tty), (Item.RHOST, host)],
        files=[(LASTLOG, before), (WTMP, b""), (BTMP, btmp), *files],
        watch=(LASTLOG, WTMP, BTMP),
        now=NOW,
        apart=apart,
    )


_SIZE = lastlog.size(SHORT)
_LONG = "u" * 40
_PASSWD: Content = f"root:x:0:0:root:/root:/bin/sh\n{_LONG}:x:1:1::/:/bin/sh\n"


def _record(seconds: int = NOW, host: bytes = b"far") -> bytes:
    return bytes(_SIZE) + struct.pack("<I32s256s", seconds, b"tty1", host)


def test_places_where_records_are_not_to_be() -> None:
    limits: Content = "daemon hard fsize 1\n"
    confined = "session required pam_limits.so conf=/etc/limits\n"
    directory = File(kind="directory")
    cases = {
        "no place to write": _one("", policy=f"{confined}session required pam_lastlog.so\n"),
        "lifted": _one("", policy=f"{confined}session required pam_lastlog.so unlimited debug\n"),
    }
    far = bytes(_SIZE * 120) + lastlog.encode(LastLogin(NOW, b"x", b"y"), SHORT)
    cases = {
        name: case._replace(
            apart=True,
            user="ftp",
            files=[
                (LASTLOG, far),
                (WTMP, b""),
                (BTMP, b""),
                ("/etc/limits", str(limits).replace("daemon", "ftp")),
            ],
        )
        for name, case in cases.items()
    }
    lying = (("/var/log/elsewhere", _record()),)
    for path in (LASTLOG, WTMP, BTMP):
        link = (*lying, (path, File(kind="link", to="elsewhere")))
        cases[f"a link at {path}"] = _one("showfailed", files=link)
        seen = (path, "/var/log/elsewhere") if path == LASTLOG else (path,)
        cases[f"a link at {path}"] = cases[f"a link at {path}"]._replace(watch=seen)
    cases["a directory"] = _one(before=directory)
    cases["closed failures"] = _one("showfailed", btmp=File(b"", 0))._replace(uid=1000)
    cases["closed logins"] = _one("noupdate", before=File(b"", 0))._replace(uid=1000)
    cases["logins of root's"] = _one("", before=_record())._replace(uid=1000)
    cases["no directory"] = _one("", files=(("/var/log", None),))._replace(watch=())
    assert_same(cases, plain=_timeless, unsaid=_UNSAID)


def test_what_is_different_on_purpose() -> None:
    directory = File(kind="directory")
    safer = "who cannot be judged is not let in"
    late = "C takes times after 2038 for some before 1970, up to glibc 2.39"
    tame = "letters that would steer the terminal are shown as `?`"
    cut = "at the end the terminal is cut where it was at the beginning"
    whole = "no record under half of a name"
    named = (("/etc/passwd", _PASSWD),)
    cases = {
        "auth directory": (safer, _one("", "authenticate", before=directory, facility="auth")),
        "auth closed": (
            safer,
            _one("", "acct_mgmt", before=File(b"", 0), facility="account")._replace(uid=1000),
        ),
        "late login": (late, _one("", before=_record(1 << 31))),
        "late acct": (late, _one("", "acct_mgmt", before=_record(1 << 31), facility="account")),
        "steering": (tame, _one("", before=_record(host=b"\x1b[2J"))),
        "long terminal": (cut, _one("", "close_session", tty="t" * 32)),
        "long name": (whole, _one(user=_LONG, files=named)),
        "failures in a directory": (
            "a directory has no records",
            _one("showfailed", btmp=directory),
        ),
    }
    assert_same(
        {name: case for name, (_, case) in cases.items()},
        different={name: reason for name, (reason, _) in cases.items()},
        plain=_timeless,
    )
