"""Who the calling thread is: changed for it alone, and for nobody of another machine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.stores.identity import NobodyElse, ThreadIdentity
from pamkit.stores.system import system_world

_LOGIN = Path("/proc/self/loginuid")

_SCRIPT = """
import os, sys, threading
sys.path.insert(0, sys.argv[1])
from pamkit.stores.identity import ThreadIdentity
who = ThreadIdentity()
who.set_group_ids(7, 0, 0)
who.set_user_ids(65534, 0, 0)
print(who.user_ids(), who.group_ids())
who.set_user_ids(0, 65534, 0)
who.set_user_ids(65534, 65534, 65534)
for change in (who.set_user_ids, who.set_group_ids):
    try:
        change(5, 5, 5)
    except PermissionError as refused:
        print(refused.errno)
"""

_LOGS_IN = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pamkit.stores.identity import ThreadIdentity
who = ThreadIdentity()
before = who.login_uid()
try:
    who.set_login_uid(54321)
    print(who.login_uid(), open("/proc/self/loginuid").read())
except OSError as refused:
    print("refused", who.login_uid() == before)
"""


def _play(script: str) -> list[str]:
    source = str(Path(__file__).resolve().parents[2] / "src")
    return subprocess.run(
        [sys.executable, "-c", script, source], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def test_a_thread_says_who_it_is() -> None:
    assert (ThreadIdentity().user_ids(), ThreadIdentity().group_ids()) == (
        os.getresuid(),
        os.getresgid(),
    )


@pytest.mark.needs("root")
def test_a_thread_of_roots_becomes_somebody_else_and_nobody_else_does() -> None:
    assert _play(_SCRIPT) == ["(65534, 0, 0) (7, 0, 0)", "1", "1"]


@pytest.mark.needs("root")
@pytest.mark.skipif(not _LOGIN.exists(), reason="the kernel has no loginuid: CONFIG_AUDIT")
def test_the_kernel_takes_who_logged_in_or_says_no() -> None:
    assert _play(_LOGS_IN) in (["54321 54321"], ["refused True"])


def test_nobody_of_another_machine_logs_in_here(tmp_path: Path) -> None:
    elsewhere = system_world(str(tmp_path)).identity
    assert isinstance(elsewhere, NobodyElse)
    assert elsewhere.user_ids() == os.getresuid()
    with pytest.raises(PermissionError):
        elsewhere.set_user_ids(*os.getresuid())
    with pytest.raises(PermissionError):
        elsewhere.set_group_ids(*os.getresgid())
    with pytest.raises(PermissionError):
        elsewhere.set_login_uid(0)
