"""pam_limits against the system's own: lines, files, logins and users by the thousand."""

from __future__ import annotations

import os
import random
from typing import Any

from pamkit.formats.utmp import SHORT, Kind, UtmpRecord, encode
from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, assert_same

pytestmark = STAGE

_CONF = "/etc/security/limits.conf"
_DIRECTORY = "/etc/security/limits.d"
_UTMP = "/run/utmp"
_CASES = 70 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_OPEN = (("open_session", 0),)
_BOTH = (("open_session", 0), ("close_session", 0))

# Both say these, in other words: 1.5 without the file, the line's number, the item, and `rttime`.
_NEWER = ("invalid line ", "wrong limit value ", "RLIMIT for UNKNOWN", "RLIMIT for rttime")
_OURS = (*_NEWER, "cannot change the root", "cannot count logins")


def _same(cases: dict[str, Case], **different: str) -> None:
    assert_same(cases, different=different, unsaid=_OURS, only_in_c=_NEWER)


def _case(conf: Content, args: str = "", **more: Any) -> Case:
    files: list[tuple[str, Content]] = [
        (_CONF, conf),
        (_DIRECTORY, File(kind="directory", mode=0o755)),
        (_UTMP, more.pop("utmp", b"")),
    ]
    files += more.pop("files", ())
    policy = f"session required pam_limits.so {args}\n"
    return Case(policy, more.pop("calls", _OPEN), files=files, apart=True, **more)


def _session(user: str, pid: int = 1, kind: int = Kind.USER_PROCESS) -> bytes:
    return encode(UtmpRecord(kind, pid, b"pts/1", b"ts/1", user.encode(), seconds=1), SHORT)


_GONE = 4194303

# No limit is so low that the process could not go on: C and we differ in what we need.
_VALUES = {
    "cpu": ("600", "60", "unlimited", "-1", "-", "infinity", "999999999999999999"),
    "fsize": ("1000000", "2000000000", "unlimited", "18014398509481983", "18014398509481984"),
    "data": ("9000000", "unlimited", "-1"),
    "stack": ("8192", "16384", "unlimited", "10240"),
    "core": ("0", "10", "unlimited", "-5"),
    "rss": ("1000", "10x", "-"),
    "nproc": ("2000", "100000", "0x10000", "unlimited", "-3"),
    "nofile": ("256", "1024", "4096", "65536", "unlimited", "-1", "99999999999"),
    "memlock": ("64", "8192", "unlimited", "9999999999999999999999"),
    "as": ("90000000", "unlimited", "infinity"),
    "locks": ("0", "100", "unlimited"),
    "sigpending": ("100", "5000", "+200"),
    "msgqueue": ("819200", "1000", "0"),
    "nice": ("0", "5", "-5", "-20", "19", "99", "-99", "-", "unlimited", "x"),
    "rtprio": ("0", "10", "99"),
    "maxlogins": ("1", "2", "3", "5", "0", "-1", "-", "unlimited", "2x", "-7", "x", "9999999999"),
    "maxsyslogins": ("1", "2", "4", "6", "0", "-", "x"),
    "priority": ("0", "5", "-5", "19", "-20", "99", "-", "unlimited", "x", "2x"),
    "nonewprivs": ("0", "1"),
    "nosuch": ("1",),
    "chroot": ("/srv", "/nowhere", "/home/alice"),
}
_ITEMS = tuple(_VALUES)
_TYPES = ("soft", "hard", "-", "soft", "hard", "-", "SOFT", "Hard", "both", "-x")
_DOMAINS = (
    *("alice", "bob", "root", "*", "*", "@alice", "@wheel", "@users", "@nosuch", "@", "%"),
    *("%wheel", "%staff", "%users", "%nosuch", "Alice", "carol", "1000:1000", "1000:", "0:"),
    *(":1000", ":0", "1001:2000", "0:999", "@1000:", "@:10", "@:1000", "@0:1000", "@:0", "@5:9"),
    *("%:10", "%:100", "%10:", "%10:20", "%:9", ":", "a:b", "1:x", "@:", "-1:", "5:3"),
    *("4294967296:4294968000", "99999999999999999999:", "1000:1000:", "+1000:1000"),
)


def _line(chance: random.Random) -> str:
    if chance.random() < 0.06:
        bad = ("", "# all", "alice", "alice soft", "alice soft core", "alice - core", "\t", "x:y z")
        return chance.choice(bad)
    if chance.random() < 0.04:
        return f"{chance.choice(_DOMAINS)} {chance.choice(('-', '-', '-x', '- #'))}"
    item = chance.choice(_ITEMS if chance.random() < 0.6 else ("maxlogins", "maxsyslogins"))
    value = chance.choice(_VALUES[item])
    if chance.random() < 0.1:
        item, value = item.upper(), value.upper()
    fields = (chance.choice(_DOMAINS), chance.choice(_TYPES), item, value)
    blank = chance.choice((" ", "\t", "   ", " \t "))
    end = chance.choice(("", "", "", "  ", "\t", " # why", "#x"))
    return chance.choice(("", "", "  ", "\t")) + blank.join(fields) + end


def _table(chance: random.Random, most: int) -> str:
    lines = [_line(chance) for _ in range(chance.randrange(most + 1))]
    return "\n".join(lines) + chance.choice(("\n", "\n", ""))


def _logins(chance: random.Random) -> bytes:
    records = b""
    for _ in range(chance.randrange(7)):
        user = chance.choice(("alice", "alice", "bob", "carol", "root", "nosuch", ""))
        kind = chance.choice((7, 7, 7, 7, 8, 6, 2, 0))
        records += _session(user, chance.choice((1, 1, _GONE)), kind)
    return records + chance.choice((b"", b"", b"half a record"))


