"""Programs run to their end, with what they are given and nothing else."""

import errno
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pamkit.module.program import Finished, NoOutput, NoUser, Run
from pamkit.stores import programs, syscalls
from pamkit.stores.programs import start

SOURCE = str(Path(programs.__file__).parents[2])


def run(argv: tuple[str, ...], **named: object) -> Finished:
    return programs.run(Run(argv, **named))  # type: ignore[arg-type]  # named as in `Run`


def _shell(script: str, **named: object) -> Finished:
    return run(("/bin/sh", "-c", script), **named)


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


def test_a_large_descriptor_is_waited_for_like_a_small_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 1400:
        pytest.fail(f"the machine allows a process {hard} descriptors: it takes 1400")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1400), hard))
    taken: list[int] = []
    try:
        while not taken or taken[-1] <= 1100:  # select(2) ends at 1024
            taken.append(os.open(os.devnull, os.O_RDONLY))
        assert run(("/bin/cat",), stdin=b"word") == Finished(0, b"word")
    finally:
        for descriptor in taken:
            os.close(descriptor)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


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


# --- where output goes ---


def test_output_goes_to_the_end_of_a_file(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"before\n")
    written = {"into": str(log), "heading": b"***\n"}
    assert _shell("echo out; echo err >&2", with_errors=True, **written) == Finished(0, b"")
    assert _shell("echo out; echo err >&2", **written) == Finished(0, b"")
    assert log.read_bytes() == b"before\n***\nout\nerr\n***\nout\n"


def test_a_file_is_made_only_for_a_heading(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        with pytest.raises(NoOutput) as caught:
            run(("/bin/true",), into=str(tmp_path / "log"))
        run(("/bin/true",), into=str(tmp_path / "log"), heading=b"")
    finally:
        os.umask(before)
    assert (caught.value.errno, caught.value.filename) == (errno.ENOENT, str(tmp_path / "log"))
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o644


def test_a_file_that_is_a_pipe_without_a_reader_keeps_nobody_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "log")
    with pytest.raises(NoOutput):
        run(("/bin/true",), into=str(tmp_path / "log"), heading=b"x")


def test_a_heading_that_cannot_be_written_is_no_failure() -> None:
    assert _shell("exit 3", into="/dev/full", heading=b"x") == Finished(3)


def test_what_writes_to_a_file_is_waited_for(tmp_path: Path) -> None:
    done = _shell("cat; exit 5", into=str(tmp_path / "log"), heading=b"", stdin=bytes(300_000))
    assert (done.status, (tmp_path / "log").stat().st_size) == (5, 300_000)


def test_a_session_of_its_own_if_wanted() -> None:
    script = "read -r pid a b c d session rest </proc/self/stat; [ $pid = $session ]"
    assert _shell(script).status == 1
    assert _shell(script, new_session=True).status == 0


def test_a_core_dump_is_told() -> None:
    assert not _shell("ulimit -c 0; kill -SEGV $$").dumped
    assert Finished(-11, dumped=True) != Finished(-11)


# --- listening ---


def test_what_is_said_is_heard_before_the_end() -> None:
    program = start(Run(("/bin/sh", "-c", "echo $$; kill -STOP $$; echo more; exit 3")))
    try:
        first = program.listen()
        assert isinstance(first, bytes)
        while " (sh) T " not in Path(f"/proc/{int(first)}/stat").read_text():
            os.sched_yield()  # it stands, and we have heard it all the same
        os.kill(int(first), signal.SIGCONT)
        assert [program.listen(), program.listen()] == [b"more\n", Finished(3)]
    finally:
        program.close()


def test_a_grandchild_that_never_stops_talking_does_not_hold_the_login_up() -> None:
    done = _shell("(trap '' PIPE; exec sh -c 'echo $$; exec yes') & sleep 0.1")
    os.kill(int(done.output.partition(b"\n")[0]), signal.SIGKILL)
    assert done.status == 0


def test_closing_kills_what_still_runs() -> None:
    before = len(os.listdir("/proc/self/fd"))
    program = start(Run(("/bin/sh", "-c", "echo $$; exec sleep 600")))
    said = program.listen()
    program.close()
    program.close()
    assert isinstance(said, bytes)
    assert not os.path.exists(f"/proc/{int(said)}")
    assert len(os.listdir("/proc/self/fd")) == before


