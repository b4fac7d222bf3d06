"""pam_timestamp against the system's C module: whose stamps count, and the same bytes from both.

What differs on purpose stands in `DIFFERENT`, with its reason, and is seen to differ.
"""

from __future__ import annotations

import os
import random
import struct
from collections.abc import Sequence

from pamkit.formats.hmac_code import SHA1
from pamkit.formats.stamp_name import StampName
from pamkit.formats.timestamp import encode
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret
from tests.oracle.stage import ASK, STAGE, Case, Content, File, assert_same

pytestmark = STAGE

_CASES = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_NOW = 1_700_000_000
_HOME = "/var/run/pam_timestamp"
_KEY = f"{_HOME}/_pam_timestamp_key"
_UTMP = "/var/run/utmp"
_SECRET = bytes(range(64))
_OPEN = (("open_session", 0),)
_SILENT = 0x8000
_OURS_ALONE = ("option `", "=`: expected")
"""What the engine logs of words that a module does not know."""

_LEFT_OVER = "failure generating MAC"
"""C says whatever error was the last one; ours says why."""

_KEY_IN_VAIN = ("Cannot create /var/run/pam_timestamp/_pam_timestamp_key",)
"""C tries to make a key when it looks at a stamp that nobody can have made."""

_DIRECTORY = File(mode=0o700, kind="directory")


def session(user: str, began: int, kind: int = 7) -> bytes:
    """Return a record of utmp."""
    return struct.pack("<h42x32s264xi40x", kind, user.encode(), began)


def stamp(path: str, when: int, *, ago: int = 0, key: bytes = _SECRET) -> File:
    """Return a stamp, changed ``ago`` seconds ago."""
    directory, owner, file = path.rsplit("/", 2)
    data = encode(StampName(directory, owner, file), when, Secret(key), SHA1)
    return File(data, mode=0o600, modified=_NOW - ago)


_LOGGED_IN = session("alice", _NOW - 5000) + session("root", _NOW - 5000)
_GOOD_KEY = File(_SECRET, mode=0o600)


def _case(
    args: str = "",
    calls: Sequence[tuple[str, int]] = ASK,
    *,
    user: str | None = "alice",
    owner: str = "alice",
    tty: str = "/dev/tty1",
    files: Sequence[tuple[str, Content]] = (),
    utmp: Content = _LOGGED_IN,
    key: Content = _GOOD_KEY,
    watch: Sequence[str] = (),
    **more: object,
) -> Case:
    items = [(Item.TTY, tty)] * bool(tty) + [(Item.RUSER, owner)] * bool(owner)
    return Case(
        f"auth required pam_timestamp.so {args}\nsession required pam_timestamp.so {args}\n",
        calls,
        user=user,
        items=items,
        files=[(_HOME, _DIRECTORY), (_UTMP, utmp), (_KEY, key), *files],
        watch=(_HOME, *watch),
        now=_NOW,
        **more,  # type: ignore[arg-type]  # fields of a case
    )


_MINE = f"{_HOME}/alice/tty1"


def _mine(ago: int = 10, **more: object) -> tuple[str, File]:
    return _MINE, stamp(_MINE, _NOW - ago, ago=ago)._replace(**more)  # type: ignore[arg-type]


def test_the_edges_of_time_are_those_of_c() -> None:
    cases = {}
    for timeout in (0, 1, 300, -5):
        for ago in (-601, -600, -599, -300, -2, -1, 0, 1, 299, 300, 301):
            args = f"debug verbose timestamp_timeout={timeout}"
            cases[f"{timeout} {ago}"] = _case(args, files=[_mine(ago)])
    assert_same(cases)


