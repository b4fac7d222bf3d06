"""What the core does to be there: little, and nothing that others could have a say in."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from pamkit.native.contents import AT_EVERY_START, BUILT_IN, PLACES, core_modules
from tests.native.built import built_libraries

HERE = Path(__file__).resolve().parent

MOST_MODULES = 74
MOST_CLASSES = 103
"""What a login with pam_permit may take: each class costs it 80,000 instructions."""

FORBIDDEN = frozenset(
    {"asyncio", "collections", "contextlib", "ctypes", "dataclasses", "enum", "functools"}
    | {"inspect", "logging", "pathlib", "random", "re", "secrets", "shutil", "subprocess"}
    | {"tempfile", "typing"}
)

OURS_ALONE = {"/etc/debian_version", "/proc/self/statm"}
"""Files that are opened and that the system's libpam does not open."""

HOSTILE = {
    "PYTHONHOME": "/nonexistent",
    "PYTHONPATH": "/nonexistent",
    "PYTHONHASHSEED": "no number",
    "PYTHONINTMAXSTRDIGITS": "1",
    "PYTHONMALLOC": "debug",
    "PYTHONMALLOCSTATS": "1",
    "PYTHONVERBOSE": "1",
    "PYTHONDEVMODE": "1",
    "PYTHONFAULTHANDLER": "1",
    "PYTHONTRACEMALLOC": "no number",
    "PYTHONPROFILEIMPORTTIME": "1",
}


@cache
def _login(policies: Path) -> tuple[list[str], ...]:
    """Return the lines of `started.py`, each as its words."""
    (policies / "start").write_text("auth required pam_permit.so\n")
    frozen, sources = PLACES
    words = [str(frozen), str(sources), str(policies), *BUILT_IN]
    command = [sys.executable, "-I", "-S", "-B", str(HERE / "started.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return tuple(line.split() for line in done.stdout.splitlines())


@pytest.fixture(scope="module")
def login(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], ...]:
    return _login(tmp_path_factory.mktemp("policies"))


def test_the_login_that_is_watched_succeeds(login: tuple[list[str], ...]) -> None:
    assert login[0] == ["0", "0", "0"]


def test_the_core_holds_together_what_every_start_loads(login: tuple[list[str], ...]) -> None:
    assert set(AT_EVERY_START) == set(login[2]) & set(core_modules())


def test_a_start_loads_nothing_that_the_core_does_not_hold(login: tuple[list[str], ...]) -> None:
    assert set(login[2]) <= set(core_modules())


def test_a_start_imports_nothing_that_is_slow_to_import(login: tuple[list[str], ...]) -> None:
    asked = {name.partition(".")[0] for name in login[1]}

    assert frozenset() == asked & FORBIDDEN
    assert asked <= {"pamkit", "sys", "_pamkit_c", "_pamkit_door", *BUILT_IN, *core_modules()}


def test_a_start_takes_few_modules_and_classes(login: tuple[list[str], ...]) -> None:
    _, _, modules, classes = login

    assert (len(modules) <= MOST_MODULES, len(classes) <= MOST_CLASSES) == (True, True), (
        f"{len(modules)} modules and {len(classes)} classes"
    )


def test_the_lists_of_what_there_is_have_no_doubles_and_are_in_order() -> None:
    assert [sorted(set(names)) for names in (AT_EVERY_START, BUILT_IN)] == [
        list(AT_EVERY_START),
        list(BUILT_IN),
    ]


class Program:
    """The program, and the policy it asks for."""

    def __init__(self, place: Path) -> None:
        self.place = place
        (place / "start").write_text("auth required pam_permit.so\n")
        self.path = place / "program"
        flags = ("-std=gnu11", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-Werror", "-rdynamic")
        command = ["cc", *flags, str(HERE / "start.c"), "-o", str(self.path), "-l:libpam.so.0"]
        subprocess.run(command, check=True)

    def run(
        self, library: Path, *before: str, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run it with a library, perhaps under another program."""
        return subprocess.run(
            [*before, str(self.path), "start", str(self.place)],
            env={"LD_LIBRARY_PATH": str(library), "START_CONTROL": "no", **environment},
            capture_output=True,
            text=True,
            check=False,
        )

    def opened(self, library: Path) -> set[str]:
        """Return the names of the files that are opened, found or not."""
        trace = self.place / "trace"
        strace = ("strace", "-f", "-qq", "-e", "trace=%file,%desc", "-o", str(trace))
        done = self.run(library, *strace)
        assert done.returncode == 0, done.stderr
        return set(re.findall(r'open(?:at|at2)?\((?:AT_FDCWD, )?"([^"]*)"', trace.read_text()))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Program:
    return Program(tmp_path_factory.mktemp("start"))


@pytest.mark.needs("cc", "libpam-headers", "python-archive", "strace")
def test_the_core_opens_no_file_of_its_own_but_two(program: Program) -> None:
    ours, built = program.opened(built_libraries()), str(built_libraries())
    stock = program.opened(Path("/nonexistent"))
    libraries = {path for path in ours if path.startswith(built)}
    # The directory of the policies stays open while they are read.
    policies = {path.rpartition("/")[0] for path in stock}

    # Below the directory of libraries the loader looks for everything; the mathematics that the
    # interpreter is linked with come from the system.
    assert f"{built}/pamkit-core.so" in libraries
    assert ours - stock - libraries - policies - {_libm(ours)} == OURS_ALONE & ours
    assert not any(".py" in path for path in ours)


@pytest.mark.needs("cc", "libpam-headers", "python-archive")
def test_no_variable_of_the_environment_is_read(program: Program) -> None:
    done = program.run(built_libraries())

    # The first line is the program's own: it shows that reading is noticed.
    assert (done.returncode, done.stderr.splitlines()) == (0, ["getenv START_CONTROL"])


@pytest.mark.needs("cc", "libpam-headers", "python-archive")
def test_variables_for_python_change_nothing(program: Program) -> None:
    done = program.run(built_libraries(), **HOSTILE)

    assert (done.returncode, done.stdout, done.stderr.splitlines()) == (
        0,
        "",
        ["getenv START_CONTROL"],
    )


def _libm(paths: set[str]) -> str:
    found = (
        path for path in paths if path.endswith("/libm.so.6") and "lib" in path.split("/")[1:3]
    )
    return next(found, "")
