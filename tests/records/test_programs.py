"""What pam_lastlog wrote, C's and ours, as the system's programs and pamkit's own commands show it.

And what sshd(8) wrote, on a private machine, as we read it.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pamkit.formats.lastlog import LASTLOG
from pamkit.formats.utmp import BTMP, SHORT, WTMP, backwards, layout_for
from pamkit.records.history import Ending, of_btmp, of_wtmp
from pamkit.records.lastlog import LastlogRecorder
from pamkit.records.utmp import UtmpRecorder
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.root import Root
from pamkit.vocab.item import Item
from tests.oracle.stage import Case, Seen, play

pytestmark = [
    pytest.mark.needs("login-records"),
    pytest.mark.skipif(layout_for(os.uname().machine) is not SHORT, reason="tables for 384 bytes"),
]

_CHECKOUT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC"}

NOW = 1_700_000_000
_CASE = Case(
    "session required pam_lastlog.so\n",
    (("open_session", 0), ("close_session", 0), ("open_session", 0)),
    user="daemon",
    items=[(Item.TTY, "/dev/pts/3"), (Item.RHOST, "192.0.2.1")],
    files=[(LASTLOG, b""), (WTMP, b""), (BTMP, b"")],
    watch=(LASTLOG, WTMP, BTMP),
    now=NOW,
)


def _laid_out(seen: Seen, place: Path) -> Path:
    """Lay the files that were left below a place."""
    for path, said in seen.left:
        file = place / path[1:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(ast.literal_eval(said.split(" ", 2)[2]))
    (place / "etc").mkdir()
    (place / "etc/passwd").write_text("daemon:x:1:1::/:/bin/sh\n")
    return place


def _shown(*words: str | Path) -> str:
    done = subprocess.run(words, env=_ENVIRONMENT, capture_output=True, text=True, check=False)
    said = "" if done.stderr.startswith("Utmp dump of ") else done.stderr
    assert (said, done.returncode) == ("", 0)
    return done.stdout


def _pamkit(*words: str) -> str:
    program = f"import sys; sys.path.insert(0, {str(_CHECKOUT / 'src')!r})\n"
    program += f"from pamkit.cli.main import main; sys.exit(main({list(words)!r}))"
    return _shown(sys.executable, "-I", "-c", program)


@pytest.mark.needs("libpam", "pam_unix", "root", "mount-namespace", "private-machine", "lastlog")
def test_the_systems_programs_and_ours_show_what_c_and_we_wrote(tmp_path: Path) -> None:
    ((c, ours),) = play([_CASE])
    for seen, name in ((c, "c"), (ours, "ours")):
        assert seen.codes == (0, 0, 0)
        place = _laid_out(seen, tmp_path / name)
        log = place / "var/log"
        for show in (
            _shown("last", "-w", "-f", log / "wtmp"),
            _pamkit("last", "--root", str(place)),
        ):
            lines = [line.split()[:3] for line in show.splitlines() if line.startswith("daemon")]
            assert lines == [["daemon", "pts/3", "192.0.2.1"]] * 2
        dump = _shown("utmpdump", log / "wtmp").splitlines()
        assert [line[:3] for line in dump] == ["[7]", "[8]", "[7]"]
        assert all("[pts/3       ]" in line for line in dump)
        assert _shown("who", log / "wtmp").split()[:2] == ["daemon", "pts/3"]
        program = 'mount --bind "$1" /var/log && exec lastlog -u daemon'
        last = _shown("unshare", "--mount", "sh", "-c", program, "sh", log).splitlines()[1].split()
        assert last[:3] == ["daemon", "pts/3", "192.0.2.1"]
        assert last[3:] == ["Tue", "Nov", "14", "22:13:20", "+0000", "2023"]
        (told,) = _pamkit("lastlog", "--root", str(place)).splitlines()[1:]
        assert told.split() == ["daemon", "pts/3", "192.0.2.1", "2023-11-14", "22:13:20"]


# --- sshd ----------------------------------------------------------------------------------------

_SSHD = """
import os, pty, subprocess, sys, time
from tests.native.programs.machine import _bring_up_network
place = sys.argv[1]
for name, over in (("log", "/var/log"), ("run", "/run"), ("root", "/root")):
    subprocess.run(["mount", "--bind", f"{place}/{name}", over], check=True)
