"""Programs run to their end, with what they are given and nothing else."""

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pamkit.module.effect import Finished
from pamkit.stores import programs
from pamkit.stores.programs import run

SOURCE = str(Path(programs.__file__).parents[2])


def _shell(script: str, **named: object) -> Finished:
    return run(("/bin/sh", "-c", script), **named)  # type: ignore[arg-type]  # named as in `run`


def test_status_and_output_come_back() -> None:
    assert _shell("echo out; echo err >&2; exit 7") == Finished(7, b"out\n")


def test_a_signal_is_a_negative_status() -> None:
    assert _shell("kill -9 $$").status == -9
    assert _shell("kill -PIPE $$").status == -signal.SIGPIPE


def test_the_environment_is_what_was_given() -> None:
    assert run(("/usr/bin/env",)) == Finished(0, b"")
    given = (("A", "1"), ("B", "x=\udcff"))
    assert sorted(run(("/usr/bin/env",), environment=given).output.split(b"\n")) == [
        b"",
        b"A=1",
        b"B=x=\xff",
    ]


def test_every_other_descriptor_is_closed() -> None:
    read, write = os.pipe()
    os.set_inheritable(write, True)
    os.dup2(write, 200)
    try:
        listed = run(("/bin/ls", "/proc/self/fd")).output.split()
    finally:
        for descriptor in (read, write, 200):
            os.close(descriptor)
    assert listed == [b"0", b"1", b"2", b"3"]  # the last one is the listing's own


def test_a_mebibyte_goes_in_and_comes_out() -> None:
    data = os.urandom(1 << 20)
    assert run(("/bin/cat",), stdin=data) == Finished(0, data)


def test_output_beyond_the_bound_is_dropped_and_nobody_waits() -> None:
    done = _shell("head -c 3000000 /dev/zero; exit 3")
    assert (done.status, len(done.output)) == (3, programs.MAX_OUTPUT)


def test_a_program_that_does_not_read_is_no_failure() -> None:
    assert run(("/bin/true",), stdin=bytes(1 << 20)) == Finished(0, b"")
    assert _shell("exec <&-; echo x; exit 4", stdin=bytes(1 << 20)) == Finished(4, b"x\n")


def test_a_grandchild_that_keeps_the_output_does_not_hold_the_login_up() -> None:
    done = _shell("sleep 60 & echo $!")
    os.kill(int(done.output), signal.SIGKILL)
    assert done.status == 0


def test_a_program_that_closes_its_output_is_waited_for() -> None:
    assert _shell("exec >&-; cat >/dev/null; exit 5", stdin=bytes(300_000)).status == 5


def test_an_empty_input_ends_at_once() -> None:
    assert run(("/bin/cat",)) == Finished(0, b"")


@pytest.mark.parametrize(
    ("argv", "number"),
    [
        (("/nonexistent",), errno.ENOENT),
        (("/",), errno.EACCES),
        (("true",), errno.EINVAL),
        ((), errno.EINVAL),
        (("/bin/echo", "a\0b"), errno.EINVAL),
        (("/bin/echo", "\ud800"), errno.EINVAL),
    ],
)
def test_what_cannot_be_started_is_an_error(argv: tuple[str, ...], number: int) -> None:
    before = os.listdir("/proc/self/fd")
    with pytest.raises(OSError) as caught:  # noqa: PT011  # the number is asserted
        run(argv)
    assert caught.value.errno == number
    assert len(os.listdir("/proc/self/fd")) == len(before)


@pytest.mark.parametrize("name", ["", "A=B", "A\0"])
def test_a_variable_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(OSError, match=r"variable|NUL"):
        run(("/bin/true",), environment=((name, "x"),))


def test_no_descriptor_and_no_zombie_is_left() -> None:
    before = len(os.listdir("/proc/self/fd"))
    run(("/bin/cat",), stdin=b"x")
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_an_interrupt_leaves_no_program_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(programs, "_feed", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run(("/bin/sleep", "600"), stdin=b"x")
    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_without_pidfd_a_program_is_asked_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: int) -> int:
        raise OSError(errno.ENOSYS, "as on an old kernel")

    monkeypatch.setattr(os, "pidfd_open", missing)
    assert run(("/bin/cat",), stdin=bytes(200_000)) == Finished(0, bytes(200_000))
    done = _shell("sleep 60 & echo $!; exit 3")
    os.kill(int(done.output), signal.SIGKILL)
    assert done.status == 3