def test_what_is_written_is_the_same_byte_for_byte_and_updated() -> None:
    calls = [("open_session", 0), ("close_session", 0), ("setcred", 0x2)]
    cases = {
        f"{user} {owner} {tty} {args}": _case(
            args,
            calls,
            user=user,
            owner=owner,
            tty=tty,
            files=files,
            watch=[f"{_HOME}/{owner or 'root'}", _KEY]
            + [f"{_HOME}/{owner or 'root'}/{name}" for name in names],
        )
        for user in ("alice", "bob")
        for owner in ("alice", "")
        for tty, names in (
            ("/dev/pts/7", ("7", "7:bob", "7:alice")),
            (":0", (":0", ":0:bob", ":0:alice")),
            ("", ("unknown", "unknown:bob", "unknown:alice")),
        )
        for args in ("", "debug")
        for files in ([], [(f"{_HOME}/alice", _DIRECTORY), _mine(90)])
    }
    assert_same(cases)


_ODD_NAMES = ("", "alice", "bob", "root", ".", "..", "../../root", "a/b", "/", "é\udcff", "x" * 255)
_TTYS = ("", "/dev/tty1", "tty1", "/dev/pts/1", "pts/1", ":0", "/dev/", "/dev/..", ".", "..", "/x")
_BAD_TIMES = ("", " ", "0x12c", "0454", "08", "+300", " 300", "3 00", "1e3", "x", "-1")
_EDGES = (-700, -600, -599, -1, 0, 1, 10, 299, 300, 301, 5000, 6000)


def _word(random: random.Random) -> str:
    time = random.choice(("0", "1", "60", "300", *_BAD_TIMES))
    return random.choice(
        (
            *(f"timestamp_timeout={time}",) * 3,
            "debug",
            "verbose",
            f"timestampdir={random.choice((_HOME, '/var/stamps', f'{_HOME}/', ''))}",
            random.choice(("Debug", "silent", "timestamp_timeout", "debug=1")),
        )
    )


def _records(random: random.Random) -> bytes:
    return b"".join(
        session(
            random.choice(("alice", "alice", "root", "bob", "alicea", "")),
            _NOW - random.choice((0, 5, 9, 10, 11, 60, 299, 5000, -100)),
            random.choice((7, 7, 7, 8, 6, 2)),
        )
        for _ in range(random.choice((0, 1, 1, 2, 5)))
    )


def _spoilt(random: random.Random, file: File) -> File:
    at = random.randrange(len(file.data))
    flipped = bytes(
        (*file.data[:at], file.data[at] ^ 1 << random.randrange(8), *file.data[at + 1 :])
    )
    return random.choice(
        (
            file._replace(data=flipped),
            file._replace(data=file.data[:at]),
            file._replace(data=file.data + b"x"),
            file._replace(data=b""),
            file._replace(uid=1000),
            file._replace(gid=5),
            file._replace(kind="directory", mode=0o700),
            file._replace(mode=0o666),
        )
    )


def _random_case(random: random.Random) -> Case:
    words = [_word(random) for _ in range(random.choice((0, 1, 2, 3)))]
    line = " ".join(f"[{word}]" if " " in word else word for word in words)
    owner = random.choice(("alice", "alice", "alice", "root", *_ODD_NAMES))
    tty = random.choice(("/dev/tty1", "tty1", *_TTYS))
    user = random.choice(("alice", "alice", "root", "bob"))
    name = (tty or "unknown").rpartition("/")[2]
    whose = owner or "root"
    place = next((word[13:] for word in reversed(words) if word.startswith("timestampdir=")), _HOME)
    path = f"{place}/{whose}/{name if whose == user else f'{name}:{user}'}"
    files: list[tuple[str, Content]] = []
    if random.random() < 0.5:
        files.append(("/var/stamps", _DIRECTORY))
    if "/" not in whose and whose not in (".", "..") and name not in ("", ".", "..") and place:
        lies = stamp(path, _NOW - random.choice(_EDGES), ago=random.choice(_EDGES))
        if random.random() < 0.3:
            lies = stamp(path, _NOW, key=b"y" * 64)
        if random.random() < 0.3:
            lies = _spoilt(random, lies)
        if random.random() < 0.9:
            files += [(f"{place}/{whose}", _DIRECTORY), (path, lies)]
    calls = random.choice(
        (
            (("authenticate", random.choice((0, 0, _SILENT))),),
            (("authenticate", 0),),
            (("open_session", 0), ("close_session", 0)),
        )
    )
    if calls[0][0] == "open_session":
        files = [(path, lies) for path, lies in files if isinstance(lies, File) and not lies.data]
    uid = random.choice((0, 0, 0, 0, 1000))
    key: Content = File(_SECRET, mode=0o600)
    if random.random() < 0.1:
        key = File(random.choice((b"", b"short", b"z" * 20, b"z" * 65)), mode=0o600)
    return _case(
        line,
        calls,
        user=user,
        owner=owner,
        tty=tty,
        files=files,
        utmp=random.choice((_records(random), _records(random), None)),
        key=key,
        watch=[path] if place else [],
        uid=uid,
        terminal=not tty and random.random() < 0.5,
    )


