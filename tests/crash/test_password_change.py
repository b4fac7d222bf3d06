"""A password change that is killed or fails anywhere leaves every file old or new, byte for byte.

Of pam_unix, which writes shadow and history, and of pam_pwhistory, which writes the history and its
backup; below a root of the test's own, as whoever runs the tests.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

from pamkit.modules import pam_pwhistory, pam_unix
from pamkit.stores.credentials import ShadowFiles
from pamkit.stores.root import Root
from pamkit.stores.system import system_world
from pamkit.testing.clock import StoppedClock
from pamkit.testing.hashing import PlainHashing, plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Answer, Message
from tests.crash.harness import (
    DEADLY,
    FAIL,
    KINDS,
    Strike,
    all_at_once,
    changes,
    every_strike,
    killed_within,
    undisturbed,
)

TODAY = 19000
USERS = tuple(f"user{number}" for number in range(8))
NAME = USERS[3]
SHADOW, HISTORY, BACKUP = "etc/shadow", "etc/security/opasswd", "etc/security/opasswd.old"
FILES = ("etc/passwd", SHADOW, HISTORY, BACKUP)
LEFT = {"etc", "etc/.pwd.lock", "etc/security", *FILES}


class _OneSetting(PlainHashing):
    """What a password's hash is can be told beforehand."""

    def setting(self, scheme: str, rounds: int | None) -> str | None:
        return "$plain$x$"


class _Patient(StandInOutside):
    """Who waits for the lock waits indeed; the delay of a failure is no matter here."""

    def sleep(self, seconds: float) -> None:
        if seconds < 0.1:
            time.sleep(seconds)


class Machine:
    """A root directory with eight users, and what lies in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "etc/security").mkdir(parents=True)
        (place / "etc/.pwd.lock").touch()
        lines = [f"{name}:x:{1000 + at}:100:::/bin/sh\n" for at, name in enumerate(USERS)]
        self.ground = {
            "etc/passwd": "".join(lines).encode(),
            SHADOW: b"# kept\n" + b"".join(_shadow(name, f"first-{name}", 18000) for name in USERS),
            HISTORY: b"".join(_history(name, "earlier") for name in USERS) + b"odd\n",
            BACKUP: b"backup\n",
        }
        self.lay_out()

    def lay_out(self) -> None:
        """Put everything as it was in the beginning."""
        for name in self.names() - LEFT:
            (self.place / name).unlink()
        for name, data in self.ground.items():
            # A new file each time: the backup is another name of the history.
            (self.place / name).unlink(missing_ok=True)
            (self.place / name).write_bytes(data)
            (self.place / name).chmod(0o640)
        self.descriptors = _descriptors()

    def names(self) -> set[str]:
        """Return what lies there."""
        return {str(path.relative_to(self.place)) for path in self.place.rglob("*")}

    def content(self) -> dict[str, bytes]:
        """Return the files that matter."""
        return {name: (self.place / name).read_bytes() for name in FILES}

    def change(self, module: ModuleType, name: str, old: str, new: str, options: str) -> int:
        """Change a password; the answer's number."""
        words = {"Current password: ": old, "New password: ": new, "Retype new password: ": new}

        def answer(messages: tuple[Message, ...]) -> list[Answer]:
            return [words[message.text] if message.wants_answer else None for message in messages]

        world = system_world(str(self.place)).changed(
            hashing=_OneSetting(),
            clock=StoppedClock(TODAY * 86400.0),
            process=StandInProcess(uid=1000),
            log=MemoryLog(),
        )
        line = f"password required {module.MODULE.name}.so {options}\n"
        trial = Trial(line, module, world=world, user=name, conversation=answer, outside=_Patient())
        return int(trial.chauthtok())

    def is_unlocked(self) -> bool:
        """Whether the lock can be had at once."""
        with ShadowFiles(Root(str(self.place))).lock():
            return True


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _shadow(name: str, word: str, day: int) -> bytes:
    return b"%s:%s:%d:0:99999:7:::\n" % (name.encode(), plain_hash(word).expose(), day)


def _history(name: str, *words: str) -> bytes:
    hashes = b",".join(plain_hash(f"{word}-{name}").expose() for word in words)
    return b"%s:%d:%d:%s\n" % (name.encode(), 1000 + USERS.index(name), len(words), hashes)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def _unix(machine: Machine, name: str = NAME, old: str = "first", new: str = "second") -> int:
    return machine.change(pam_unix, name, f"{old}-{name}", f"{new}-{name}", "remember=3")


def _pwhistory(machine: Machine, name: str = NAME, new: str = "second") -> int:
    return machine.change(pam_pwhistory, name, "", f"{new}-{name}", "remember=3")


CHANGES: dict[str, Callable[[Machine], int]] = {"pam_unix": _unix, "pam_pwhistory": _pwhistory}

EVERYWHERE = os.environ.get("PAMKIT_CRASH") == "all"
"""Strike with every kind at every call; otherwise errors alone come at calls that only read."""

each_module = pytest.mark.parametrize("module", CHANGES)