def test_closing_ends_another_thread_s_listening() -> None:
    before = len(os.listdir("/proc/self/fd"))
    program = start(Run(("/bin/sh", "-c", "echo; exec sleep 600")))
    assert program.listen() == b"\n"
    heard: list[bytes | Finished] = []
    thread = threading.Thread(target=lambda: heard.append(program.listen()))
    thread.start()
    program.close()
    thread.join(10)
    assert heard in ([Finished(-9)], [])
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_process_that_was_forked_off_does_not_end_its_parent_s_program() -> None:
    program = start(Run(("/bin/cat",), stdin=bytes(1 << 20)))
    child = os.fork()
    if child == 0:
        program.close()
        os._exit(0)
    os.waitpid(child, 0)
    try:
        heard = b""
        while isinstance(said := program.listen(), bytes):
            heard += said
    finally:
        program.close()
    assert (said, len(heard)) == (Finished(0), 1 << 20)


def test_a_lost_status_stays_lost_and_nobody_else_is_killed() -> None:
    program = start(Run(("/bin/true",)))
    os.waitpid(program._pid, 0)
    for _ in range(2):
        with pytest.raises(ChildProcessError):
            program.listen()
    assert program._pid == 0
    program.close()


def _in_a_host(code: str) -> str:
    start = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pamkit.module.program import Run\n"
        "from pamkit.stores import programs\n"
        "def run(argv, **named): return programs.run(Run(argv, **named))\n"
    )
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
    assert _in_a_host(code) == "Finished(status=2, output=b'in', dumped=False)"


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


as_root = pytest.mark.needs("root")


def _ids() -> tuple[object, ...]:
    return os.getresuid(), os.getresgid(), sorted(os.getgroups())


@as_root
@pytest.mark.parametrize("real", [0, 65534])
def test_a_program_runs_as_another_user_and_nothing_of_root_s_goes_along(real: int) -> None:
    os.setresuid(real, 0, 0)
    before = _ids()
    try:
        # Not by a shell: that gives up by itself what it should not have.
        said = run(("/bin/cat", "/proc/self/status"), as_user=(1234, 5678))
        assert _ids() == before
    finally:
        os.setresuid(0, 0, 0)
    fields = dict(line.split(":", 1) for line in said.output.decode().splitlines())
    # Real, effective, saved, and that of files.
    assert (fields["Uid"].split(), fields["Gid"].split()) == (["1234"] * 4, ["5678"] * 4)
    assert fields["Groups"].split() == []
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert (name, int(fields[name], 16)) == (name, 0)


@as_root
def test_root_gives_its_groups_up_as_well() -> None:
    before = _ids()
    assert _shell("id -u; id -G", as_user=(0, 0)).output == b"0\n0\n"
    assert _ids() == before


@as_root
@pytest.mark.parametrize(
    ("step", "function"),
    [("set_group_ids", "setgid"), ("set_groups", "setgroups"), ("set_user_ids", "setuid")],
)
def test_a_right_that_cannot_be_given_up_is_not_handed_on(
    step: str, function: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls, real = [], getattr(syscalls, step)

    def fail_first(*args: object) -> None:
        calls.append(args)
        if len(calls) == 1:
            raise PermissionError(errno.EAGAIN, "as the test wants it")
        real(*args)

    monkeypatch.setattr(syscalls, step, fail_first)
    before = _ids()
    with pytest.raises(NoUser) as caught:
        run(("/usr/bin/touch", str(tmp_path / "ran")), as_user=(1234, 5678))
    assert (caught.value.filename, os.listdir(tmp_path), _ids()) == (function, [], before)


@as_root
@pytest.mark.parametrize(
    "text",
    [
        "Name:\tx\nCapAmb:\t0000000000000400\n",
        None,  # nobody can tell
    ],
)
def test_rights_that_go_along_with_a_program_are_not_handed_on(
    text: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "status"
    if text is not None:
        file.write_text(text)
    monkeypatch.setattr(syscalls, "_STATUS", str(file))
    with pytest.raises(NoUser):
        _shell("true", as_user=(1234, 5678))


@as_root
def test_who_keeps_root_s_rights_runs_nothing_as_a_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syscalls, "keeps_rights", lambda: True)
    with pytest.raises(NoUser):
        _shell("true", as_user=(1234, 5678))


def test_who_is_not_root_runs_nothing_as_a_user_not_even_himself() -> None:
    privileged = os.geteuid() == 0
    if privileged:
        os.setresuid(65534, 65534, 0)
    try:
        with pytest.raises(NoUser) as caught:
            run(("/bin/true",), as_user=(os.getuid(), os.getgid()))
    finally:
        if privileged:
            os.setresuid(0, 0, 0)
    assert caught.value.filename == "setgroups"
