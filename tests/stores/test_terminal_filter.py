"""A program between an application and its terminal: who is who, whatever happens."""

from __future__ import annotations

import errno
import os
import pty
import subprocess
import sys
import termios
import threading
from pathlib import Path

import pytest

from pamkit.stores import terminal_filter
from pamkit.stores.system import system_world
from pamkit.stores.terminal_filter import ProcessFilters

_SOURCE = str(Path(terminal_filter.__file__).parents[2])
_START = """
import os, sys, errno
from pamkit.stores import terminal_filter
from pamkit.stores.terminal_filter import ProcessFilters
log = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
def say(text):
    os.write(log, text.encode() + b"\\n")
def put(program, forget=lambda: say("forgets"), ended=lambda: say("ended")):
    ProcessFilters().put(program, (("A", "b"),), forget=forget, ended=ended)
called = os.getpid()
"""


def _play(code: str, place: Path, *, stdin: bytes | int = b"") -> tuple[int, list[str]]:
    """Return how the process that was called ends, and what was said by whom in the end."""
    log = place / "log"
    given = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin, "stdout": stdin}
    done = subprocess.run(
        [sys.executable, "-c", _START + code, str(log)],
        env={"PYTHONPATH": _SOURCE},
        check=False,
        stderr=subprocess.DEVNULL,
        timeout=20,
        **given,
    )
    return done.returncode, log.read_text().splitlines() if log.exists() else []


def _filter(place: Path, script: str) -> str:
    path = place / "filter"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def _threads() -> int:
    return len(os.listdir("/proc/self/task"))


def test_the_application_goes_on_in_a_child_and_the_parent_ends_as_it_does(tmp_path: Path) -> None:
    path = _filter(tmp_path, "exit 3")
    code = f"""
put({path!r})
say(f"application {{os.getppid() == called}}")
os._exit(9)
"""
    status, said = _play(code, tmp_path)
    assert (status, sorted(said)) == (9, ["application True", "ended", "forgets"])
    assert said[-1] == "ended"


def test_an_application_that_is_killed_is_no_success(tmp_path: Path) -> None:
    path = _filter(tmp_path, ":")
    assert _play(f"put({path!r})\nos.kill(os.getpid(), 9)", tmp_path)[0] == 255


@pytest.mark.parametrize("fault", ["SystemExit(0)", "ValueError()", "KeyboardInterrupt()"])
def test_the_parent_never_comes_back(fault: str, tmp_path: Path) -> None:
    path = _filter(tmp_path, ":")
    code = f"""
def fail():
    raise {fault}
put({path!r}, fail, fail)
say(f"back in {{'the parent' if os.getpid() == called else 'the child'}}")
os._exit(5)
"""
    assert _play(code, tmp_path) == (5, ["back in the child"])


def test_the_parent_never_comes_back_from_a_signal(tmp_path: Path) -> None:
    path = _filter(tmp_path, ":")
    code = f"""
import signal
def heard(*_):
    say("heard" if os.getpid() == called else "heard in the child")
    raise KeyboardInterrupt
signal.signal(signal.SIGUSR1, heard)
put({path!r})
os.kill(called, signal.SIGUSR1)
say("back" if os.getpid() == called else "still here")
os._exit(6)
"""
    status, said = _play(code, tmp_path)
    assert (status, set(said)) == (6, {"forgets", "heard", "still here", "ended"})


def test_a_signal_before_it_is_settled_who_is_who_waits(tmp_path: Path) -> None:
    path = _filter(tmp_path, ":")
    code = f"""
import signal
def heard(*_):
    raise KeyboardInterrupt
signal.signal(signal.SIGALRM, heard)
fork = os.fork
def fork_late():
    child = fork()
    if child:
        os.kill(called, signal.SIGALRM)
    return child
os.fork = fork_late
put({path!r})
say("back" if os.getpid() == called else "child")
os._exit(4)
"""
    status, said = _play(code, tmp_path)
    assert (status, set(said)) == (4, {"forgets", "child", "ended"})


def test_other_children_of_the_application_are_no_concern(tmp_path: Path) -> None:
    path = _filter(tmp_path, ":")
    code = f"""
other = os.fork()
if other == 0:
    os._exit(77)
put({path!r})
os._exit(8)
"""
    assert _play(code, tmp_path)[0] == 8


