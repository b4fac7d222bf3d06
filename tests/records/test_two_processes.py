"""One process opens, another with another service closes; records at the right side, B15, B19, B20.

The application keeps the records itself here.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.formats import wtmpdb
from pamkit.formats.utmp import Kind
from pamkit.records.utmp import UtmpRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.login_tables import rows
from pamkit.stores.root import Root
from pamkit.stores.session_registry import SessionRegistry
from tests.conftest import ROOT

_BOTH = """
import os, sys, time
sys.path[:0] = [TOP, TOP + "/src"]
import pamkit
from pamkit.formats import wtmpdb
from pamkit.formats.utmp import Kind, decode, layout_for
from pamkit.records.event import Happening, LoginEvent
from pamkit.records.recorder import record_all
from pamkit.records.utmp import UtmpRecorder
from pamkit.records.wtmp import WtmpRecorder
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.login_tables import rows
from pamkit.stores.root import Root
from tests.hooks import module

FILES = DiskLoginFiles(Root())
RECORDERS = (UtmpRecorder(FILES, PLACE + "/utmp"), WtmpRecorder(FILES, PLACE + "/wtmp"),
             WtmpdbRecorder(FILES, PLACE + "/wtmp.db"))

def record(happening, user, line, number=None):
    # last(1) says of a logout in this very second that it is still running.
    when = int((time.time() - 60 / happening) * 1_000_000)
    event = LoginEvent(happening, when, user, 1000, line, "far", "login",
                       pid=LEADER, number=number)
    done = record_all(event, RECORDERS)
    assert [each.fault for each in done] == [None] * 3, done
    return done[2].number

def look(call):
    in_utmp = [Kind(each.kind).name for each in RECORDERS[0].records()]
    data = FILES.read(PLACE + "/wtmp", 0, 1 << 16)
    in_wtmp = [Kind(each.kind).name for each in decode(data, layout_for(os.uname().machine))]
    there = os.path.exists(PLACE + "/wtmp.db")
    ends = [row[3] is not None for row in rows(Root(), PLACE + "/wtmp.db", wtmpdb.ALL)] if there else []
    with open(PLACE + "/seen", "a") as seen:
        print(call.item(pamkit.Item.SERVICE), call.primitive.name, in_utmp, in_wtmp, ends, file=seen)
    return 0

hooks = dict.fromkeys(("authenticate", "acct_mgmt", "setcred"), lambda _: 0)
SETTINGS = dict(confdir=PLACE, sessions=PLACE + "/state/sessions.sqlite", log=lambda *words: print(*words, file=sys.stderr),
                modules={"pam_look": module("look", open_session=look, close_session=look, **hooks)})
"""  # noqa: E501  # a program

_OPENER = """
pam = pamkit.Transaction("login", "alice", items={"tty": "/dev/tty7"}, leader=LEADER, **SETTINGS)
pam.authenticate(); pam.acct_mgmt(); pam.setcred(); pam.open_session()
record(Happening.LOGIN, pam.user, "tty7")
os._exit(0)  # whatever an ending would tidy up, it does not
"""

_CLOSER = """
own = pamkit.Transaction("init", "alice", items={"tty": "/dev/tty7"}, **SETTINGS)
try:
    own.close_session()
except pamkit.PamError as refused:
    print(own.service, refused.code.name)
with pamkit.Transaction.resume(user="alice", line="tty7", **SETTINGS) as pam:
    record(Happening.LOGOUT, pam.user, "tty7")
    pam.close_session()
    pam.setcred(pamkit.Flag.DELETE_CRED)
    print(pam.service, [step.link.module for run in pam.trace for step in run.steps])
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Two services, and records that are empty."""
    (tmp_path / "login").write_text(
        "auth sufficient pam_look.so\nauth required pam_deny.so\naccount required pam_look.so\n"
        "session sufficient pam_look.so\nsession required pam_deny.so\n"
    )
    (tmp_path / "init").write_text(
        "auth required pam_deny.so\naccount required pam_deny.so\nsession required pam_deny.so\n"
    )
    for name in ("utmp", "wtmp"):
        (tmp_path / name).touch()
    return tmp_path


def _run(program: str, place: Path) -> str:
    names = {"TOP": str(ROOT), "PLACE": str(place), "LEADER": os.getpid()}
    head = "".join(f"{name} = {value!r}\n" for name, value in names.items())
    command = [sys.executable, "-I", "-c", head + _BOTH + program]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.needs("login-records")
def test_b15_b19_b20_two_processes_and_records_on_the_right_side_of_open_and_close(
    place: Path,
) -> None:
    _run(_OPENER, place)
    seen = place / "seen"
    assert seen.read_text() == "login OPEN_SESSION [] [] []\n"  # B19: open came first
    recorder = UtmpRecorder(DiskLoginFiles(Root()), str(place / "utmp"))
    assert [(Kind(each.kind).name, each.user) for each in recorder.records()] == [
        ("USER_PROCESS", b"alice")
    ]
    who = subprocess.run(["who", place / "utmp"], capture_output=True, text=True, check=True)
    assert who.stdout.startswith("alice    tty7 ")
    with SessionRegistry(str(place / "state/sessions.sqlite")) as registry:
        (entry,) = registry.sessions()
        assert (entry.state, registry.orphans()) == ("open", ())
        seen.write_text("")

        # The closer's own policy would not let it; the opener's path does.
        said = _run(_CLOSER, place)
        assert said == "init SESSION_ERR\nlogin ['pam_look.so', 'pam_look.so']\n"
        assert registry.sessions() == ()
    dead = "login CLOSE_SESSION ['DEAD_PROCESS'] ['USER_PROCESS', 'DEAD_PROCESS'] [True]\n"
    assert seen.read_text() == dead  # B20: the record had ended
    last = subprocess.run(
        ["last", "-f", place / "wtmp"], capture_output=True, text=True, check=True
    )
    assert last.stdout.startswith("alice    tty7 ")
    assert "still" not in last.stdout
    ((kind, user, began, ended, *_),) = rows(Root(), str(place / "wtmp.db"), wtmpdb.ALL)
    assert (kind, user) == (wtmpdb.LOGIN, b"alice")
    assert began < ended


def test_the_module_would_see_a_record_that_comes_too_early(place: Path) -> None:
    late = 'pam.open_session()\nrecord(Happening.LOGIN, pam.user, "tty7")'
    early = 'record(Happening.LOGIN, pam.user, "tty7")\npam.open_session()'
    assert late in _OPENER
    _run(_OPENER.replace(f"; {late}", f"\n{early}"), place)
    seen = (place / "seen").read_text()
    assert seen == "login OPEN_SESSION ['USER_PROCESS'] ['USER_PROCESS'] [False]\n"