def test_lines_of_all_kinds_do_what_they_do_in_c() -> None:
    chance = random.Random(5)
    cases = {}
    for number in range(_CASES):
        files: list[tuple[str, Content]] = []
        for name in ("10-a.conf", "90-z.conf", "b.conf", ".hidden.conf", "c.txt"):
            if chance.random() < 0.15:
                files.append((f"{_DIRECTORY}/{name}", _table(chance, 4)))
        words = ["debug"] * (chance.random() < 0.5) + ["set_all"] * (chance.random() < 0.3)
        words += ["utmp_early"] * (chance.random() < 0.3) + ["noaudit"] * (chance.random() < 0.3)
        words += ["nonsense"] * (chance.random() < 0.05)
        uid = chance.choice((0, 0, 0, 1000))
        cases[f"case {number}"] = _case(
            _table(chance, 8),
            " ".join(words),
            user=chance.choice(("alice", "alice", "alice", "bob", "carol", "root")),
            utmp=_logins(chance),
            files=files,
            uid=uid,
            items=((Item.TTY, "tty1"),) if chance.random() < 0.3 else (),
        )
    _same(cases)


_LIMITS = """\
Limit                     Soft Limit           Hard Limit           Units     
Max cpu time              unlimited            unlimited            seconds   
Max stack size            8388608              unlimited            bytes     
Max core file size        1024                 2048                 bytes     
Max open files            {0:<20} 20000                files     
Max nice priority         0                    0                    
Max something new         1                    2                    bytes     
"""  # noqa: W291  # the kernel pads its lines


def _named() -> dict[str, Case]:
    lines = "alice - core 1\nalice - maxlogins 2\n"
    there = [
        ("/etc/own", "alice - rss 5\nalice - x\n"),
        (f"{_DIRECTORY}/a.conf", "alice - rss 9\n"),
    ]
    return {
        "own file": _case(lines, "conf=/etc/own debug", files=there),
        "own file, from here": _case(lines, "conf=etc/own debug", files=there),
        "own file is missing": _case(lines, "conf=/nowhere debug", files=there),
        "own file has no name": _case(lines, "conf=", files=there),
        "own file may not be read": _case(
            lines, "conf=/etc/own", files=[("/etc/own", File(b"", 0o600))], uid=1000
        ),
        "own file is a directory": _case("", "conf=/etc"),
        "null": _case("", "conf=/dev/null debug"),
        "no file": _case(None),
        "no file but others": _case(None, files=there),
        "no records": _case("alice - maxlogins 1\n", utmp=None),
        "glibc's other file": _case(
            "alice - maxlogins 1\n", files=[("/run/utmpx", _session("alice"))]
        ),
        "closed": _case(lines, calls=_BOTH),
        "unknown user": _case(lines, user="nosuch"),
        "unknown user, debug": _case(lines, "debug", user="nosuch"),
        "no user": _case(lines, user=None),
        "odd words": _case(lines, "Debug conf debug=1 utmp_early="),
        "silent": _case("alice - maxlogins 0\n", calls=(("open_session", 0x8000),)),
        "init's limits": _case("", files=[("/proc/1/limits", _LIMITS.format(300))]),
        "init's many files": _case("", files=[("/proc/1/limits", _LIMITS.format(4096))]),
        "init's limits, debug": _case(
            "alice - nofile 70\n", "debug", files=[("/proc/1/limits", _LIMITS.format(300))]
        ),
        "init says nothing": _case("", files=[("/proc/1/limits", "")]),
        "link to nothing": _case("", files=[(f"{_DIRECTORY}/a.conf", File(kind="link", to="/no"))]),
        "drop-in is null": _case(
            lines, files=[(f"{_DIRECTORY}/a.conf", File(kind="link", to="/dev/null"))]
        ),
        "drop-in is a directory": _case(
            lines, files=[(f"{_DIRECTORY}/a.conf", File(kind="directory", mode=0o755))]
        ),
        "directory may not be read": _case(
            lines,
            uid=1000,
            files=[(_DIRECTORY, File(kind="directory", mode=0o700))],
        ),
        "words behind the value": _case("alice - core unlimited please\n"),
        "number and words": _case("alice - core 10 please\n"),
        "carriage return": _case("alice - rss 10\r\nalice - core unlimited\r\n"),
        "other blanks": _case("alice\v-\vcore\f10\n"),
        "long line": _case("alice - core 1" + " " * 1100 + "alice - rss 10\n"),
        "realtime": _case("alice - rttime 1000000\n"),
        "bad rights": _case("alice - nonewprivs 1\nalice - nonewprivs no\n"),
        "no new rights": _case("alice - nonewprivs 1\n"),
        "record of a long name": _case(
            f"{'b' * 40} - maxlogins 1\n",
            user="b" * 40,
            utmp=_session("b" * 32),
            files=[("/etc/passwd", f"{'b' * 40}:x:1000:1000::/:\n")],
        ),
        "unreadable records": _case(
            "alice - maxlogins 5\n", uid=1000, utmp=File(_session("alice"), 0o600)
        ),
    }


def test_files_and_words_do_what_they_do_in_c() -> None:
    _same(
        _named(),
        **{
            "no file": "1.5 wanted one",
            "no file but others": "1.5 wanted one",
            "link to nothing": "1.5 refused",
            "own file is a directory": "a directory is no table",
            "drop-in is a directory": "a directory is no table",
            "directory may not be read": "C goes on without it",
            "words behind the value": "1.5 passed them over",
            "carriage return": "to 1.5 it was a blank",
            "other blanks": "to 1.5 they were blanks",
            "long line": "to 1.5 it was two",
            "realtime": "1.5 did not know the item",
            "bad rights": "in C it takes the line before back",
            "record of a long name": "C never finds its own records",
            "unreadable records": "C counts none",
        },
    )
