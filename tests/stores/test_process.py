"""What the process, the clock and the kernel say of themselves."""

import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Lock, Thread

import pytest

from pamkit.stores import process as stores_process
from pamkit.stores.clock import SystemClock
from pamkit.stores.process import ThisProcess
from pamkit.stores.randomness import KernelRandomness
from pamkit.stores.system import system_world


def test_the_process_says_who_it_is() -> None:
    process = ThisProcess()
    assert (process.uid(), process.euid()) == (os.getuid(), os.geteuid())
    assert process.host_name() == os.uname().nodename


def test_a_process_without_a_login_or_terminal_says_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: int) -> str:
        raise OSError(25, "not a terminal")

    monkeypatch.setattr(os, "getlogin", fail)
    monkeypatch.setattr(os, "ttyname", fail)
    assert (ThisProcess().login_name(), ThisProcess().terminal()) == ("", "")


def test_names_are_what_the_system_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getlogin", lambda: "al\udcff")
    monkeypatch.setattr(os, "ttyname", lambda _: "/dev/pts/1")
    assert ThisProcess().login_name() == "al\udcff"
    assert ThisProcess().terminal() == "/dev/pts/1"


@pytest.mark.parametrize(("said", "expected"), [("(none)\n", ""), ("example\n", "example")])
def test_the_nis_domain_is_what_the_kernel_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, expected: str
) -> None:
    (tmp_path / "domainname").write_text(said)
    monkeypatch.setattr(stores_process, "_DOMAIN_NAME", str(tmp_path / "domainname"))
    assert expected == ThisProcess().domain_name()
    (tmp_path / "domainname").unlink()
    with pytest.raises(FileNotFoundError):
        ThisProcess().domain_name()


def test_the_machine_is_what_the_kernel_says() -> None:
    machine = ThisProcess().machine()
    assert (machine.system, machine.name, machine.release) == os.uname()[:3]
    assert (machine.version, machine.architecture) == os.uname()[3:]


def test_the_clock_shows_the_systems_time() -> None:
    before = time.time()
    assert before <= SystemClock().now() <= time.time()


def test_random_bytes_are_as_many_as_wanted_and_never_the_same() -> None:
    random = KernelRandomness()
    assert [len(random.take(count)) for count in (0, 1, 32)] == [0, 1, 32]
    assert random.take(32) != random.take(32)


def test_the_groups_are_those_of_the_process() -> None:
    assert ThisProcess().groups() == tuple(os.getgroups())


@pytest.mark.needs("root")
def test_all_threads_get_the_groups() -> None:
    child = os.fork()
    if child == 0:
        # INVARIANT: whatever happens, the child ends here.
        try:
            begin, seen = Lock(), []
            begin.acquire()

            def look() -> None:
                with begin:
                    seen.append(os.getgroups())

            other = Thread(target=look)
            other.start()
            ThisProcess().set_groups((7, 3))
            begin.release()
            other.join()
            os._exit(0 if seen == [[3, 7]] and os.getgroups() == [3, 7] else 1)
        finally:
            os._exit(2)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_what_is_refused_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise ValueError("too many groups")

    monkeypatch.setattr(os, "setgroups", fail)
    with pytest.raises(OSError, match="Invalid argument"):
        ThisProcess().set_groups(())


CHANGES = """
import os
from pamkit.stores.process import ThisProcess
process = ThisProcess()
print(process.limit(4) == process.limit(4) != None, process.limit(1000))
process.set_limit(4, 512, 1024)
print(process.limit(4))
process.set_priority(process.priority() + 3)
print(process.priority() - int(os.environ["NICE"]))
process.forbid_new_privileges()
print(process.is_running(os.getpid()), process.is_running(1), process.is_running(4194303))
"""


def test_limits_priority_and_rights_can_be_changed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHANGES],
        capture_output=True,
        text=True,
        check=True,
        env={
            "NICE": str(os.getpriority(os.PRIO_PROCESS, 0)),
            "PYTHONPATH": os.pathsep.join(sys.path),
        },
    )
    assert done.stdout.splitlines() == ["True None", "(512, 1024)", "3", "True True False"]


ROOT = """
import os, sys
from pamkit.stores.process import ThisProcess
ThisProcess().change_root(sys.argv[1])
print(os.getcwd(), os.listdir("/"))
ThisProcess().change_directory("/only")
print(os.getcwd())
"""


@pytest.mark.needs("root")
def test_a_process_goes_into_its_new_root(tmp_path: Path) -> None:
    (tmp_path / "only").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", ROOT, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.stdout == "/ ['only']\n/only\n"


def test_a_process_is_not_changed_for_users_of_another_machine(tmp_path: Path) -> None:
    process = system_world(str(tmp_path)).process
    with pytest.raises(PermissionError):
        process.set_umask(0o077)
    limits = process.limit(4)
    assert limits is not None
    with pytest.raises(PermissionError):
        process.set_limit(4, *limits)
    with pytest.raises(PermissionError):
        process.set_priority(process.priority() + 1)
    with pytest.raises(PermissionError):
        process.forbid_new_privileges()
    with pytest.raises(PermissionError):
        process.change_root("/")
    with pytest.raises(PermissionError):
        process.change_directory("/")
    process.set_priority(process.priority())
    assert process.is_running(4194303)


def test_a_process_gets_no_groups_of_another_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    changed: list[object] = []
    monkeypatch.setattr(os, "setgroups", changed.append)
    with pytest.raises(PermissionError):
        system_world(str(tmp_path)).process.set_groups((1,))
    assert changed == []
    system_world().process.set_groups((1,))
    assert changed == [(1,)]


def test_the_umask_is_changed_and_the_one_before_is_returned() -> None:
    before = ThisProcess().set_umask(0o027)
    assert ThisProcess().set_umask(before) == 0o027


def test_the_environment_of_the_process_is_read_and_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PAMKIT_X", "a\udcff=b")
    process = ThisProcess()
    assert process.variable("PAMKIT_X") == "a\udcff=b"
    process.set_variable("PAMKIT_X", "c")
    assert (os.environ["PAMKIT_X"], process.variable("PAMKIT_X")) == ("c", "c")
    process.set_variable("PAMKIT_X", None)
    process.set_variable("PAMKIT_X", None)
    assert ("PAMKIT_X" in os.environ, process.variable("PAMKIT_X")) == (False, None)
    with pytest.raises(OSError, match="Invalid argument"):
        process.set_variable("PAMKIT=X", "c")


def test_what_started_this_process_knows_another_machine(tmp_path: Path) -> None:
    process = system_world(str(tmp_path)).process
    assert process.variable("PATH") is None
    with pytest.raises(PermissionError):
        process.set_variable("PATH", "/")
