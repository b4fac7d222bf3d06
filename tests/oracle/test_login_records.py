"""Login records beside the C library's own, and as the system's programs show them.

glibc writes into private files that `utmpxname` names; the programs are given files by name, and
lastlog(8), which takes none, a private `/var/log`.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pamkit.formats import lastlog
from pamkit.formats.utmp import SHORT, Kind, UtmpRecord, backwards, decode, encode, layout_for
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.history import Ending, PastLogin, of_btmp, of_wtmp
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import BtmpRecorder, WtmpRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.root import Root

ROUNDS = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

pytestmark = [
    pytest.mark.needs("login-records"),
    pytest.mark.skipif(layout_for(os.uname().machine) is not SHORT, reason="tables for 384 bytes"),
]

FILES = DiskLoginFiles(Root("/"), patience=10.0)
NOW = 1_700_000_000


@pytest.fixture
def c(tmp_path: Path) -> Iterator[ctypes.CDLL]:
    library = ctypes.CDLL(None)
    library.pututxline.restype = library.getutxent.restype = ctypes.c_void_p
    library.updwtmpx.restype = None
    yield library
    library.endutxent()
    library.utmpxname(b"/var/run/utmp")


def _put_by_c(c: ctypes.CDLL, path: Path, record: UtmpRecord) -> None:
    c.utmpxname(os.fsencode(path))
    c.setutxent()
    assert c.pututxline(encode(record, SHORT))
    c.endutxent()


def _all_by_c(c: ctypes.CDLL, path: Path) -> list[bytes]:
    c.utmpxname(os.fsencode(path))
    c.setutxent()
    found = []
    while at := c.getutxent():
        found.append(ctypes.string_at(at, 384))
    c.endutxent()
    return found


def _random_record(drawn: random.Random) -> UtmpRecord:
    """Return a record that often belongs to another: few ids, few lines."""
    return UtmpRecord(
        drawn.choice((*Kind, Kind.USER_PROCESS, Kind.DEAD_PROCESS, Kind.USER_PROCESS)),
        drawn.randrange(1, 5),
        drawn.choice((b"", b"tty1", b"pts/0", b"pts/1", b"l" * 32)),
        drawn.choice((b"", b"1", b"ts/0", b"ts/1", b"1\0x")),
        drawn.choice((b"", b"alice", b"u" * 32)),
        drawn.choice((b"", b"far.example.org", b"h" * 256)),
        seconds=drawn.randrange(2**31),
        micros=drawn.randrange(10**6),
        session=drawn.randrange(2**31),
        address=drawn.choice((b"", b"\x7f\0\0\1", b"\xfe" * 16)),
    )


def test_files_are_byte_for_byte_those_that_pututxline_writes(
    c: ctypes.CDLL, tmp_path: Path
) -> None:
    differ = []
    for seed in range(ROUNDS):
        drawn = random.Random(seed)
        theirs, ours = tmp_path / "theirs", tmp_path / "ours"
        before = b"".join(encode(_random_record(drawn), SHORT) for _ in range(drawn.randrange(14)))
        before += bytes(drawn.randrange(384)) if drawn.random() < 0.3 else b""
        for file in (theirs, ours):
            file.write_bytes(before)
        recorder = UtmpRecorder(FILES, str(ours))
        for _ in range(drawn.randrange(1, 12)):
            record = _random_record(drawn)
            _put_by_c(c, theirs, record)
            recorder.put(record)
            if theirs.read_bytes() != ours.read_bytes():
                differ.append((seed, record))
                break
        assert [encode(each, SHORT) for each in decode(ours.read_bytes(), SHORT)] == (
            _all_by_c(c, ours)
        )
    assert differ == []


def test_files_are_byte_for_byte_those_that_updwtmpx_writes(c: ctypes.CDLL, tmp_path: Path) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    for piece in (b"", b"\xff" * 5, b"\xff" * 383):
        for file in (theirs, ours):
            file.write_bytes(encode(UtmpRecord(Kind.BOOT_TIME), SHORT) + piece)
        for event in EVENTS:
            WtmpRecorder(FILES, str(ours)).record(event)
        for record in decode(ours.read_bytes(), SHORT)[1:]:
            c.updwtmpx(os.fsencode(theirs), encode(record, SHORT))
        assert ours.read_bytes() == theirs.read_bytes()
        assert len(ours.read_bytes()) == 384 * (1 + len(EVENTS))


def _at(seconds: int, happening: Happening, user: str, line: str, host: str = "") -> LoginEvent:
    return LoginEvent(
        happening, (NOW + seconds) * 1_000_000 + 5, user, 1000, line, host, "x", pid=os.getpid()
    )


EVENTS = (
    LoginEvent(Happening.BOOT, NOW * 1_000_000, host="6.1.0"),
    _at(60, Happening.LOGIN, "alice", "tty1"),
    _at(120, Happening.LOGIN, "bob", "pts/0", "192.0.2.1"),
    _at(240, Happening.LOGOUT, "bob", "pts/0"),
    _at(300, Happening.LOGIN, "x" * 32, "pts/0", "h" * 255),
    LoginEvent(Happening.BOOT, (NOW + 4000) * 1_000_000, host="6.1.0"),
    _at(4060, Happening.LOGIN, "carol", "pts/0", "far.example.org"),
    _at(200_000, Happening.LOGIN, "carol", "pts/1", "::1"),
    _at(300_000, Happening.LOGIN, "alice", "pts/1"),
    _at(300_001, Happening.LOGOUT, "alice", "pts/1"),
)


def _shown(*words: str) -> str:
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    return done.stdout


_ISO = r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00)"
_LINE = re.compile(rf"^(\S+) +(system boot|\S+) +(\S*) *{_ISO} +(?:- )?(.*?)(?: +\(.*\))?$")


def _as_last_says(path: Path, *words: str) -> list[tuple[str, ...]]:
    """Return user, line, host, and what last(1) says of begin and end."""
    out = _shown(*(words or ("last",)), "-w", "--time-format", "iso", "-f", str(path))
    lines = out.rpartition(f"\n{path.name} begins ")[0].splitlines()
    found = [_LINE.match(line.rstrip()) for line in lines]
    return [each.groups() if each else (line,) for each, line in zip(found, lines, strict=True)]


def _as_we_say(login: PastLogin) -> tuple[str, ...]:
    if login.ending in (Ending.CRASH, Ending.DOWN) and not (
        login.is_boot and login.ending == Ending.DOWN
    ):
        ended = login.ending.name.lower()
    elif login.ended is None:
        ended = "still running" if login.is_boot else "still logged in"
    else:
        ended = _iso(login.ended)
    return (login.user, login.line, login.host, _iso(login.began), ended)


def _both_say(file: Path) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return what we and last(1) say of a file, but for two things.

    last(1) looks whether the terminal of an open login is there and is its user's.  Up to 2.38 it
    says of a boot that ended in a crash what it would say if there had been none.
    """
    logins = list(of_wtmp(backwards(file.read_bytes(), SHORT)))
    ours = [_as_we_say(each) for each in logins]
    theirs = [
        tuple(re.sub("^ *gone - no logout$", "still logged in", word) for word in line)
        for line in _as_last_says(file)
    ]
    for at, login in enumerate(logins):
        if login.is_boot and login.ending == Ending.CRASH and at < len(theirs):
            ours[at], theirs[at] = (each[at][:-1] for each in (ours, theirs))
    return ours, theirs