def test_threads_get_their_own_programs() -> None:
    made: dict[int, Finished] = {}

    def work(number: int) -> None:
        made[number] = _shell(f"cat; exit {number}", stdin=bytes([number]) * 100_000)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {number: Finished(number, bytes([number]) * 100_000) for number in range(6)}


def _in_a_host(code: str) -> str:
    start = "import sys; sys.path.insert(0, sys.argv[1])\nfrom pamkit.stores.programs import run\n"
    done = subprocess.run(
        [sys.executable, "-c", start + code, SOURCE], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    return done.stdout


def test_a_host_that_ignores_sigchld_gets_no_success() -> None:
    code = (
        "import signal; signal.signal(signal.SIGCHLD, signal.SIG_IGN)\n"
        "try: print(run(('/bin/true',)))\n"
        "except ChildProcessError: print('lost')\n"
    )
    assert _in_a_host(code) == "lost\n"


def test_a_host_that_reaps_its_own_children_by_number_is_no_trouble() -> None:
    code = (
        "import os, signal\n"
        "seen = []\n"
        "signal.signal(signal.SIGCHLD, lambda *_: seen.append(1))\n"
        "print(run(('/bin/cat',), stdin=b'x').output, bool(seen))\n"
    )
    assert _in_a_host(code) == "b'x' True\n"


def test_a_host_that_reaps_everybodys_children_gets_no_success() -> None:
    code = (
        "import os, signal\n"
        "def reap(*_):\n"
        "    try:\n"
        "        while os.waitpid(-1, os.WNOHANG)[0]: pass\n"
        "    except ChildProcessError: pass\n"
        "signal.signal(signal.SIGCHLD, reap)\n"
        "try: print(run(('/bin/cat',)).status)\n"
        "except ChildProcessError: print('lost')\n"
    )
    assert _in_a_host(code) in ("0\n", "lost\n")  # whoever asks first; never an invented status


def test_a_host_that_does_not_ignore_sigpipe_survives() -> None:
    code = (
        "import signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\n"
        "print(run(('/bin/sh', '-c', 'exec <&-; exit 6'), stdin=bytes(1 << 20)).status)\n"
        "print(sorted(signal.sigpending()))\n"
    )
    assert _in_a_host(code) == "6\n[]\n"


def test_a_host_without_standard_descriptors_is_no_trouble() -> None:
    code = (
        "import os\n"
        "out = os.dup(1)\n"
        "for number in (0, 1, 2): os.close(number)\n"
        "from pamkit.stores.programs import _pipe\n"
        "assert min(_pipe([])) > 2\n"
        "done = run(('/bin/sh', '-c', 'cat; exit 2'), stdin=b'in')\n"
        "os.write(out, repr(done).encode())\n"
        "os._exit(0)\n"
    )
    assert _in_a_host(code) == "Finished(status=2, output=b'in')"


@pytest.mark.needs("root")
@pytest.mark.parametrize(
    ("ids", "made_equal", "expected"),
    [
        ("65534, 0, 0", False, "65534 0"),
        ("65534, 0, 0", True, "0 0"),
        ("65534, 65533, 65533", True, "65533 65533"),
        ("65534, 65533, 65532", True, "refused"),
    ],
)
def test_the_real_user_becomes_the_effective_one_if_wanted(
    ids: str, made_equal: bool, expected: str
) -> None:
    code = (
        "import ctypes, os\n"
        "import pamkit.stores.syscalls\n"
        f"os.setresuid({ids})\n"
        "script = 'while read -r key a b rest; do [ \"$key\" = Uid: ] && echo $a $b; done'\n"
        "argv = ('/bin/cat', '/proc/self/status')\n"
        "try:\n"
        f"    lines = run(argv, as_effective_user={made_equal}).output.decode().splitlines()\n"
        "    print(*next(l for l in lines if l.startswith('Uid:')).split()[1:3])\n"
        "except PermissionError: print('refused')\n"
        f"print(os.getresuid() == ({ids}))\n"
    )
    assert _in_a_host(code) == f"{expected}\nTrue\n"
