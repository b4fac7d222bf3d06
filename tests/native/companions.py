"""libpam_misc and libpamc built for tests, and C programs that are linked to them.

A program finds its libraries by LD_LIBRARY_PATH, so that one program runs on the system's
libraries and on ours.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.conftest import ROOT

C = ROOT / "src" / "pamkit" / "native" / "c"
HERE = Path(__file__).resolve().parent

LIBPAM_MISC = "libpam_misc"
LIBPAMC = "libpamc"

LANGUAGE = ("-std=gnu11", "-D_GNU_SOURCE", f"-I{C / 'include'}")
WARNINGS = (
    *("-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Wstrict-prototypes"),
    *("-Wmissing-prototypes", "-Wvla", "-Werror"),
)
HARDENED = ("-O2", "-g", "-D_FORTIFY_SOURCE=2", "-fstack-protector-strong")
SANITIZED = ("-O1", "-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")
NEEDED = {LIBPAM_MISC: ("-l:libpam.so.0",), LIBPAMC: ()}


def sources(library: str) -> list[Path]:
    """Every C file of a library."""
    return sorted((C / library).glob("*.c"))


def build_library(library: str, into: Path, *, files: list[Path] | None = None) -> Path:
    """One library, the way it is shipped; raises AssertionError with what the compiler objects."""
    built = into / f"{library}.so.0"
    _compile(
        *(*LANGUAGE, *WARNINGS, "-fanalyzer", *HARDENED),
        *("-fPIC", "-shared", "-fvisibility=hidden", f"-I{C / library}"),
        *("-o", built, f"-Wl,-soname,{built.name}"),
        f"-Wl,--version-script={C / library / library}.map",
        *("-Wl,-z,relro", "-Wl,-z,now", "-Wl,-z,noexecstack", "-Wl,-z,defs"),
        *(sources(library) if files is None else files),
        *NEEDED[library],
    )
    return built


def build_program(source: str, into: Path, library: Path, *flags: str, name: str = "") -> Path:
    """A program of this directory, linked to a library that `build_library` made."""
    program = into / (name or Path(source).stem)
    _compile(
        *(*LANGUAGE, *WARNINGS, "-O1", "-g", *flags, "-o", program, HERE / source),
        *(f"-L{library.parent}", f"-l:{library.name}", "-l:libpam.so.0"),
    )
    return program


def build_sanitized(source: str, into: Path, library: str) -> Path:
    """A program that has the library's own files in it, under ASan and UBSan."""
    program = into / f"{Path(source).stem}-sanitized"
    _compile(
        *(*LANGUAGE, *WARNINGS, *SANITIZED, "-o", program, HERE / source),
        *(*sources(library), "-l:libpam.so.0"),
    )
    return program


def environment(libraries: Path | None) -> dict[str, str]:
    """What a program is started with; `None` for the system's own libraries."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    if libraries is not None:
        kept["LD_LIBRARY_PATH"] = str(libraries)
    return kept


def read_elf(*arguments: str | Path) -> str:
    """What readelf says, in lines that are not wrapped."""
    command = ["readelf", "-W", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _compile(*arguments: object) -> None:
    done = subprocess.run(["cc", *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