def _iso(micros: int) -> str:
    import datetime

    when = datetime.datetime.fromtimestamp(micros // 1_000_000, datetime.UTC)
    return when.isoformat()


def test_last_and_we_say_the_same_of_what_we_wrote(tmp_path: Path) -> None:
    file = tmp_path / "wtmp"
    file.touch()
    for event in EVENTS:
        WtmpRecorder(FILES, str(file)).record(event)
    ours, theirs = _both_say(file)
    assert ours == theirs
    assert [each[-1] for each in ours].count("crash") == 2
    assert len(ours) == 8


def test_last_and_we_say_the_same_of_any_wtmp(tmp_path: Path) -> None:
    differ = []
    for seed in range(ROUNDS // 5):
        drawn = random.Random(seed)
        when, records = NOW, []
        for _ in range(drawn.randrange(1, 25)):
            when += drawn.randrange(1, 100_000)
            line = drawn.choice((b"tty1", b"pts/0", b"pts/1"))
            user = drawn.choice((b"alice", b"bob", b"carol"))
            come = UtmpRecord(Kind.USER_PROCESS, 1, line, line[-4:], user, b"far", seconds=when)
            records.append(
                drawn.choice(
                    (
                        come,
                        come,
                        come.changed(kind=Kind.DEAD_PROCESS, user=b""),
                        come.changed(kind=Kind.USER_PROCESS, user=b""),
                        come.changed(kind=Kind.DEAD_PROCESS),
                        come.changed(kind=Kind.LOGIN_PROCESS, user=b"LOGIN"),
                        come.changed(kind=Kind.INIT_PROCESS, user=b""),
                        come.changed(kind=Kind.BOOT_TIME, line=b"~", user=b"reboot"),
                        come.changed(kind=Kind.RUN_LVL, line=b"~", user=b"shutdown"),
                        come.changed(kind=Kind.RUN_LVL, line=b"~", user=b"runlevel", pid=ord("5")),
                        come.changed(kind=Kind.RUN_LVL, line=b"~", user=b"runlevel", pid=ord("0")),
                    )
                )
            )
        file = tmp_path / "wtmp"
        file.write_bytes(b"".join(encode(each, SHORT) for each in records))
        ours, theirs = _both_say(file)
        if ours != theirs:
            differ.append((seed, ours, theirs))
    assert differ == []


def test_lastb_shows_the_failures_that_we_wrote(tmp_path: Path) -> None:
    file = tmp_path / "btmp"
    file.touch(0o600)
    for user in ("alice", "nobody-there"):
        BtmpRecorder(FILES, str(file)).record(_at(5, Happening.FAILURE, user, "ssh", "192.0.2.1"))
    found = [(each.user, each.line) for each in of_btmp(backwards(file.read_bytes(), SHORT))]
    assert found == [("nobody-there", "ssh"), ("alice", "ssh")]
    theirs = [line[:3] for line in _as_last_says(file, "lastb")]
    assert theirs == [("nobody-there", "ssh", "192.0.2.1"), ("alice", "ssh", "192.0.2.1")]


def test_who_shows_whom_we_wrote(tmp_path: Path) -> None:
    file = tmp_path / "utmp"
    file.touch()
    for event in EVENTS:
        UtmpRecorder(FILES, str(file)).record(event)
    lines = [line.split() for line in _shown("who", str(file)).splitlines()]
    assert lines == [
        ["alice", "tty1", "Nov", "14", "22:14"],
        ["carol", "pts/0", "Nov", "14", "23:21", "(far.example.org)"],
    ]
    assert _shown("who", "-b", str(file)).split() == ["system", "boot", "Nov", "14", "23:20"]


def test_utmpdump_shows_every_field_that_we_wrote_and_makes_the_same_records_of_it(
    tmp_path: Path,
) -> None:
    file = tmp_path / "wtmp"
    file.touch()
    for event in EVENTS:
        WtmpRecorder(FILES, str(file)).record(event.changed(host=event.host[:40], session=0))
    dump = _shown("utmpdump", str(file))
    assert f"[7] [{os.getpid():05}] [ts/0] [bob     ] [pts/0       ] [192.0.2.1" in dump
    assert "2023-11-14T22:15:20,000005+00:00" in dump
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    back = subprocess.run(
        ("utmpdump", "-r"), input=dump.encode(), env=environment, capture_output=True, check=True
    )
    # It fills texts up with blanks.
    trimmed = [
        each.changed(
            **{name: getattr(each, name).rstrip() for name in ("id", "user", "line", "host")}
        )
        for each in decode(back.stdout, SHORT)
    ]
    assert tuple(trimmed) == decode(file.read_bytes(), SHORT)


@pytest.mark.needs("private-machine", "lastlog")
def test_lastlog_shows_whom_we_wrote_and_we_what_it_sets(tmp_path: Path) -> None:
    root, nobody = pwd.getpwuid(0).pw_name, pwd.getpwnam("nobody")
    program = f"""
set -e
mount --bind {tmp_path} /var/log
{sys.executable} -I - <<'END'
import sys
sys.path.insert(0, {str(Path(lastlog.__file__).parents[2])!r})
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.lastlog import LastlogRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.root import Root
open("/var/log/lastlog", "xb").close()
files = DiskLoginFiles(Root("/"))
for uid, line in ((0, "tty1"), ({nobody.pw_uid}, "pts/7")):
    when = {NOW} * 1000000
    LastlogRecorder(files).record(LoginEvent(Happening.LOGIN, when, "", uid, line, "far"))
END
lastlog -u {root}
lastlog -u nobody
lastlog -u root -S
"""
    environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}
    done = subprocess.run(
        ("unshare", "--mount", "sh", "-c", program),
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    lines = [line.split() for line in done.stdout.splitlines() if not line.startswith("Username")]
    when = ["Tue", "Nov", "14", "22:13:20", "+0000", "2023"]
    assert [[root, "tty1", "far", *when], ["nobody", "pts/7", "far", *when]] == lines
    recorder = LastlogRecorder(FILES, str(tmp_path / "lastlog"))
    assert recorder.find(0).seconds > NOW
    assert recorder.find(nobody.pw_uid) == lastlog.LastLogin(NOW, b"pts/7", b"far")


_LOGIN = """
import os, pty
child, terminal = pty.fork()
if child == 0:
    os.execv("/bin/login", ["login", "-f", "-h", "192.0.2.9", "root"])
os.write(terminal, b"exit\\n")
try:
    while os.read(terminal, 1000):
        pass
except OSError:
    pass
print(child, os.waitpid(child, 0)[1])
"""


@pytest.mark.needs("private-machine", "login")
def test_we_read_what_login_wrote(tmp_path: Path) -> None:
    for name in ("log", "run"):
        (tmp_path / name).mkdir()
    for name in ("log/wtmp", "log/btmp", "log/lastlog", "run/utmp"):
        (tmp_path / name).touch(0o600)
    program = f"""
mount --bind {tmp_path}/log /var/log && mount --bind {tmp_path}/run /run && mkdir /run/lock &&
exec {sys.executable} -I -c '{_LOGIN}'
"""
    words = ("unshare", "--mount", "sh", "-c", program)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    child, status = done.stdout.split()
    assert (done.stderr, status) == ("", "0")
    (login,) = of_wtmp(backwards((tmp_path / "log/wtmp").read_bytes(), SHORT))
    assert (login.user, login.host, login.pid) == ("root", "192.0.2.9", int(child))
    assert login.line.startswith("pts/")
    assert login.ending == Ending.LOGOUT
    (session,) = UtmpRecorder(FILES, str(tmp_path / "run/utmp")).records()
    assert (session.user, session.line) == (b"root", login.line.encode())
    last = LastlogRecorder(FILES, str(tmp_path / "log/lastlog")).find(0)
    assert (last.line, last.host) == (session.line, b"192.0.2.9")
    assert abs(last.seconds - login.began // 1_000_000) <= 5


def test_glibc_and_we_wait_for_each_other(c: ctypes.CDLL, tmp_path: Path) -> None:
    file = tmp_path / "wtmp"
    file.touch()
    count, writers = 60, 3
    children = []
    for number in range(writers * 2):
        child = os.fork()
        if child == 0:
            for at in range(count):
                event = _at(at, Happening.LOGIN, f"user{number}", "pts/0")
                if number % 2:
                    WtmpRecorder(FILES, str(file)).record(event)
                else:
                    record = UtmpRecord(Kind.USER_PROCESS, at, user=b"user%d" % number)
                    c.updwtmpx(os.fsencode(file), encode(record, SHORT))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * writers * 2
    users = [each.user for each in decode(file.read_bytes(), SHORT)]
    assert {b"user%d" % number: count for number in range(writers * 2)} == {
        user: users.count(user) for user in set(users)
    }