def test_a_filter_has_six_descriptors_and_its_own_environment(tmp_path: Path) -> None:
    told = tmp_path / "told"
    path = _filter(tmp_path, f"cd /proc/$$; ls fd >{told}; tr '\\0' '\\n' <environ >>{told}")
    code = f"""
for _ in range(20):
    os.set_inheritable(os.open("/dev/null", os.O_RDONLY), True)
put({path!r})
os._exit(0)
"""
    assert _play(code, tmp_path)[0] == 0
    numbers = told.read_text().split()
    assert numbers[-1] == "A=b"
    # The shell has its script open, and what it puts aside.
    assert {*"012345"} <= set(numbers[:-1]) <= {*"012345", "10", "11"}


def test_a_filter_that_cannot_be_started_changes_nothing(tmp_path: Path) -> None:
    code = """
before = sorted(os.listdir("/proc/self/fd"))
for path in ("/no/such/filter", "/etc/passwd", "/"):
    try:
        put(path)
    except OSError as fault:
        say(f"{fault.filename} {errno.errorcode[fault.errno]}")
say(str(os.getpid() == called and before == sorted(os.listdir("/proc/self/fd"))))
"""
    expected = ["execve ENOENT", "execve EACCES", "execve EACCES", "True"]
    assert _play(code, tmp_path) == (0, expected)


def test_a_terminal_is_as_it_was_if_there_is_no_filter(tmp_path: Path) -> None:
    path = _filter(tmp_path, "sleep 60")
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    code = f"""
def fail():
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
for program in ("/no/such/filter", {path!r}):
    os.fork = fail
    try:
        put(program)
    except OSError as fault:
        say(f"{{fault.filename}} {{os.isatty(0)}}")
try:
    os.waitpid(-1, os.WNOHANG)
except ChildProcessError:
    say("no filter left")
"""
    try:
        assert _play(code, tmp_path, stdin=theirs) == (
            0,
            ["execve True", "fork True", "no filter left"],
        )
        assert termios.tcgetattr(theirs) == before
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)])
def test_an_application_without_standard_descriptors_has_them_behind_the_filter(
    closed: tuple[int, ...], tmp_path: Path
) -> None:
    told = tmp_path / "told"
    path = _filter(tmp_path, f"head -c 2 <&4 >{told}")
    code = f"""
for number in {closed}:
    os.close(number)
put({path!r})
say(str([os.get_inheritable(number) for number in (0, 1, 2)]))
os.write(1, b"hi")
os._exit(0)
"""
    status, said = _play(code, tmp_path)
    assert (status, set(said)) == (0, {"forgets", "[True, True, True]", "ended"})
    assert told.read_text() == "hi"


def test_a_process_with_threads_gets_no_filter(tmp_path: Path) -> None:
    go = threading.Event()
    thread = threading.Thread(target=go.wait)
    thread.start()
    try:
        others = _threads() - 1
        with pytest.raises(OSError, match=f"{others} other threads") as caught:
            ProcessFilters().put(
                _filter(tmp_path, ":"), (), forget=lambda: None, ended=lambda: None
            )
    finally:
        go.set()
        thread.join()
    assert (caught.value.errno, caught.value.filename) == (errno.EBUSY, "threads")


def test_where_nobody_can_count_threads_there_is_no_filter(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(terminal_filter, "_THREADS", str(tmp_path / "none"))
    with pytest.raises(OSError, match="cannot be told") as caught:
        ProcessFilters().put(_filter(tmp_path, ":"), (), forget=lambda: None, ended=lambda: None)
    assert caught.value.filename == "threads"


def test_below_another_root_there_is_no_filter(tmp_path: Path) -> None:
    filters = system_world(str(tmp_path)).terminal_filters
    with pytest.raises(PermissionError):
        filters.put(_filter(tmp_path, ":"), (), forget=lambda: None, ended=lambda: None)


def test_the_filter_never_finds_the_new_terminal_closed(tmp_path: Path) -> None:
    path = _filter(tmp_path, "cat <&4 >/dev/null 2>&1")
    ours, theirs = pty.openpty()
    code = f"""
opens = os.open
def open_late(name, flags):
    own = [f"/proc/self/fd/{{number}}" for number in os.listdir("/proc/self/fd")]
    say(str(name in [os.readlink(each) for each in own if os.path.lexists(each)]))
    return opens(name, flags)
os.open = open_late
put({path!r})
os._exit(2 if os.isatty(0) else 3)
"""
    try:
        status, said = _play(code, tmp_path, stdin=theirs)
    finally:
        os.close(ours)
        os.close(theirs)
    assert (status, set(said)) == (2, {"forgets", "True", "ended"})
