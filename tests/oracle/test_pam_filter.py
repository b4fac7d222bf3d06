"""pam_filter beside the system's own: what it says, and what passes through a filter."""

from __future__ import annotations

import os
import pty
import random
import select
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.native.built import built_libraries
from tests.oracle.stage import STAGE, Case, File, assert_same, stack

_CASES = 40 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_DRIVER = Path(__file__).with_name("filter_driver.py")
_SOURCE = Path(__file__).resolve().parents[2] / "src"
_PATIENCE = 20.0

# Swaps upper and lower case; keeps its environment where the last word of `ARGS` says.
_FILTER = """\
#!{python} -IS
import os, select
with open(os.environ["ARGS"].split()[-1], "wb") as file:
    with open("/proc/self/environ", "rb") as own:
        file.write(own.read())
    with open("/proc/self/cmdline", "rb") as own:
        file.write(own.read().split(b"\\0")[-2])
# Errors are waited for and looked at like output: both are one stream here.
ways = {{0: 3, 4: 1, 5: 2}}
while True:
    ready, _, _ = select.select(list(ways), [], [])
    source = ready[0]
    try:
        data = os.read(source, 4096)
    except OSError:
        break
    if not data:
        break
    os.write(ways[source], data.swapcase())
"""


# --- what it answers and says ---------------------------------------------------------------------

_CALLS = (
    (("open_session", 0),),
    (("close_session", 0),),
    (("open_session", Flag.SILENT), ("close_session", 0)),
    (("authenticate", 0), ("setcred", 0)),
    (("authenticate", 0), ("setcred", Flag.DELETE_CRED)),
    (("acct_mgmt", 0),),
    (("chauthtok", 0),),
)
_WORDS = ("", "", "new_term", "non_term", "non_term", "new_term non_term", "nonsense", "DEBUG")
_FILTERS = (
    *("", "run1", "run2", "run1 run2", "run1 filter", "run2 ./filter x", "run1 debug", "run"),
    *(
        "run1 /srv/filter",
        "run2 /srv/filter",
        "run1 /srv/filter two words",
        "run2 /srv/filter run1",
    ),
    *("[run1 ] /srv/filter", "run1 /srv/filter nonsense debug", "/srv/filter run1"),
)
_SHORT = File(b"#!/bin/sh\n", 0o755)

# The process that stays behind says it, and its memory is not ours to look into.
_C_ALONE = ("parent process exited",)


def _case(chance: random.Random) -> Case:
    debug = "debug" if chance.random() < 0.8 else ""
    words = f"{debug} {chance.choice(_WORDS)} {chance.choice(_FILTERS)}"
    return Case(
        stack("pam_filter", words),
        chance.choice(_CALLS),
        user=chance.choice(("alice", "alice", "nosuch", None)),
        answers=chance.choice((("bob",), ())),
        items=chance.choice(((), ((Item.TTY, "tty9"),))),
        files=[("/srv/filter", _SHORT)],
        terminal=chance.random() < 0.5,
        apart=True,
    )


@STAGE
def test_answers_and_words_are_those_of_the_c_module() -> None:
    chance = random.Random(1977)
    cases = {f"case {number}": _case(chance) for number in range(_CASES)}
    assert_same(cases, only_in_c=_C_ALONE)


# --- what passes through it -----------------------------------------------------------------------


class _Said(NamedTuple):
    """What the user sees, how the application ended, and what the filter was told."""

    shown: bytes
    status: int
    told: bytes
    is_as_before: bool
    """Whether the terminal is as it was."""


def _side(kind: str, place: Path, words: str, primitive: str) -> list[str]:
    """Return the command of an application with one of three PAMs."""
    policy = stack("pam_filter", words)
    (place / "probe").write_text(policy)
    driver = [sys.executable, str(_DRIVER)]
    if kind == "ours":
        return [*driver, "ours", primitive, policy]
    library = "libpam.so.0" if kind == "c" else str(built_libraries() / "libpam.so.0")
    return [*driver, "c", primitive, library, str(place)]