for name in ("/run/lock", "/run/sshd"):
    os.mkdir(name)
_bring_up_network()
for key in ("host", "user"):
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{place}/{key}"]
    subprocess.run(words, check=True)
with open(f"{place}/config", "w") as config:
    config.write(
        f"Port 2222\\nListenAddress 127.0.0.1\\nHostKey {place}/host\\nPidFile none\\n"
        f"AuthorizedKeysFile {place}/user.pub\\nStrictModes no\\nPermitRootLogin yes\\n"
        "UsePAM no\\nPasswordAuthentication yes\\nPrintMotd no\\n"
    )
server = subprocess.Popen(["/usr/sbin/sshd", "-D", "-f", f"{place}/config"])
try:
    end = time.monotonic() + 10
    while ":08AE " not in open("/proc/net/tcp").read() and time.monotonic() < end:
        time.sleep(0.01)
    client = [
        "ssh", "-F", "none", "-p", "2222", "-o", "StrictHostKeyChecking=no", "-o",
        "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
    ]
    with open(f"{place}/ask", "w") as ask:
        ask.write("#!/bin/sh\\necho wrong\\n")
    os.chmod(f"{place}/ask", 0o700)
    asking = os.environ | {"SSH_ASKPASS": f"{place}/ask", "SSH_ASKPASS_REQUIRE": "force"}
    password = ["-o", "NumberOfPasswordPrompts=1", "-o", "PubkeyAuthentication=no"]
    refused = subprocess.run(
        [*client, *password, "nobody-here@127.0.0.1", "true"], env=asking, stdin=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("ssh", [*client, "-i", f"{place}/user", "-tt", "root@127.0.0.1", "tty"])
    said = b""
    try:
        while piece := os.read(terminal, 1000):
            said += piece
    except OSError:
        pass
    status = os.waitpid(child, 0)[1]
    print(refused.returncode, status, said.decode().split()[0])
finally:
    server.terminate()
    server.wait()
"""


@pytest.mark.needs("root", "private-machine", "sshd", "ssh")
def test_we_read_what_sshd_wrote(tmp_path: Path) -> None:
    for name in ("log", "run", "root"):
        (tmp_path / name).mkdir()
    for name in ("log/wtmp", "log/btmp", "log/lastlog", "run/utmp"):
        (tmp_path / name).touch(0o600)
    words = ("unshare", "--mount", "--pid", "--net", "--fork", "--kill-child", "--mount-proc")
    environment = _ENVIRONMENT | {"PYTHONPATH": os.pathsep.join((f"{_CHECKOUT}/src", *sys.path))}
    done = subprocess.run(
        [*words, sys.executable, "-c", _SSHD, tmp_path],
        env=environment,
        cwd=_CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    assert done.returncode == 0, done.stderr
    refused, status, terminal = done.stdout.split()
    assert (refused, status, terminal[:9]) == ("255", "0", "/dev/pts/"), done.stderr
    line = terminal.removeprefix("/dev/")
    (login,) = of_wtmp(backwards((tmp_path / "log/wtmp").read_bytes(), SHORT))
    assert (login.user, login.line, login.host) == ("root", line, "127.0.0.1")
    assert login.ending == Ending.LOGOUT
    # It notes some twice: as a failure, and as one of somebody that is not known.
    failures = of_btmp(backwards((tmp_path / "log/btmp").read_bytes(), SHORT))
    found = {(each.user, each.line, each.host) for each in failures}
    assert found == {("nobody-here", "ssh:notty", "127.0.0.1")}
    files = DiskLoginFiles(Root("/"), patience=10.0)
    (session,) = UtmpRecorder(files, str(tmp_path / "run/utmp")).records()
    assert session.line == line.encode()
    last = LastlogRecorder(files, str(tmp_path / "log/lastlog")).find(0)
    assert (last.line, last.host) == (line.encode(), b"127.0.0.1")
    assert abs(last.seconds - login.began // 1_000_000) <= 5
    shown = _pamkit("last", "--file", str(tmp_path / "log/wtmp"))
    assert f"root  {line}" in shown
