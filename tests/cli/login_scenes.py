"""Scenes of `pamkit login` on a private machine; started by tests, tells what was seen as JSON."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.native.programs.accounts import (
    NEW_PASSWORD,
    PASSWORD,
    ROOT_PASSWORD,
    WRONG,
    shadow_field,
)
from tests.native.programs.conversation import ENVIRONMENT, Heard, on_a_terminal
from tests.native.programs.machine import Machine, Subject

ROOT = Path(__file__).resolve().parents[2]
PAMKIT = [sys.executable, "-P", "-m", "pamkit"]
PLACE = {**ENVIRONMENT, "PYTHONPATH": str(ROOT / "src"), "LEFT": "over"}
WHO = "machine login: "
ASK = "Password: "
SHELL = "[shell of alice]"

SCENES: dict[str, Callable[[Machine], Any]] = {}


def scene(play: Callable[[Machine], Any]) -> Callable[[Machine], Any]:
    """Enter a scene by its name."""
    SCENES[play.__name__] = play
    return play


def _login(*words: str, replies: list[tuple[str, str]], **more: Any) -> Heard:
    more.setdefault("environment", PLACE)
    return on_a_terminal([*PAMKIT, "login", *words], replies=replies, **more)


def _said(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=False, env=PLACE).stdout


def _at_work(user: str) -> str:
    """The user's processes; without the dead, whom nobody buries here: this is process 1."""
    return _said("pgrep", "-u", user, "-r", "R,S,D,T,t")


def _log(machine: Machine) -> list[str]:
    return [line for line in _log_of(machine) if "login" in line]


def _log_of(machine: Machine) -> tuple[str, ...]:
    machine.settle()
    return machine.journal.lines()


@scene
def a_shell(machine: Machine) -> Any:
    """Log in; look around from inside and from outside while it lasts; look again afterwards."""
    look = "; ".join(
        (
            "echo id=$(id -u):$(id -g):$(id -G)",
            "echo tty=$(stat -c %U:%a $(tty))",
            "echo env=$(env | cut -d= -f1 | sort | tr '\\n' ' ')",
            "echo home=$HOME at=$PWD arg=$0",
            "echo who=$(who | tr -s ' ')",
            "exit 7",
        )
    )
    heard = _login(replies=[(WHO, "alice"), (ASK, PASSWORD), (SHELL, look)])
    _pass_a_second()
    return {
        "status": heard.status,
        "said": heard.said,
        "who": _said("who"),
        "last": _said("last", "-w"),
        "lastlog": _said("lastlog", "-u", "alice"),
        "utmpdump": _said("utmpdump", "/var/log/wtmp"),
        "ours": json.loads(_said(*PAMKIT, "last", "--json")),
        "ours_lastlog": _said(*PAMKIT, "lastlog", "--user", "alice"),
        "sessions": _said(*PAMKIT, "sessions"),
        "log": _log(machine),
    }


@scene
def a_wrong_password_and_a_right_one(machine: Machine) -> Any:
    replies = [(WHO, "alice"), (ASK, WRONG), (WHO, "alice"), (ASK, PASSWORD), (SHELL, "exit")]
    heard = _login("-H", "far.example", replies=replies)
    failed = _said("lastb", "-w")
    return {"status": heard.status, "said": heard.said, "lastb": failed, "log": _log(machine)}


@scene
def too_many_wrong_passwords(machine: Machine) -> Any:
    heard = _login(replies=[(WHO, "alice"), (ASK, WRONG)] * 2)
    return {"status": heard.status, "said": heard.said, "who": _said("who"), "wtmp": _said("last")}


@scene
def a_password_that_is_due(machine: Machine) -> Any:
    before = shadow_field("stale")
    replies = [
        (WHO, "stale"),
        (ASK, PASSWORD),
        ("Current password: ", PASSWORD),
        ("New password: ", NEW_PASSWORD),
        ("Retype new password: ", NEW_PASSWORD),
        ("[shell of stale]", "echo is=$(id -un); exit"),
    ]
    heard = _login(replies=replies)
    return {"said": heard.said, "changed": shadow_field("stale") != before}


@scene
def an_expired_account(machine: Machine) -> Any:
    heard = _login(replies=[(WHO, "gone"), (ASK, PASSWORD), ("[shell of gone]", "exit")])
    return {"status": heard.status, "said": heard.said}


@scene
def root(machine: Machine) -> Any:
    heard = _login(replies=[(WHO, "root"), (ASK, ROOT_PASSWORD), ("# ", "echo is=$(id -u); exit")])
    return {"status": heard.status, "said": heard.said, "log": _log(machine)}


@scene
def trusted(machine: Machine) -> Any:
    heard = _login("-f", "alice", replies=[(SHELL, "echo is=$(id -un); exit")])
    return {"status": heard.status, "said": heard.said}


@scene
def nologin(machine: Machine) -> Any:
    Path("/run/nologin").write_text("The machine is going down.\n")
    heard = _login(replies=[(WHO, "alice"), (ASK, PASSWORD), (SHELL, "exit")], until=WHO)
    return {"said": heard.said}


@scene
def too_slow(machine: Machine) -> Any:
    text = Path("/etc/login.defs").read_text()
    Path("/etc/login.defs").write_text(text.replace("LOGIN_TIMEOUT 60", "LOGIN_TIMEOUT 1"))
    try:
        heard = _login(replies=[])
    finally:
        Path("/etc/login.defs").write_text(text)
    return {"status": heard.status, "said": heard.said}


