"""pam_xauth beside the system's own, with the real xauth."""

from __future__ import annotations

import os
import random
import re
import socket
import struct

import pytest

from pamkit.vocab.flags import Flag
from tests.oracle.stage import STAGE, Case, Content, File, Seen, assert_same, stack

pytestmark = [STAGE, pytest.mark.needs("xauth")]

_CASES = 130 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

# Only ours says what is wrong with a program.
_OURS_ALONE = ("/no/such/xauth: No such",)

_BOTH = (("open_session", 0), ("close_session", 0))
_CALLS = (
    *(_BOTH,) * 3,
    *((("open_session", 0),),) * 3,
    (("close_session", 0),),
    (*_BOTH, ("close_session", 0)),
)

_AGAIN = (("open_session", Flag.SILENT), *_BOTH)

_USERS = {
    "root": (0, 0, "/srv/root"),
    "daemon": (1, 1, "/"),
    "ftp": (120, 120, "/srv/ftp"),
    "alice": (1000, 1000, "/home/alice"),
    "bob": (1001, 1001, "/home/bob"),
    "carol": (1002, 100, "/home/carol"),
}
_PASSWD = "".join(
    f"{name}:x:{uid}:{gid}::{home}:/bin/sh\n" for name, (uid, gid, home) in _USERS.items()
)
_OPTIONS = ("", "", "", "systemuser=1000", "systemuser=99", "targetuser=1", "systemuser=-1")
_MORE = (
    *("", "", "", "", "nonsense", "DEBUG", "systemuser=x", "targetuser=", "[systemuser= +7]"),
    *("xauthpath=/usr/bin/xauth", "xauthpath=/no/such/xauth", "xauthpath=/bin/false"),
    *("[systemuser=5 ]", "targetuser=1002", "systemuser=99999999999999999999x"),
)
_DISPLAYS = (":0", ":0", ":0.0", ":1", "localhost:0", "localhost:10.0", "localhost/unix:0")
_ODD_DISPLAYS = (None, "", "far:3", "127.0.0.1:2", ":", "nonsense", "localhost:7", "-x")
_LISTS = (
    *("bob\n", "alice\n", "*\n", "root\nalice", "al*\r\n", "[abc]*\n\n", "b?b junk\nbob\n", ""),
    *("\n", "#bob\n", "caro\\l\n", "root\0x\n", "bob\rx\n", "[!r]*\n", "x\ny\nroot\n"),
)
_NAME = re.compile(r"\.xauth[0-9A-Za-z]{6}\b")
_KEY = re.compile(r"writing key `[^']*'")


def _plain(seen: Seen) -> Seen:
    """Take out names by chance, and the key, which C shows in the log."""

    def named(text: str | None) -> str | None:
        return text and _NAME.sub(".xauth??????", text)

    return seen._replace(
        log=tuple((level, _KEY.sub("writing key", named(said) or "")) for level, said in seen.log),
        environment=tuple(named(each) or "" for each in seen.environment),
        left=tuple((named(path) or "", said) for path, said in seen.left),
        variables=tuple((name, named(value)) for name, value in seen.variables),
    )


def _entry(family: int, address: bytes, number: bytes, key: bytes) -> bytes:
    fields = (address, number, b"MIT-MAGIC-COOKIE-1", key)
    return struct.pack(">H", family) + b"".join(
        struct.pack(">H", len(field)) + field for field in fields
    )


def _authority(chance: random.Random) -> bytes:
    here = socket.gethostname().encode()
    kept = [
        _entry(256, here, b"0", b"0" * 16),
        _entry(256, here, b"10", b"\xff" * 16),
        _entry(0, b"\x7f\0\0\1", b"2", b"two"),
        _entry(0, bytes((192, 0, 2, 7)), b"3", b"far"),
        _entry(256, b"elsewhere", b"0", b"other"),
    ]
    return b"".join(chance.sample(kept, chance.choice((0, 3, 5, 5, 5))))


def _list(chance: random.Random, path: str, owner: int) -> list[tuple[str, Content]]:
    kind = chance.random()
    if kind < 0.35:
        return [(path, None)]
    if kind < 0.85:
        data = chance.choice(_LISTS).encode()
        # Now and then it is root's alone.
        closed = chance.random() < 0.1
        return [(path, File(data, 0o600 if closed else 0o644, 0 if closed else owner))]
    return [(path, File(kind=chance.choice(("fifo", "directory")), uid=owner, mode=0o700))]