@each_module
def test_whatever_call_is_struck_every_file_is_the_old_or_the_new_one(
    machine: Machine, module: str
) -> None:
    def change() -> int:
        return CHANGES[module](machine)

    old = machine.content()
    assert undisturbed(change).value == ReturnCode.SUCCESS
    new = machine.content()
    assert new != old
    strikes, made_again = 0, 0
    for strike in _strikes(change, machine):
        strikes += 1
        _check(machine, strike, old, new)
        if strike.call != "close":  # whose failures leave others open, and do not happen
            assert _descriptors() == machine.descriptors, strike
        # A struck change is no half of one: another follows as if nothing had been.
        if strikes % 20 == 0 or machine.names() != LEFT:
            made_again += 1
            _make_another(machine, module, strike)
    assert strikes > 150
    assert made_again > 20


def _strikes(change: Callable[[], int], machine: Machine) -> Iterator[Strike]:
    if EVERYWHERE:
        return every_strike(change, prepare=machine.lay_out)
    few = [kind for kind in KINDS if kind != FAIL]
    return chain(
        every_strike(change, prepare=machine.lay_out, kinds=[FAIL]),
        every_strike(change, prepare=machine.lay_out, kinds=few, where=changes),
    )


def _check(machine: Machine, strike: Strike, old: dict[str, bytes], new: dict[str, bytes]) -> None:
    found = machine.content()
    for name, data in found.items():
        assert data in (old[name], new[name]), (name, strike)
    beside = machine.names() - LEFT
    if strike.kind in DEADLY or strike.call == "unlink":
        assert beside <= ASIDE, strike
    else:
        assert beside == set(), strike
    assert machine.is_unlocked(), strike
    if strike.ended.value == ReturnCode.SUCCESS:
        # The backup is the one thing that may be missed, and the log says so.
        missed = strike.call in ("link", "rename") and found[BACKUP] == old[BACKUP]
        expected = new | {BACKUP: old[BACKUP]} if missed else new
        assert found == expected, strike


ASIDE = {"etc/.pam.shadow", "etc/security/.pam.opasswd", "etc/security/.pam.opasswd.old"}


def _make_another(machine: Machine, module: str, why: object) -> None:
    if module == "pam_unix":
        changed = _shadow(NAME, f"second-{NAME}", TODAY) in machine.content()[SHADOW]
        assert _unix(machine, NAME, "second" if changed else "first", "third") == 0, why
    else:
        assert _pwhistory(machine, NAME, "third") == 0, why
    assert machine.names() == LEFT, why
    for path in ("etc/passwd", SHADOW, HISTORY):
        assert _others(machine.content()[path]) == _others(machine.ground[path]), why


def _others(data: bytes) -> list[bytes]:
    return [
        line
        for line in data.splitlines(keepends=True)
        if not line.startswith(b"%s:" % NAME.encode())
    ]


def test_a_kill_from_outside_at_any_moment_does_no_harm(machine: Machine) -> None:
    """The changer goes on and on; what it was at when it was killed, nobody knows."""
    chance, kills, passwords = Random(4), 0, ("first", "second")
    lines = {_shadow(NAME, f"{word}-{NAME}", day) for word in passwords for day in (18000, TODAY)}
    histories = {_history(NAME, *words) for words in _HISTORIES}

    def go_on() -> None:
        while True:
            for old, new in (passwords, passwords[::-1]):
                _unix(machine, NAME, old, new)
                _pwhistory(machine, NAME, "third")

    while kills < KILLS:
        machine.lay_out()
        if not killed_within(go_on, chance.uniform(0.001, 0.02)):
            continue
        kills += 1
        found = machine.content()
        for path, possible in ((SHADOW, lines), (HISTORY, histories)):
            theirs = _others(machine.ground[path])
            assert _others(found[path]) == theirs
            (mine,) = set(found[path].splitlines(keepends=True)) - set(theirs)
            assert mine in possible, mine
        assert machine.names() - LEFT <= ASIDE
        assert machine.is_unlocked()
        if kills % 10 == 0 or machine.names() != LEFT:
            _make_another(machine, "pam_unix", kills)


KILLS = 400 if EVERYWHERE else 100

_HISTORIES = (
    ("earlier",),
    ("earlier", "first"),
    ("earlier", "first", "second"),
    ("first", "second", "first"),
    ("second", "first", "second"),
)
"""What a user's history goes through."""


def test_of_eight_processes_that_change_at_once_nothing_is_lost(machine: Machine) -> None:
    words = ("first", "second", "third", "fourth", "fifth")

    def change_of(name: str) -> Callable[[], list[int]]:
        return lambda: [
            code
            for old, new in pairwise(words)
            for code in (_pwhistory(machine, name, new), _unix(machine, name, old, new))
        ]

    ended = all_at_once([change_of(name) for name in USERS])
    assert [each.value for each in ended] == [[0] * 8] * 8
    kept = b"".join(_history(name, *words[1:4]) for name in USERS)
    found = machine.content()
    assert found[HISTORY] == kept + b"odd\n"
    assert found[SHADOW] == b"# kept\n" + b"".join(_shadow(n, f"fifth-{n}", TODAY) for n in USERS)
    assert machine.names() == LEFT
