"""`login` knows nothing of it, and its sessions are on record: `/etc/pamkit.conf` says where."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tests.native.built import built_libraries
from tests.native.programs.machine import UNSHARE

_OPEN = {
    "state": "open",
    "service": "login",
    "user": "root",
    "uid": 0,
    "orphan": False,
    "on a terminal": True,
}


@pytest.mark.needs("root", "private-machine", "cc", "python-archive", "login", "sqlite3")
@pytest.mark.timeout(120)
def test_sessions_of_an_unmodified_program_are_on_record_and_closed_for_who_was_killed() -> None:
    inner = [sys.executable, "-m", "tests.native.programs.recorded", str(built_libraries())]
    done = subprocess.run([*UNSHARE, *inner], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["meanwhile"] == [_OPEN]
    assert seen["afterwards"] == []
    assert seen["alice reads it"] is False
    assert seen["mode"] == ["0o600", ["sessions.sqlite"]]
    assert seen["killed"] == [{**_OPEN, "orphan": True}]
    assert seen["reaped"] == ["closed"]
    assert len(seen["asked"]) == 1
    assert "session closed for user root" in seen["asked"][0]
    assert seen["in the end"] == []
    assert seen["forged"] is False
    assert "registry of sessions cannot be used: others can write it" in seen["said"][0]
