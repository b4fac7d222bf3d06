"""A command is run with libraries that cover the system's, and nothing else is changed."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from pamkit.native.boot import copy_libraries
from pamkit.native.recipe import CORE, LIBRARIES
from pamkit.native.search import files_called

from .stand_in import build_stand_ins, write_sources

pytestmark = pytest.mark.needs("cc", "root", "mount-namespace", "libpam", "libpam_misc", "libpamc")

PAMKIT = (sys.executable, "-m", "pamkit", "native", "try", "--from")


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    """Return a directory of built libraries that every user can reach."""
    directory = Path(mkdtemp(prefix="pamkit-test-"))
    directory.chmod(0o755)
    yield build_stand_ins(write_sources(directory / "c"), directory / "built")
    rmtree(directory)


def tried(
    place: Path, *command: str | Path, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PAMKIT, place, "--", *command], capture_output=True, text=True, env=env, check=False
    )


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def system_files(place: Path) -> dict[Path, str]:
    """Return every file of the system that is to be covered, and by which of ours."""
    return {
        file: row.file
        for row in LIBRARIES
        if row.soname
        for file in files_called(row.soname, like=place / row.file)
    }


def test_every_file_that_programs_get_is_covered_inside_and_none_outside(place: Path) -> None:
    files = system_files(place)
    assert len(files) >= 3
    before = {file: digest(file) for file in files}
    mounts = Path("/proc/self/mountinfo").read_text()
    there = sorted(os.listdir("/tmp")), sorted(os.listdir(place))

    done = tried(place, "sha256sum", *files)

    assert done.returncode == 0, done.stderr
    inside = {Path(line.split()[1]): line.split()[0] for line in done.stdout.splitlines()}
    assert inside == {file: digest(place / ours) for file, ours in files.items()}
    assert {file: digest(file) for file in files} == before
    assert Path("/proc/self/mountinfo").read_text() == mounts
    assert sorted(os.listdir(place)) == there[1]
    assert not [name for name in os.listdir("/tmp") if name not in there[0] and "try" in name]


@pytest.mark.needs("su")
def test_a_setuid_program_of_an_ordinary_user_sees_them(place: Path) -> None:
    # `ldd` would not do: it runs the program with the rights of whoever asks.
    script = (
        "import os, subprocess\n"
        "subprocess.run(['su', 'root', '-c', 'id'], user=65534, group=65534, extra_groups=[],"
        " stdin=subprocess.DEVNULL)\n"
    )
    done = tried(place, sys.executable, "-c", script)
    # The stand-in lacks the nodes of the real one: the loader says which file it met.
    assert "libpam.so.0: version `LIBPAM_1.0' not found (required by su)" in done.stderr


def test_the_exit_status_is_the_command_s(place: Path) -> None:
    assert [tried(place, "sh", "-c", f"exit {n}").returncode for n in (0, 1, 42)] == [0, 1, 42]


def test_a_signal_ends_it_as_it_ends_the_command(place: Path) -> None:
    assert tried(place, "sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM
    with subprocess.Popen(
        [*PAMKIT, place, "--", "sh", "-c", "echo ready; exec sleep 60"], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        process.send_signal(signal.SIGUSR1)
    assert process.returncode == -signal.SIGUSR1


def test_what_python_ignores_is_not_handed_on(place: Path) -> None:
    done = tried(place, "grep", "SigIgn", "/proc/self/status")
    assert int(done.stdout.split()[1], 16) & (1 << (signal.SIGPIPE - 1)) == 0


def test_words_of_the_command_are_its_own(place: Path) -> None:
    words = ["--help", "-v", "a b", "--", "", "$HOME"]
    done = tried(place, "printf", r"<%s>", *words)
    assert done.stdout == "<--help><-v><a b><--><><$HOME>"


def test_standard_input_and_the_directory_are_the_command_s(place: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [*PAMKIT, place, "--", "sh", "-c", "cat; pwd"],
        input="typed\n",
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == f"typed\n{tmp_path}\n"


def test_a_command_that_is_not_there_is_named(place: Path) -> None:
    done = tried(place, "no-such-command")
    assert (done.returncode, done.stderr) == (
        127,
        "pamkit: there is no command `no-such-command`\n",
    )


def test_libraries_that_know_another_place_get_copies_that_know_theirs(place: Path) -> None:
    moved = place.parent / "moved"
    moved.mkdir(mode=0o755)
    # As a wheel brings them: they were told another place.
    copy_libraries(place, moved, core=Path("/elsewhere") / CORE)
    (libpam, *_) = files_called("libpam.so.0", like=place / "libpam.so.0")
    done = tried(moved, "sh", "-c", f"grep -ac {moved}/{CORE} {libpam}; cat {moved}/{CORE} | wc -c")
    assert done.stdout.split() == ["1", str((moved / CORE).stat().st_size)], done.stderr
    assert b"/elsewhere" in (moved / "libpam.so.0").read_bytes()


def test_a_place_that_others_cannot_reach_is_refused(place: Path) -> None:
    closed = place.parent / "closed"
    closed.mkdir(mode=0o700)
    copy_libraries(place, closed)
    done = tried(closed, "true")
    assert done.returncode == 2
    assert f"other users cannot reach `{closed}`" in done.stderr


def test_an_ordinary_user_is_told_what_to_do(place: Path) -> None:
    script = (
        "import os, sys\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "from pamkit.cli.main import main\n"
        f"sys.exit(main(['native', 'try', '--from', {str(place)!r}, '--', 'true']))\n"
    )
    # Imported as root: the checkout may be closed to others.
    preload = "import pamkit.cli.native, pamkit.cli.main, pamkit.cli.native_arguments\n"
    preload += "import pamkit.cli.version, pamkit.cli.usage\n"
    done = subprocess.run(
        [sys.executable, "-c", preload + script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr
    assert "only root can cover the system's libraries" in done.stderr
    assert "unshare -Ur" in done.stderr
