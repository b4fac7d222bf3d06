"""The native libraries, compiled and linked as the recipe says."""

from __future__ import annotations

import os
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pamkit.native.contents import AT_EVERY_START, PLACES, core_modules
from pamkit.native.core_path import with_core_path
from pamkit.native.freeze import c_text, freeze
from pamkit.native.problem import Problem
from pamkit.native.put import make_directory, sync_directory
from pamkit.native.recipe import CORE, HEADERS, C, Library
from pamkit.native.stamp import STAMP, stamp
from pamkit.native.toolchain import Compiler, Python
from pamkit.vocab.record import Record

COMPILE = (
    "-std=gnu11",
    "-D_GNU_SOURCE",
    "-O2",
    "-fPIC",
    "-fvisibility=hidden",
    "-fstack-protector-strong",
    "-U_FORTIFY_SOURCE",
    "-D_FORTIFY_SOURCE=2",
    "-Wall",
    "-Wextra",
    "-Wconversion",
    "-Wshadow",
    "-Wstrict-prototypes",
    "-Wmissing-prototypes",
    "-Wvla",
)
"""How each C file is compiled."""

STRICT = ("-Werror", "-fanalyzer")
"""What our own checks add: the compilers of others warn of other things."""

LINK = (
    "-shared",
    "-Wl,-z,relro",
    "-Wl,-z,now",
    "-Wl,-z,noexecstack",
    "-Wl,-z,defs",
    "-Wl,-z,text",
    "-Wl,--as-needed",
    "-Wl,--exclude-libs,ALL",
)
"""How each library is linked: bound at once and read-only then, nothing undefined, nothing shown
but what its version script names."""

JOBS = 2
"""Compilers that run at a time."""


class Plan(Record):
    """What is to be built, from what, with what."""

    rows: tuple[Library, ...]
    compiler: Compiler
    python: Python | None
    """Needed where a row holds Python."""
    sources: Path = C
    modules: tuple[str, ...] = ()
    """The Python modules to freeze; those of the core where none are named."""
    strict: bool = False


def build(plan: Plan, into: Path) -> tuple[Path, ...]:
    """Build libraries into a directory; return their paths.

    They appear there under their names when all of them are done, or not at all.  Raises `Problem`
    with what the compiler said where one of them cannot be built.
    """
    into = into.absolute()
    make_directory(into)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=into) as scratch:
        work = Path(scratch)
        objects = _compile(plan, work)
        for row in plan.rows:
            _run(plan, _link_command(plan, row, objects[row.file], work))
        for row in plan.rows:
            made = work / row.file
            made.write_bytes(with_core_path(made.read_bytes(), into / CORE))
            made.chmod(0o644)
        (work / STAMP).write_text(stamp() + "\n", encoding="ascii")
        (work / STAMP).chmod(0o644)
        for name in _in_order(plan):
            (work / name).rename(into / name)
    sync_directory(into)
    return tuple(into / row.file for row in plan.rows)


def _in_order(plan: Plan) -> list[str]:
    """Return what is moved: the core before those that open it."""
    return [*sorted((row.file for row in plan.rows), key=lambda file: file != CORE), STAMP]


def _compile(plan: Plan, work: Path) -> dict[str, list[Path]]:
    """Compile every C file; return the objects of each library."""
    objects: dict[str, list[Path]] = {}
    commands: list[list[str]] = []
    for row in plan.rows:
        files = sorted((plan.sources / row.room).glob("*.c"))
        if not files:
            raise Problem(f"`{row.file}` has no source: `{plan.sources / row.room}` holds no `*.c`")
        for shared in row.shares:
            files += sorted((plan.sources / shared).glob("*.c"))
        if row.holds_python:
            files.append(_frozen(plan, work))
        room = work / row.room
        room.mkdir()
        objects[row.file] = [room / f"{file.stem}.o" for file in files]
        commands += [
            _compile_command(plan, row, file, made)
            for file, made in zip(files, objects[row.file], strict=True)
        ]
    with ThreadPoolExecutor(JOBS) as pool:
        for _ in pool.map(lambda command: _run(plan, command), commands):
            pass
    return objects


def _frozen(plan: Plan, work: Path) -> Path:
    """Write the C file with the frozen engine."""
    path = work / "frozen.c"
    names = plan.modules or core_modules()
    version, modules = freeze(
        names,
        interpreter=_python(plan).interpreter,
        places=PLACES,
        together=AT_EVERY_START,
    )
    path.write_text(c_text(version, modules), encoding="ascii")
    return path


def _compile_command(plan: Plan, row: Library, file: Path, made: Path) -> list[str]:
    headers: list[str] = []
    if row.holds_python:
        # As the system's: warnings about them are not ours to heed.
        headers = [word for path in _python(plan).headers for word in ("-isystem", str(path))]
        if _python(plan).shared:
            headers.append("-DPAMKIT_SHARED_PYTHON")
        headers.append(f'-DPAMKIT_STANDARD_LIBRARY="{_python(plan).standard_library}"')
        rows = " ".join(f"X({name})" for name in _python(plan).for_files)
        headers.append(f"-DFOR_FILES(X)={rows}")
    return [
        *plan.compiler.command,
        *COMPILE,
        *(STRICT if plan.strict else ()),
        # Names of this machine's directories do not belong into what is built.
        f"-ffile-prefix-map={plan.sources}=.",
        *("-I", str(HEADERS), "-I", str(plan.sources)),
        *headers,
        *plan.compiler.flags,
        *("-c", str(file), "-o", str(made)),
    ]


def _link_command(plan: Plan, row: Library, objects: list[Path], work: Path) -> list[str]:
    script = plan.sources / row.room / row.version_script
    words = [*plan.compiler.command, *plan.compiler.flags, *LINK]
    words.append(f"-Wl,--version-script={script}")
    if row.soname:
        words.append(f"-Wl,-soname,{row.soname}")
    if row.stays:
        words.append("-Wl,-z,nodelete")
    words += [*plan.compiler.link_flags, "-o", str(work / row.file), *map(str, objects)]
    words += [str(work / needed) for needed in row.needs]
    if row.holds_python:
        library = _python(plan).library
        words.append(str(library))
        if _python(plan).shared:
            words.append(f"-Wl,-rpath,{library.parent}")
    return [*words, *(f"-l{name}" for name in row.system)]


def _python(plan: Plan) -> Python:
    if plan.python is None:
        raise Problem("the core needs a Python")
    return plan.python


def _run(plan: Plan, command: list[str]) -> None:
    """Run the compiler; raise `Problem` with what it says if it fails."""
    # What it says is read by people who report it, and by tests.
    environment = {**os.environ, "LC_ALL": "C"}
    done = subprocess.run(  # noqa: S603  # the compiler that was found, on our own files
        command, capture_output=True, text=True, errors="replace", env=environment, check=False
    )
    if done.returncode == 0 and not (plan.strict and done.stderr.strip()):
        return
    raise Problem(
        f"the compiler refuses: {' '.join(command)}\n{done.stderr.strip()}",
        "the compiler is `{}`; another one: CC=/path/to/cc".format(" ".join(plan.compiler.command)),
    )