def _home(chance: random.Random, user: str, *, open_to: bool = False) -> list[tuple[str, Content]]:
    uid, gid, home = _USERS[user]
    if home == "/":
        return []
    # Where xauth may not make its lock it waits for 20 seconds, as C's does.
    closed = chance.random() < 0.06 and not open_to
    made: list[tuple[str, Content]] = [
        (home, File(kind="directory", mode=0o700, uid=0 if closed else uid, gid=gid)),
        (f"{home}/.xauth", File(kind="directory", mode=0o700, uid=uid, gid=gid)),
        (f"{home}/.Xauthority", File(_authority(chance), 0o600, uid, gid)),
        (f"{home}/other", File(_authority(chance), 0o600, uid, gid)),
    ]
    for name in ("export", "import"):
        made += _list(chance, f"{home}/.xauth/{name}", uid)
    return made


def _case(chance: random.Random) -> Case:
    invoker = chance.choice(("alice", "alice", "alice", "root", "root", "bob"))
    target = chance.choice(("bob", "bob", "root", "carol", "carol", "alice", "daemon", "ftp"))
    _, _, home = _USERS[invoker]
    display = chance.choice(_DISPLAYS if chance.random() < 0.8 else _ODD_DISPLAYS)
    euid: int | None = 0
    if chance.random() < 0.08:
        euid = None
    authority = chance.choice((None, None, None, f"{home}/other", "/no/file"))
    debug = "debug" if chance.random() < 0.8 else ""
    return Case(
        stack("pam_xauth", f"{debug} {chance.choice(_OPTIONS)} {chance.choice(_MORE)}"),
        chance.choice(_CALLS if invoker != "root" else (*_CALLS, _AGAIN)),
        user=target if chance.random() < 0.95 else chance.choice(("nosuch", None)),
        answers=("bob",),
        files=[
            ("/etc/passwd", _PASSWD),
            *_home(chance, invoker, open_to=True),
            *(_home(chance, target) if target != invoker else ()),
        ],
        watch=[f"{_USERS[target][2]}/**"] if _USERS[target][2] != "/" else ["/.xauth"],
        uid=_USERS[invoker][0],
        euid=euid,
        variables=(
            ("DISPLAY", display),
            ("XAUTHORITY", authority),
            ("XAUTHLOCALHOSTNAME", chance.choice((None, "here"))),
        ),
    )


def test_keys_are_handed_on_as_by_the_c_module() -> None:
    chance = random.Random(3316)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, unsaid=_OURS_ALONE, plain=_plain)


_KEYS = File(
    _entry(256, socket.gethostname().encode(), b"0", b"0" * 16), mode=0o600, uid=1000, gid=1000
)
_ENVIRONMENT = (("DISPLAY", ":0"), ("XAUTHORITY", None), ("XAUTHLOCALHOSTNAME", None))
_SCRIPT = File(b'#!/bin/sh\n[ -n "$DISPLAY" ] || echo none\n', 0o755)


def _handed(options: str, *files: tuple[str, Content]) -> Case:
    return Case(
        stack("pam_xauth", f"debug {options}"),
        (("open_session", 0),),
        user="bob",
        files=[
            ("/home/alice", File(kind="directory", mode=0o755, uid=1000, gid=1000)),
            ("/home/alice/.Xauthority", _KEYS),
            ("/home/bob", File(kind="directory", mode=0o755, uid=1001, gid=1001)),
            *files,
        ],
        uid=1000,
        euid=0,
        watch=["/home/bob/**"],
        variables=_ENVIRONMENT,
    )


def test_where_ours_differs_on_purpose() -> None:
    export = "/home/alice/.xauth/export"
    cases = {
        "a list that is a link": _handed(
            "", ("/srv/list", "bob\n"), (export, File(kind="link", to="/srv/list", uid=1000))
        ),
        "a line that is longer than C's": _handed("", (export, "x" * 2047 + "bob\n")),
        "no number": _handed("systemuser=9223372036854775808"),
        "a relative path": _handed("xauthpath=usr/bin/xauth"),
        "the environment": _handed("xauthpath=/srv/xauth", ("/srv/xauth", _SCRIPT)),
        "a line as long as C's": _handed("", (export, "#" * 2046 + "\nbob\n")),
    }
    different = {
        "a list that is a link": "who can lay a link there must not choose what is read",
        "a line that is longer than C's": "up to 1.5 its end is a line of its own, which allows",
        "no number": "C takes it for the largest there is, and the largest user number for that",
        "a relative path": "the current directory may be the user's",
        "the environment": "xauth runs as another user, and gets nothing of this one's",
    }
    assert_same(cases, different=different, unsaid=_OURS_ALONE, plain=_plain)