@scene
def the_su_of_the_examples(machine: Machine) -> Any:
    su = [sys.executable, "-P", str(ROOT / "examples/su.py")]
    look = "echo id=$(id -u):$(id -G) in=$(pwd) left=$LEFT home=$HOME as=$USER with=$SHELL"
    one = on_a_terminal([*su, "-c", look, "alice"], replies=[], environment=PLACE)
    other = on_a_terminal([*su, "-l", "-c", look, "alice"], replies=[], environment=PLACE)
    asked = on_a_terminal(
        [*su, "-c", look, "bob"], replies=[(ASK, WRONG)], environment=PLACE, user="alice"
    )
    return {
        "one": one.said,
        "login": other.said,
        "status": asked.status,
        "refused": asked.said,
        "log": [line for line in _log_of(machine) if "session" in line],
    }


@scene
def nobody_else_may(machine: Machine) -> Any:
    heard = _login(replies=[], user="alice")
    return {"status": heard.status, "said": heard.said}


@scene
def no_terminal(machine: Machine) -> Any:
    done = subprocess.run(
        [*PAMKIT, "login"], env=PLACE, input="", capture_output=True, text=True, check=False
    )
    return {"status": done.returncode, "said": done.stderr}


@scene
def no_home(machine: Machine) -> Any:
    subprocess.run(["rm", "-r", "/home/alice"], check=True)
    heard = _login(replies=[(WHO, "alice"), (ASK, PASSWORD), ("$ ", "echo at=$PWD:$HOME; exit")])
    return {"said": heard.said}


@scene
def somebody_quits(machine: Machine) -> Any:
    """A key that would end the program, and leave an image of its memory, before a name."""
    heard = _login(replies=[(WHO, "\x1calice"), (ASK, PASSWORD), (SHELL, "exit 5")])
    return {"status": heard.status, "said": heard.said}


@scene
def a_hangup(machine: Machine) -> Any:
    """The line goes while a shell runs: it is ended, and so is all the rest."""
    return _cut_off(lambda pid, master: os.close(master))


@scene
def an_end(machine: Machine) -> Any:
    """Somebody ends the process that waits for the shell."""
    return _cut_off(lambda pid, master: os.kill(pid, signal.SIGTERM))


@scene
def a_hangup_before_there_is_a_shell(machine: Machine) -> Any:
    """The line goes while modules open the session."""
    Path("/run/hang-up").write_text("kill -HUP $PPID\n")
    with Path("/etc/pam.d/login").open("a") as policy:
        policy.write("session optional pam_exec.so type=open_session /bin/sh /run/hang-up\n")
    heard = _login("-f", "alice", replies=[])
    _pass_a_second()
    end = time.monotonic() + 20  # what the shell had begun was not waited for, and is on its way
    while _at_work("alice") and time.monotonic() < end:
        time.sleep(0.05)
    return {
        "status": heard.status,
        "said": heard.said,
        "who": _said("who"),
        "sessions": _said(*PAMKIT, "sessions"),
        "left": _at_work("alice"),
    }


@scene
def a_death(machine: Machine) -> Any:
    """The process that waits for the shell is killed: the session is found, and reaped."""
    seen = _cut_off(lambda pid, master: os.kill(pid, signal.SIGKILL))
    subprocess.run(["pkill", "-KILL", "-u", "alice"], check=True)  # as in C, the shell lives on
    seen["reaped"] = _said(*PAMKIT, "sessions", "reap")
    seen["again"] = _said(*PAMKIT, "sessions", "reap")
    _pass_a_second()
    seen["who"], seen["last"] = _said("who"), _said("last", "-w")
    return seen


def _cut_off(cut: Callable[[int, int], None]) -> dict[str, Any]:
    pid, master = pty.fork()
    if pid == 0:
        os.chdir("/")
        words = [*PAMKIT, "login", "-f", "alice"]
        os.execve(PAMKIT[0], words, PLACE)  # noqa: S606  # it takes the terminal over
    _wait_for(master, SHELL)
    before = _said("who")
    cut(pid, master)
    _, status = os.waitpid(pid, 0)
    _pass_a_second()
    return {
        "before": before,
        "status": status,
        "who": _said("who"),
        "last": _said("last", "-w"),
        "sessions": _said(*PAMKIT, "sessions"),
        "left": _at_work("alice"),
    }


def _pass_a_second() -> None:
    """Let the second go by: last(1) takes a logout in this one for none."""
    time.sleep(1.05 - time.time() % 1)


def _wait_for(master: int, words: str) -> None:
    heard, end = b"", time.monotonic() + 20
    while words.encode() not in heard and time.monotonic() < end:
        heard += os.read(master, 1000)


def _hurry() -> None:
    """Let no wrong password cost seconds; in the machine's own files."""
    policy = Path("/etc/pam.d/login")
    lines = policy.read_text().splitlines(keepends=True)
    policy.write_text("".join(line for line in lines if "pam_faildelay" not in line))
    common = Path("/etc/pam.d/common-auth")
    common.write_text(common.read_text().replace("pam_unix.so", "pam_unix.so nodelay"))


def _retry_twice() -> None:
    settings = Path("/etc/login.defs")
    lines = settings.read_text().splitlines()
    kept = [line for line in lines if not line.startswith(("LOGIN_RETRIES", "LOGIN_TIMEOUT"))]
    settings.write_text("\n".join([*kept, "LOGIN_RETRIES 2", "LOGIN_TIMEOUT 60", ""]))


def main() -> None:
    """Play every scene; the last line of the output is JSON."""
    keep = [ROOT, Path(sys.prefix), Path(sys.base_prefix)]
    machine = Machine(Subject(None), keep=keep)
    _retry_twice()
    seen = {}
    for name, play in SCENES.items():
        machine.reset()
        _hurry()
        for left in Path("/run").glob("pamkit/*"):
            left.unlink()
        seen[name] = play(machine)
    print(json.dumps(seen), flush=True)
    os._exit(0)


if __name__ == "__main__":
    main()
