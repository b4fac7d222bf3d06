"""Sessions of `login` on record, on a private machine whose libpam is ours: what is to be seen.

Started in namespaces of its own by `test_sessions_on_record`; the last line printed is JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.native.programs.accounts import PASSWORD, ROOT_PASSWORD
from tests.native.programs.conversation import on_a_terminal
from tests.native.programs.machine import Machine, Subject

_ROOT = Path(__file__).resolve().parents[3]
_FILE = "/run/pamkit/sessions.sqlite"
_POLICY = "".join(f"{f} required pam_unix.so\n" for f in ("auth", "account", "session"))
_LOOK, _SEEN = Path("/run/look.sh"), Path("/run/seen")


def main() -> None:
    """Log in and out in several ways, and look at the record each time."""
    keep = [_ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    machine = Machine(Subject(Path(sys.argv[1])), keep=keep)
    machine.reset()
    Path("/etc/pamkit.conf").write_text(f"sessions = {_FILE}\n")
    Path("/etc/pam.d/login").write_text(_POLICY)
    _LOOK.write_text(f"cd /; {sys.executable} -m pamkit sessions --json > {_SEEN} 2>&1\n")

    seen: dict[str, object] = {}
    _log_in("root", f"PYTHONPATH={_ROOT}/src sh {_LOOK}; exit")
    seen["meanwhile"] = _about(json.loads(_SEEN.read_text()))
    seen["afterwards"] = _sessions()
    machine.settle()

    heard = _log_in("alice", f"cat {_FILE} || echo can''not; exit")
    seen["alice reads it"] = "cannot" not in heard
    seen["mode"] = oct(os.stat(_FILE).st_mode & 0o777), os.listdir(os.path.dirname(_FILE))
    machine.settle()

    machine.journal.lines()
    _log_in("root", "kill -9 $PPID; exit")
    machine.settle()
    seen["killed"] = _sessions()
    machine.journal.lines()
    seen["reaped"] = [line.rpartition(": ")[2] for line in _pamkit("sessions", "reap").splitlines()]
    seen["asked"] = [line for line in machine.journal.lines() if "session closed" in line]
    seen["in the end"] = _sessions()

    # A file that others can write is not believed: nothing is opened.
    os.chmod(_FILE, 0o666)
    seen["forged"] = "is=root" in _log_in("root", "echo is=$(id -un); exit")
    seen["said"] = [line for line in machine.journal.lines() if "registry" in line]
    print(json.dumps(seen), flush=True)
    os._exit(0)


def _log_in(name: str, line: str) -> str:
    prompt = "# " if name == "root" else f"[shell of {name}]"
    password = ROOT_PASSWORD if name == "root" else PASSWORD
    replies = [("login: ", name), ("Password: ", password), (prompt, line)]
    return on_a_terminal(["login"], replies=replies, until="login: ").said


def _pamkit(*words: str) -> str:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{_ROOT}/src"}
    done = subprocess.run(
        [sys.executable, "-m", "pamkit", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _sessions() -> list[dict[str, object]]:
    return _about(json.loads(_pamkit("sessions", "--json")))


def _about(found: dict[str, list[dict[str, object]]]) -> list[dict[str, object]]:
    fields = ("state", "service", "user", "uid", "orphan")
    return [
        {name: each[name] for name in fields}
        | {"on a terminal": str(each["line"]).startswith("pts/")}
        for each in found["sessions"]
    ]


if __name__ == "__main__":
    main()
