from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from tests.native.programs.inside import Seen, collect, start
from tests.native.programs.journal import told
from tests.native.programs.machine import LIBRARIES, Subject, system_library
from tests.native.programs.survey import differences

_WATCHED = ("/etc", "/home", "/root", "/var/spool", "/var/mail", "/dev", "/run")


@pytest.mark.needs("root", "private-machine", "passwd", "su")
def test_nothing_outside_the_machine_changes() -> None:
    before = _outside()
    seen = collect(start("chpasswd", Subject(authenticate=0)))
    assert seen["a_new_user_gets_a_password"].outcome == "changed, and it opens"
    assert before == _outside()


@pytest.mark.needs("root", "private-machine", "su")
def test_a_machine_that_cannot_be_made_is_told() -> None:
    with pytest.raises(RuntimeError, match="the machine broke"):
        collect(start("runuser", Subject(Path("/nowhere/to/be/found"))))


def test_what_differs_between_two_runs_is_left_out() -> None:
    line = "<86>Nov 22 06:01:02 sshd[4711]: Accepted password for alice from ::1 port 40404 ssh2"
    assert told(line) == "<86>sshd[N]: Accepted password for alice from ::1 port N ssh2"


def test_what_is_seen_otherwise_is_told_line_by_line() -> None:
    stock = {"a": Seen("in", ("hello",), ("opened",)), "b": Seen("out", (), ())}
    ours = {"a": Seen("in", ("hello",), ("opened", "closed")), "b": Seen("out", (), ())}
    told_lines = differences(stock, ours, on_purpose={})
    assert differences(stock, stock, on_purpose={}) == []
    assert [told_lines[0], told_lines[-1]] == ["a:", "+logged:  closed"]


def test_what_is_otherwise_on_purpose_is_still_held_to_its_outcome() -> None:
    stock = {"a": Seen("changed", (), ())}
    as_before = {"a": Seen("as before", ("not now",), ())}
    purpose = {"a": "as before"}
    assert differences(stock, as_before, on_purpose=purpose) == []
    assert differences(stock, {"a": Seen("out", (), ())}, on_purpose=purpose) != []


def _outside() -> dict[str, str]:
    places = [Path("/etc", name) for name in ("passwd", "shadow", "group", "gshadow", "subuid")]
    places += sorted(Path("/etc/pam.d").iterdir())
    places += [system_library(name) for name in LIBRARIES]
    content = {str(place): _digest(place) for place in places if place.exists()}
    names = {
        f"{place}/": " ".join(sorted(entry.name for entry in Path(place).iterdir()))
        for place in _WATCHED
    }
    return content | names | {"mounts": Path("/proc/self/mounts").read_text()}


def _digest(place: Path) -> str:
    return hashlib.sha256(place.read_bytes()).hexdigest()
