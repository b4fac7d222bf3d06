"""pam_systemd: what C's module asks of the login manager, and makes of its answers, ours does.

Both ask over a real `dbus-daemon`; the login manager is `tests.oracle.login_manager`.  Which number
a descriptor has is a matter of chance.
"""

from __future__ import annotations

import os
import random
import re
from typing import Any

import pytest

from pamkit.vocab.item import Item
from tests.oracle.login_manager import Manager
from tests.oracle.stage import STAGE, Case, File, Seen, assert_same

pytestmark = [STAGE, pytest.mark.needs("pam_systemd", "dbus-daemon")]

_CASES = 70 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_AT_ONCE = 500
"""C keeps the descriptor of each session as long as the process lasts."""

_OPEN, _CLOSE = ("open_session", 0), ("close_session", 0)
_BOOTED = ("/run/systemd/seats", File(kind="directory", mode=0o755))
_RUNTIME = "/run/user/1000"
_HOME = (_RUNTIME, File(kind="directory", uid=1000, mode=0o700))
_BUS = (f"{_RUNTIME}/bus", "")
_BUSY = "org.freedesktop.login1.SessionBusy"
_DENIED = "org.freedesktop.DBus.Error.AccessDenied"
_FIELDS = ("name", "path", "runtime", "place", "owner", "seat", "terminal", "is_old")
_SESSION = ("c1", "/org/freedesktop/login1/session/c1", _RUNTIME, 0, 1000, "", 0, False)
_VARIABLES = (
    *("XDG_SEAT", "XDG_VTNR", "XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "XDG_SESSION_DESKTOP"),
)


def _created(**fields: Any) -> Manager:
    return Manager(values=tuple((dict(zip(_FIELDS, _SESSION, strict=True)) | fields).values()))


def _case(words: str = "", **fields: Any) -> Case:
    usual: dict[str, Any] = {
        "files": (_BOOTED, _HOME),
        "manager": _created(),
        "variables": tuple((name, None) for name in _VARIABLES),
    }
    calls = fields.pop("calls", (_OPEN, _CLOSE))
    return Case(f"session required pam_systemd.so {words}\n", calls, **(usual | fields))


def _without_numbers(seen: Seen) -> Seen:
    return seen._replace(
        log=tuple((p, re.sub(r"(pid|session_fd)=\d+", r"\1=N", line)) for p, line in seen.log)
    )


_SINGLE = {
    "": _case(),
    "debug": _case("debug"),
    "debug, then not": _case("debug debug=no"),
    "not debug, then": _case("debug=0 debug=oN"),
    "not booted": _case("debug", files=(("/run/systemd/seats", None), _HOME)),
    "booted with a file": _case(files=(("/run/systemd/seats", ""), _HOME)),
    "no bus": _case(manager=Manager(bus=False)),
    "no bus to close": _case(
        manager=Manager(bus=False), calls=(_CLOSE,), environment=("XDG_SESSION_ID=c1",)
    ),
    "no manager": _case(manager=Manager(is_on_bus=False)),
    "a manager that leaves": _case(manager=Manager(leaves=True)),
    "busy": _case("debug", manager=Manager(error=(_BUSY, "Already running in a session"))),
    "busy without words": _case("debug", manager=Manager(error=(_BUSY, None))),
    "an error": _case(manager=Manager(error=("org.example.Error", "what was odd"))),
    "an error without words": _case(manager=Manager(error=("org.example.Error", None))),
    "denied": _case(manager=Manager(error=(_DENIED, "Sender is not authorized"))),
    "not released": _case(manager=_created()._replace(release_error=("org.example.Error", "no"))),
    "closed only": _case("debug", calls=(_CLOSE,)),
    "closed by another process": _case(calls=(_CLOSE,), environment=("XDG_SESSION_ID=c7",)),
    "opened only": _case(calls=(_OPEN,)),
    "an old session": _case(manager=_created(is_old=True)),
    "unknown": _case(user="nosuchuser"),
    "no user": _case(user=None),
    "a user who is asked for": _case(user=None, answers=("alice",)),
    "an empty user": _case(user=""),
    "root": _case(user="root", manager=_created(owner=0, runtime="/run/user/0")),
    "odd words": _case("debug=maybe class=greeter type=x11 desktop=GNOME quux area=x debug=no"),
    "systemd itself": _case(service="systemd-user"),
    "systemd itself without a directory": _case(service="systemd-user", files=(_BOOTED,)),
    "another answer": _case(manager=Manager(signature="s", values=("c1",))),
    "no answer": _case(manager=Manager(signature="", values=(), descriptors=0)),
    "no descriptor": _case(manager=_created()._replace(descriptors=0)),
    "a user's bus": _case(files=(_BOOTED, _HOME, _BUS)),
    "another's session": _case(manager=_created(owner=1001)),
    "another's directory": _case(files=(_BOOTED, (_RUNTIME, File(kind="directory", uid=1001)))),
    "a link": _case(files=(_BOOTED, (_RUNTIME, File(kind="link", to="/home", uid=1000)))),
    "no directory": _case(manager=_created(runtime="run/user/1000")),
    "a seat": _case("debug", manager=_created(seat="seat0", terminal=2)),
    "twice": _case(calls=(_OPEN, _OPEN, _CLOSE)),
    "not root": _case(uid=1000, euid=1000),
    "a text that is no Unicode": _case(items=((Item.RUSER, "\udcff"),)),
}
"""What happens once."""

_SAFER = {
    "a name that leads elsewhere": (
        _case(manager=_created(name="../c1")),
        "programs make names of files of it",
    ),
    "a seat that leads elsewhere": (_case(manager=_created(seat="../seat0")), "likewise"),
    "a bus that is a link": (
        _case(files=(_BOOTED, _HOME, (f"{_RUNTIME}/bus", File(kind="link", to="/etc/passwd")))),
        "root does not follow a user's link",
    ),
    "busy with a session of the applicant's choice": (
        _case(manager=Manager(error=(_BUSY, "busy")), environment=("XDG_SESSION_ID=c99",)),
        "only a session that was made here is released",
    ),
    "released twice": (_case(calls=(_OPEN, _CLOSE, _CLOSE)), "it is over already"),
}
"""What C does otherwise, and why ours does not."""


def test_what_happens_once_is_the_same() -> None:
    assert_same(_SINGLE, plain=_without_numbers)


def test_what_is_safer_differs() -> None:
    cases = {name: case for name, (case, _) in _SAFER.items()}
    different = {name: reason for name, (_, reason) in _SAFER.items()}
    assert_same(cases, different=different, plain=_without_numbers)


_WORDS = (
    *("", "debug", "class=greeter", "class=lock-screen", "type=wayland", "type=", "class="),
    *("desktop=KDE", "debug=f", "debug=", "DEBUG", "type=unspecified"),
)
_TTYS = ("tty1", "/dev/tty2", "/dev/pts/3", "pts/3", "/dev/", "cron", "ssh", ":0", "host:0.0", "")
_VALUES = {
    "XDG_SEAT": ("seat0", "seat1", "", "seat-x"),
    "XDG_VTNR": (
        *("1", "7", "0", "", " 3", "3 ", "+4", "-1", "0x10", "010", "0b11", "0o17", "4294967295"),
        *("4294967296", "x", "08", "1_0", "\t5", "- 1", "0x", "-0", "99999999999999999999"),
    ),
    "XDG_SESSION_TYPE": ("x11", "mir", "", "unspecified", "odd"),
    "XDG_SESSION_CLASS": ("user", "greeter", ""),
    "XDG_SESSION_DESKTOP": ("GNOME", "", "a b"),
}
_HOSTS = (
    *("far.example.org", "localhost", "LOCALHOST.", "x.localhost", "localhost.localdomain."),
    *("127.0.0.1", "::1", "notlocalhost", "a.localhost.localdomain", "."),
)


def _chosen(chance: random.Random) -> Case:
    words = " ".join(chance.choice(_WORDS) for _ in range(chance.randint(0, 3)))
    items = [
        (item, chance.choice(values))
        for item, values in (
            (Item.TTY, _TTYS),
            (Item.XDISPLAY, (":0", "far:1", "", ":99.2")),
            (Item.RHOST, _HOSTS),
            (Item.RUSER, ("bob", "", "bøb")),
        )
        if chance.random() < 0.4
    ]
    environment = [
        f"{name}={chance.choice(values)}"
        for name, values in _VALUES.items()
        if chance.random() < 0.35
    ]
    variables = tuple(
        (name, chance.choice(values) if chance.random() < 0.3 else None)
        for name, values in _VALUES.items()
    )
    manager = _created(
        seat=chance.choice(("", "seat0", "seat-1")),
        terminal=chance.choice((0, 3)),
        owner=chance.choice((1000, 1000, 1001)),
    )
    return _case(
        words,
        user=chance.choice(("alice", "alice", "bob")),
        service=chance.choice(("probe", "probe", "cron", "systemd-user")),
        items=tuple(items),
        environment=tuple(environment),
        variables=variables,
        manager=manager,
    )


def test_whatever_is_said_of_a_session_is_the_same() -> None:
    chance = random.Random(12)
    for start in range(0, _CASES, _AT_ONCE):
        numbers = range(start, min(start + _AT_ONCE, _CASES))
        cases = {f"case {number}": _chosen(chance) for number in numbers}
        assert_same(cases, plain=_without_numbers)