def test_generated_machines_look_the_same_to_both() -> None:
    dice = random.Random(20140326)
    cases = {str(at): _random_case(dice) for at in range(_CASES)}
    assert_same(cases, unsaid=(*_OURS_ALONE, _LEFT_OVER), only_in_c=(_LEFT_OVER, *_KEY_IN_VAIN))


def _differing() -> dict[str, tuple[Case, str]]:
    """Return cases that differ on purpose, each with its reason."""
    own = (f"{_HOME}/alice", _DIRECTORY)
    shared = f"{_HOME}/alice/tty1:bob"
    slash = f"{_HOME}/alice/tty1:a/b"
    elsewhere = "/var/stamps/alice/tty1"
    return {
        "the asking user's directory is another's": (
            _case(files=[(f"{_HOME}/alice", _DIRECTORY._replace(uid=1000)), _mine()]),
            "C looks at the directory of the stamps, not at those below it",
        ),
        "the asking user's directory is a link": (
            _case(
                files=[
                    (f"{_HOME}/real", _DIRECTORY),
                    (f"{_HOME}/real/tty1", _mine()[1]),
                    (f"{_HOME}/alice", File(kind="link", to="real")),
                ]
            ),
            "C follows it",
        ),
        "others know the key": (
            _case(files=[own, _mine()], key=File(_SECRET, mode=0o644)),
            "C takes any key",
        ),
        "the key is another's": (
            _case(files=[own, _mine()], key=File(_SECRET, mode=0o600, uid=1000)),
            "C takes any key",
        ),
        "there is no key": (
            _case(files=[own, _mine()], key=None, watch=[_KEY]),
            "C makes one when it looks at a stamp",
        ),
        "a user with a slash": (
            _case(
                user="a/b",
                files=[own, (f"{_HOME}/alice/tty1:a", _DIRECTORY), (slash, stamp(slash, _NOW))],
            ),
            "C takes it for a path",
        ),
        "a terminal and a user in the name of a terminal": (
            _case(tty="tty1:bob", files=[own, (shared, stamp(shared, _NOW))]),
            "for C it is the stamp with which alice becomes bob on tty1",
        ),
        "a link is written through": (
            _case(
                calls=_OPEN,
                files=[own, ("/etc/victim", "x"), (_MINE, File(kind="link", to="/etc/victim"))],
                watch=[_MINE, "/etc/victim"],
            ),
            "C writes through it",
        ),
        "an old stamp that all can read": (
            _case(
                calls=_OPEN, files=[own, (_MINE, _mine()[1]._replace(mode=0o644))], watch=[_MINE]
            ),
            "C leaves the mode as it is",
        ),
        "a number of more than 64 bits": (
            _case(f"timestamp_timeout={2**63}", files=[own, _mine(301)]),
            "C takes the largest number there is: the stamp counts for ever",
        ),
        "a session from after 2038": (
            _case(files=[own, _mine()], utmp=session("alice", -1)),
            "for C its time lies before 1970",
        ),
        "a session without a time among others": (
            _case(files=[own, _mine()], utmp=session("alice", 0) + session("alice", _NOW - 60)),
            "C forgets it when it reads the next",
        ),
        "a piece of a record": (
            _case(files=[own, _mine()], utmp=session("alice", _NOW - 60) + b"x"),
            "C does not see it",
        ),
        "another way to the same directory": (
            _case(
                "timestampdir=/var/way/stamps",
                files=[
                    ("/var/stamps", _DIRECTORY),
                    ("/var/open", File(kind="directory", mode=0o777)),
                    ("/var/open/in", _DIRECTORY),
                    ("/var/open/in/stamps", _DIRECTORY),
                    ("/var/way", File(kind="link", to="open/in")),
                    ("/var/open/in/stamps/alice", _DIRECTORY),
                    (
                        "/var/open/in/stamps/alice/tty1",
                        stamp("/var/way/stamps/alice/tty1", _NOW),
                    ),
                ],
            ),
            "C does not look at what is above the end of a link",
        ),
        "the key's directory is another's": (
            _case(
                "timestampdir=/var/stamps",
                files=[
                    (_HOME, _DIRECTORY._replace(uid=1000)),
                    (_KEY, File(_SECRET, mode=0o600)),
                    ("/var/stamps", _DIRECTORY),
                    ("/var/stamps/alice", _DIRECTORY),
                    (elsewhere, stamp(elsewhere, _NOW)),
                ],
            ),
            "C looks at `timestampdir` alone",
        ),
    }


