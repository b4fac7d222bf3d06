"""Talk with a program: on a terminal of its own or through pipes, as any user."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import pwd
import select
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

PATIENCE = 25.0

ENVIRONMENT = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "TERM": "dumb",
}


# read, poll, select, pselect6, ppoll: by the numbers of x86-64, then those newer ports share.
_WAITING = frozenset({"0", "7", "23", "270", "271", "63", "72", "73"})


class Heard(NamedTuple):
    """What came of it: the exit status (None: it had to be ended) and what was said."""

    status: int | None
    said: str


def on_a_terminal(
    command: Sequence[str],
    *,
    replies: Sequence[tuple[str, str]] = (),
    until: str | None = None,
    user: str = "root",
    environment: Mapping[str, str] = ENVIRONMENT,
    place: str = "/",
    patience: float = PATIENCE,
) -> Heard:
    """Run `command` on a new terminal, reply to each prompt in turn, listen to its end.

    A prompt that never comes is passed over when a later one does, and is no error: the program's
    end ends the conversation.  `until` names words which no reply is left for, and at which the
    line is cut instead.
    """
    pid, master = pty.fork()
    if pid == 0:
        _become_and_execute(command, user, environment, place)
    try:
        said, ended = _converse(master, list(replies), until, patience)
    finally:
        os.close(master)
    if not ended:
        return Heard(None, said if until and until in said else said + "<no end>")
    return Heard(_reap(pid, patience), said)


def through_pipes(
    command: Sequence[str],
    *,
    words: str = "",
    user: str = "root",
    environment: Mapping[str, str] = ENVIRONMENT,
    patience: float = PATIENCE,
) -> Heard:
    """Run `command` without a terminal, with `words` on its standard input."""
    who = pwd.getpwnam(user)
    try:
        done = subprocess.run(
            command,
            input=words.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=_environment_of(user, environment),
            user=who.pw_uid,
            group=who.pw_gid,
            extra_groups=os.getgrouplist(user, who.pw_gid),
            start_new_session=True,
            timeout=patience,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        return Heard(None, (slow.output or b"").decode(errors="replace") + "<no end>")
    return Heard(done.returncode, done.stdout.decode(errors="replace"))


def _become_and_execute(
    command: Sequence[str], user: str, environment: Mapping[str, str], place: str
) -> None:
    """In the child: nothing may return from here."""
    try:
        who = pwd.getpwnam(user)
        os.fchown(0, who.pw_uid, -1)
        os.chdir(place)
        os.initgroups(user, who.pw_gid)
        os.setgid(who.pw_gid)
        os.setuid(who.pw_uid)
        words = list(command)
        os.execvpe(words[0], words, _environment_of(user, environment))  # noqa: S606 - is the point
    finally:
        os._exit(127)


def _environment_of(user: str, environment: Mapping[str, str]) -> dict[str, str]:
    home = pwd.getpwnam(user).pw_dir
    return {"HOME": home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash", **environment}


def _converse(
    master: int, replies: list[tuple[str, str]], until: str | None, patience: float
) -> tuple[str, bool]:
    heard = b""
    answered = 0
    end = time.monotonic() + patience
    fcntl.fcntl(master, fcntl.F_SETFL, os.O_NONBLOCK)
    while (left := end - time.monotonic()) > 0:
        if not select.select([master], [], [], left)[0]:
            break
        try:
            piece = os.read(master, 4096)
        except OSError:
            piece = b""
        if not piece:
            return heard.decode(errors="replace"), True
        heard += piece
        while (prompted := _next_prompt(heard, answered, replies)) is not None:
            answered, index = prompted
            _wait_for_reader(master)
            os.write(master, replies[index][1].encode() + b"\n")
            del replies[: index + 1]
        if until is not None and heard.find(until.encode(), answered) >= 0:
            break
    return heard.decode(errors="replace"), False


def _wait_for_reader(master: int) -> None:
    # Some ask first and then throw away what was typed before they listen.
    end = time.monotonic() + 2
    while time.monotonic() < end and not any(map(_waits, _in_front(master))):
        time.sleep(0.005)


def _in_front(master: int) -> list[int]:
    try:
        group = os.tcgetpgrp(master)
    except OSError:
        return []
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [pid for pid in pids if _group_of(pid) == group]


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return -1


def _waits(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/syscall").read_text().split()[0] in _WAITING
    except OSError:
        return False


def _next_prompt(
    heard: bytes, answered: int, replies: Sequence[tuple[str, str]]
) -> tuple[int, int] | None:
    """Give where the first prompt that has a reply ends, and which reply it is."""
    places = (
        (heard.find(prompt.encode(), answered), index, len(prompt))
        for index, (prompt, _) in enumerate(replies)
    )
    place, index, length = min((p for p in places if p[0] >= 0), default=(-1, 0, 0))
    return None if place < 0 else (place + length, index)


def _reap(pid: int, patience: float) -> int | None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.005)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return None
