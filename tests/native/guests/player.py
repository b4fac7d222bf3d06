"""Plays every scenario in one subject, in a mount namespace where all it touches is its own.

Usage: ``python -m tests.native.guests.player SUBJECT LIBRARY``, started by `play`.  A subject is
`guests` (a Python program's engine), or a C program's libpam: the system's own, or ours.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.native.guests.scenarios import (
    FILES,
    HOME,
    PASSWORD,
    SCENARIOS,
    SCRATCH,
    SETTING,
    Scenario,
)
from tests.native.programs.journal import Journal, told

ROOT = Path(__file__).resolve().parents[3]
SERVICE = "guests"

_ENTER = """
set -e
mount -t tmpfs -o mode=755 none "$1"
mkdir -m 755 "$1/etc" "$1/dev" "$1/log" "$1/run"
cp -a /etc/. "$1/etc"
for name in null zero full random urandom tty; do cp -a "/dev/$name" "$1/dev"; done
mkdir -m 755 "$1/dev/pts" "$1/dev/shm"
mount --bind "$1/etc" /etc
mount --bind "$1/dev" /dev
mount --bind "$1/log" /var/log
mount --bind "$1/run" /run
shift
exec "$@"
"""


def play(subject: str, library: str | None, *, python: str = sys.executable) -> dict[str, Any]:
    """Return what each scenario came to, by name."""
    command = ["unshare", "-m", "--propagation", "private", "sh", "-c", _ENTER, "sh", SCRATCH]
    command += [python, "-m", __name__, subject, library or "libpam.so.0"]
    environment = {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}",
        "LC_ALL": "C",
    }
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=240, cwd=ROOT
    )
    assert done.returncode == 0, f"{subject}: {done.returncode}\n{done.stderr}"
    played: dict[str, Any] = json.loads(done.stdout.rpartition("\n@")[2])
    return played


def _prepare_machine() -> None:
    crypt = ctypes.CDLL("libcrypt.so.1").crypt
    crypt.restype, crypt.argtypes = ctypes.c_char_p, (ctypes.c_char_p, ctypes.c_char_p)
    hashed = crypt(PASSWORD.encode(), SETTING.encode()).decode()
    for name, uid in (("alice", 4101), ("bob", 4102), ("carol", 4103)):
        _append("/etc/passwd", f"{name}:x:{uid}:{uid}:{name}:{HOME}/{name}:/bin/sh\n")
        _append("/etc/group", f"{name}:x:{uid}:\n")
        _append("/etc/shadow", f"{name}:{hashed}:20000:0:99999:7:::\n")
    shutil.copy("/etc/shadow", f"{SCRATCH}/shadow")
    Path("/etc/pamkit.conf").write_text("modules = native\n")


def _append(path: str, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)


def _lay_out(scenario: Scenario) -> None:
    shutil.copy(f"{SCRATCH}/shadow", "/etc/shadow")
    for name, text in FILES.items():
        path = Path(SCRATCH, name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    shutil.copy(f"{SCRATCH}/namespace.conf", "/etc/security/namespace.conf")
    shutil.rmtree(HOME, ignore_errors=True)
    for name, mode in (("home", 0o755), ("tally", 0o755), ("poly", 0o777), ("inst", 0)):
        directory = Path(SCRATCH, name)
        directory.mkdir(exist_ok=True)
        directory.chmod(mode)
    Path(SCRATCH, "exec.log").unlink(missing_ok=True)
    Path("/var/log/lastlog").write_bytes(b"")
    Path("/etc/pam.d", SERVICE).write_text(scenario.policy)


class _Talk:
    """The conversation: answers in turn, and keeps what was said."""

    def __init__(self, answers: tuple[str, ...]) -> None:
        self.said: list[tuple[int, str]] = []
        self._answers = list(answers)

    def __call__(self, style: int, text: str) -> str | None:
        self.said.append((int(style), told(text)))
        if style not in (1, 2):
            return None
        if not self._answers:
            raise EOFError
        return self._answers.pop(0)


def _in_python(scenario: Scenario, talk: _Talk) -> dict[str, Any]:
    import pamkit

    def conversation(messages: tuple[pamkit.Message, ...]) -> list[str | None]:
        return [talk(m.style, m.text) for m in messages]

    codes = []
    with pamkit.Transaction(
        SERVICE,
        scenario.user,
        conversation=conversation,
        items=dict(scenario.items),
        natives="native",
        dialect="debian",
        quirks=["libpam-1.5"],
    ) as transaction:
        for name, flags in scenario.calls:
            try:
                getattr(transaction, name)(flags)
            except pamkit.PamError as refused:
                codes.append(int(refused.code))
            else:
                codes.append(0)
        items = {
            item.name: str(value)
            for item, value in ((i, transaction.items[i]) for i in transaction.items)
        }
        return {"codes": codes, "items": items, "env": sorted(transaction.env.items())}


class _Message(ctypes.Structure):
    _fields_ = (("style", ctypes.c_int), ("text", ctypes.c_char_p))


class _Response(ctypes.Structure):
    _fields_ = (("text", ctypes.c_void_p), ("code", ctypes.c_int))


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)
_TEXTS = {1: "SERVICE", 2: "USER", 3: "TTY", 4: "RHOST", 8: "RUSER", 9: "USER_PROMPT"}
_TEXTS |= {11: "XDISPLAY", 13: "AUTHTOK_TYPE"}


def _in_c(pam: Any, scenario: Scenario, talk: _Talk) -> dict[str, Any]:
    libc = ctypes.CDLL(None)
    libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p

    def converse(count: int, messages: Any, reply: Any, _: Any) -> int:
        try:
            answers = [
                talk(m.style, (m.text or b"").decode())
                for m in (messages[at].contents for at in range(count))
            ]
        except EOFError:
            return 19
        block = libc.calloc(count, ctypes.sizeof(_Response))
        responses = (_Response * count).from_address(block)
        for response, answer in zip(responses, answers, strict=True):
            response.text = None if answer is None else libc.strdup(answer.encode())
        reply[0] = block
        return 0

    callback = _CALLBACK(converse)
    conversation = (ctypes.c_void_p * 2)(ctypes.cast(callback, ctypes.c_void_p).value, None)
    handle = ctypes.c_void_p()
    user = None if scenario.user is None else scenario.user.encode()
    assert pam.pam_start(SERVICE.encode(), user, conversation, ctypes.byref(handle)) == 0
    numbers = {name: number for number, name in _TEXTS.items()}
    for name, value in scenario.items:
        assert pam.pam_set_item(handle, numbers[name.upper()], value.encode()) == 0
    codes = [getattr(pam, f"pam_{name}")(handle, flags) for name, flags in scenario.calls]
    items = {}
    for number, name in _TEXTS.items():
        text = ctypes.c_char_p()
        assert pam.pam_get_item(handle, number, ctypes.byref(text)) == 0
        if text.value is not None:
            items[name] = text.value.decode()
    pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
    env, block = [], pam.pam_getenvlist(handle)
    for assignment in iter(iter(block).__next__, None):
        env.append(assignment.decode().split("=", 1))
    assert pam.pam_end(handle, codes[-1]) == 0
    return {"codes": codes, "items": items, "env": sorted(env)}


def _left_behind() -> dict[str, str]:
    """What the modules did to files, and to this process."""
    found = {}
    for path in sorted(Path(HOME).rglob("*")):
        status = path.stat()
        found[str(path)] = f"{status.st_mode:o} {status.st_uid} {status.st_gid}"
    log = Path(SCRATCH, "exec.log")
    if log.is_file():
        lines = log.read_text().splitlines()
        found["log"] = "\n".join(line for line in lines if not line.startswith("***"))
    found["tally"] = str(
        sorted((p.name, p.stat().st_size) for p in Path(SCRATCH, "tally").iterdir())
    )
    found["lastlog"] = str(Path("/var/log/lastlog").stat().st_size)
    changed = Path("/etc/shadow").read_bytes() != Path(SCRATCH, "shadow").read_bytes()
    found["shadow"] = "changed" if changed else "the same"
    found["umask"] = oct(os.umask(0o022))
    found["files"] = str(resource.getrlimit(resource.RLIMIT_NOFILE))
    return found


def main(subject: str, library: str) -> int:
    """Play all scenarios, each in a child of its own; print what they came to."""
    _prepare_machine()
    journal = Journal(Path(SCRATCH, "journal"))
    pam: Any = None
    if subject == "guests":
        from pamkit.guests import host

        host.library(library)
    else:
        pam = ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    played = {}
    for name, scenario in SCENARIOS.items():
        _lay_out(scenario)
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            talk = _Talk(scenario.answers)
            result = _in_c(pam, scenario, talk) if pam else _in_python(scenario, talk)
            result |= {"said": talk.said, "left": _left_behind()}
            with open(write, "w") as pipe:
                json.dump(result, pipe)
            os._exit(0)
        os.close(write)
        with open(read) as pipe:
            text = pipe.read()
        _, status = os.waitpid(child, 0)
        played[name] = json.loads(text) if text else {"died": status}

        played[name]["log"] = [told(line) for line in journal.lines()]
    os.kill(journal.pid, 9)
    print("\n@" + json.dumps(played))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(*sys.argv[1:]))