def test_what_differs_refuses_more() -> None:
    cases = _differing()
    assert_same(
        {name: case for name, (case, _) in cases.items()},
        different={name: why for name, (_, why) in cases.items()},
        unsaid=_OURS_ALONE,
    )


def test_cve_2014_2583_names_that_lead_out_are_refused_as_by_c() -> None:
    names = [name for name in _ODD_NAMES if name not in ("", "alice", "bob", "root", "x" * 255)]
    outside = ("/etc/tty1", "/var/tty1", f"{_HOME}/tty1", "/root/tty1")
    cases = {
        f"{calls} {item} {name}": _case(
            "debug",
            calls,
            **{item: name},
            files=[(path, stamp(path, _NOW)) for path in outside],
            watch=outside,
        )
        for calls in (ASK, _OPEN)
        for name in names
        for item in ("owner", "tty")
    }
    assert_same(cases)


def test_what_lies_where_the_stamp_should_holds_nobody_up() -> None:
    """C opens a FIFO and waits for ever, so it is not asked."""
    cases = {
        f"{calls} {kind}": _case(
            "debug",
            calls,
            files=[(f"{_HOME}/alice", _DIRECTORY), (_MINE, File(kind=kind, to="/x"))],
        )
        for calls, kind in ((ASK, "directory"), (ASK, "link"), (_OPEN, "directory"))
    }
    assert_same(cases)


def test_directories_that_are_not_roots_alone_are_refused_in_the_same_words() -> None:
    spoilt = (
        _DIRECTORY._replace(uid=1000),
        _DIRECTORY._replace(gid=5),
        _DIRECTORY._replace(mode=0o720),
        _DIRECTORY._replace(mode=0o702),
        File(b"x"),
        File(kind="link", to="/root"),
        File(kind="link", to="/nowhere"),
    )
    cases = {
        f"{calls} {place} {what}": _case(
            f"debug timestampdir={place}",
            calls,
            files=[("/var/stamps", what), *more],
            uid=uid,
        )
        for calls in (ASK, _OPEN)
        for what in spoilt
        for place, more in (("/var/stamps", ()), ("/var/stamps/", ()), ("/var/stamps/x", ()))
        for uid in (0, 1000)
    }
    assert_same(cases)
