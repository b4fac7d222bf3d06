"""The lock of the account files is the one that the tools of shadow-utils take."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from pamkit.stores.credentials import ShadowFiles
from pamkit.stores.root import Root
from pamkit.vocab.secret import Secret

pytestmark = pytest.mark.needs("root", "mount-namespace", "shadow-utils")

CAROL = r"carol:h:19000::::::\n"
TOOLS = {
    "chage -M 33 alice": rf"alice:h:19000:0:33:7:::\n{CAROL}",
    "usermod -e 1980-01-01 alice": rf"alice:h:19000:0:99:7::3652:\n{CAROL}",
    "passwd -l alice": rf"alice:!h:19000:0:99:7:::\n{CAROL}",
    "useradd -M bob": rf"alice:h:19000:0:99:7:::\n{CAROL}bob:!:.*\n",
    "userdel carol": r"alice:h:19000:0:99:7:::\n",
}
"""Commands, and what the shadow file is behind them."""


@pytest.fixture
def image(tmp_path: Path) -> Path:
    etc = tmp_path / "etc"
    etc.mkdir()
    (etc / "passwd").write_text(
        "root:x:0:0::/:/bin/sh\nalice:x:1000:1000::/:\ncarol:x:1002:7::/:\n"
    )
    (etc / "group").write_text("root:x:0:\nalice:x:1000:\n")
    (etc / "shadow").write_text("alice:h:19000:0:99:7:::\ncarol:h:19000::::::\n")
    (etc / "gshadow").write_text("root:*::\nalice:!::\n")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nshadow: files\n")
    (etc / "login.defs").write_text("")
    (etc / "pam.d").mkdir()
    for kind in ("auth", "account", "password", "session"):
        with (etc / "pam.d/other").open("a") as file:
            file.write(f"{kind} required pam_permit.so\n")
    return tmp_path


def _started(image: Path, *command: str, **variables: str) -> subprocess.Popen[bytes]:
    mount = f'mount --bind "{image}/etc" /etc && mount -t tmpfs tmpfs /var && exec "$@"'
    return subprocess.Popen(
        ["unshare", "-m", "sh", "-c", mount, "sh", *command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **variables},
    )


def _is_waited_for(file: Path) -> bool:
    """Whether somebody waits for a lock of a file, proc_locks(5)."""
    wanted = f":{file.stat().st_ino} "
    lines = Path("/proc/locks").read_text().splitlines()
    return any("->" in line and wanted in line for line in lines)


@pytest.mark.parametrize("tool", TOOLS)
def test_they_wait_while_we_hold_the_lock(image: Path, tool: str) -> None:
    store, shadow = ShadowFiles(Root(str(image))), image / "etc/shadow"
    with store.lock():
        before = shadow.read_text()
        running = _started(image, *tool.split())
        while not _is_waited_for(image / "etc/.pwd.lock"):
            try:
                running.wait(0.01)
            except subprocess.TimeoutExpired:
                continue
            raise AssertionError(f"{tool} did not wait: {running.returncode}")
        assert shadow.read_text() == before
        assert store.change("alice", Secret("h"), last_change=19000)
    assert running.wait(20) == 0
    assert re.fullmatch(TOOLS[tool], shadow.read_text())


EDITOR = """#!/bin/sh
echo held >"$FIFOS/held"
read -r _ <"$FIFOS/go"
"""


def test_we_are_told_at_once_while_they_hold_it(image: Path) -> None:
    for name in ("held", "go"):
        os.mkfifo(image / name)
    (image / "editor").write_text(EDITOR)
    (image / "editor").chmod(0o755)
    editor = _started(image, "vipw", "-s", VISUAL=str(image / "editor"), FIFOS=str(image))
    assert (image / "held").read_text() == "held\n"
    store = ShadowFiles(Root(str(image)))
    with pytest.raises(BlockingIOError), store.lock():
        pass
    (image / "go").write_text("go\n")
    editor.wait(20)
    with store.lock():
        assert store.change("alice", Secret("ours"), last_change=1)
    assert (image / "etc/shadow").read_text().startswith("alice:ours:1:0:99:7:::\n")