def _talk(
    kind: str,
    place: Path,
    words: str,
    line: bytes,
    *,
    on_terminal: bool = True,
    primitive: str = "open_session",
) -> _Said:
    told = place / "told"
    told.unlink(missing_ok=True)
    filtering = place / "filter"
    filtering.write_text(_FILTER.format(python=sys.executable))
    filtering.chmod(0o755)
    command = _side(kind, place, f"{words} {filtering} {told}", primitive)
    shown, status, is_as_before = (_on_terminal if on_terminal else _on_pipes)(command, line)
    seen = told.read_bytes() if told.exists() else b"never ran"
    return _Said(shown, status, seen, is_as_before)


def _environment() -> dict[str, str]:
    return {"PYTHONPATH": str(_SOURCE), "PATH": "/usr/bin:/bin"}


def _on_terminal(command: list[str], line: bytes) -> tuple[bytes, int, bool]:
    ours, theirs = pty.openpty()
    try:
        before = termios.tcgetattr(theirs)
        # It is the leader of a session, as behind a login: the terminal is its own.
        running = subprocess.Popen(
            ["setsid", "-c", "-w", *command],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env=_environment(),
        )
        try:
            shown = _read_until(ours, b"ready")
            os.write(ours, line)
            status = running.wait(_PATIENCE)
        finally:
            running.kill()
            running.wait()
        shown += _read_until(ours)
        return shown, status, termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


def _on_pipes(command: list[str], line: bytes) -> tuple[bytes, int, bool]:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=_environment()
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        try:
            shown = _read_until(running.stdout.fileno(), b"ready")
            running.stdin.write(line)
            running.stdin.flush()
            shown += _read_until(running.stdout.fileno(), b"heard", b"\n")
            running.stdin.close()
            return shown, running.wait(_PATIENCE), True
        finally:
            running.kill()


def _read_until(source: int, *words: bytes) -> bytes:
    """Return what comes until all words have come, or without words what is there."""
    shown, end = b"", time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        ready, _, _ = select.select([source], [], [], _PATIENCE if words else 0.0)
        if not ready:
            break
        try:
            piece = os.read(source, 4096)
        except OSError:
            break
        shown += piece
        if not piece or (words and all(word in shown.lower() for word in words)):
            break
    return shown


_KINDS = ["ours", pytest.param("core", marks=pytest.mark.needs("cc", "python-headers"))]
on_each = pytest.mark.parametrize("kind", _KINDS)
beside_c = pytest.mark.needs("libpam", "pam_unix")


@beside_c
@on_each
@pytest.mark.parametrize(
    ("words", "line"),
    [("run1", b"Hello\r"), ("new_term run1", b"a\x7fbc\n"), ("run1", b"KILL\r"), ("run2", b"x\r")],
)
def test_what_passes_through_a_filter_on_a_terminal(
    kind: str, words: str, line: bytes, tmp_path: Path
) -> None:
    theirs = _talk("c", tmp_path, words, line)
    assert b"ready" in theirs.shown.lower()
    assert theirs == _talk(kind, tmp_path, words, line)


@beside_c
@on_each
def test_what_passes_through_a_filter_without_a_terminal(kind: str, tmp_path: Path) -> None:
    words = "non_term run1"
    theirs = _talk("c", tmp_path, words, b"Hello\n", on_terminal=False)
    assert b"HEARD Hello" in theirs.shown
    assert theirs == _talk(kind, tmp_path, words, b"Hello\n", on_terminal=False)


@beside_c
@pytest.mark.parametrize(
    ("primitive", "words"),
    [
        ("authenticate", "run1"),
        ("setcred", "run2"),
        ("acct_mgmt", "run2"),
        ("close_session", "run2"),
        ("chauthtok", "run1"),
        ("chauthtok", "run2"),
    ],
)
def test_a_filter_is_told_what_c_tells_it(primitive: str, words: str, tmp_path: Path) -> None:
    theirs = _talk("c", tmp_path, words, b"x\r", primitive=primitive)
    assert b"TYPE=" in theirs.told
    assert theirs == _talk("ours", tmp_path, words, b"x\r", primitive=primitive)
