"""What builds the native libraries: a C compiler, and a Python that fits into a library."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pamkit.native.contents import BUILT_IN, FOR_FILES
from pamkit.native.problem import Problem
from pamkit.vocab.record import Record

OLDEST = 11
"""The minor version of Python 3 that the engine needs."""

NEWEST = 19
"""How far to look for installed ones."""

_HOW_TO_GET = "apt install gcc python3-dev"


class Compiler(Record):
    """How to call the C compiler."""

    command: tuple[str, ...]
    flags: tuple[str, ...]
    """What the caller adds when compiling (`CFLAGS`) ..."""
    link_flags: tuple[str, ...]
    """... and when linking (`LDFLAGS`)."""


class Python(Record):
    """An interpreter, its headers, and the library that is the same interpreter."""

    interpreter: Path
    version: str
    """As in `3.11`."""
    headers: tuple[Path, ...]
    library: Path
    """A static archive, or with ``shared`` a shared object."""
    shared: bool
    for_files: tuple[str, ...] = ()
    """Modules in C that it holds beside those of the engine; see `contents.FOR_FILES`."""
    standard_library: str = ""
    """Where the files of its standard library lie."""


def find_compiler(environment: Mapping[str, str]) -> Compiler:
    """Return the C compiler: `CC` of an environment, else `cc`, `gcc` or `clang`.

    Raises `Problem` where there is none.
    """
    chosen = environment.get("CC", "").split()
    for command in [chosen] if chosen else (["cc"], ["gcc"], ["clang"]):
        if shutil.which(command[0]):
            return Compiler(
                command=tuple(command),
                flags=tuple(environment.get("CFLAGS", "").split()),
                link_flags=tuple(environment.get("LDFLAGS", "").split()),
            )
    if chosen:
        raise Problem(f"there is no C compiler `{chosen[0]}`", "`CC` in the environment names it")
    raise Problem(
        "there is no C compiler; expected `cc`, `gcc` or `clang`",
        f"{_HOW_TO_GET}, or name one: CC=/path/to/cc",
    )


def find_python(prefix: Path | None, *, shared: bool) -> Python:
    """Return the newest Python that can be linked into a library, with its headers.

    ``prefix`` is where one was installed (`/usr`, `/opt/python3.12`); `None` looks in the usual
    places.  With ``shared`` its shared library will do: such a core needs Python's files at run
    time and is meant for developing.  Raises `Problem` that says what each one found lacks.
    """
    lacking: list[str] = []
    for interpreter in _interpreters(prefix):
        found = _examine(interpreter, shared=shared)
        if isinstance(found, Python):
            return found
        lacking.append(f"{interpreter}: {found}")
    kind = "shared library" if shared else "static archive (PIC)"
    where = "" if prefix is None else f" below `{prefix}`"
    message = f"found no Python 3.{OLDEST} or newer with headers and a {kind}{where}"
    advice = _HOW_TO_GET
    if not shared:
        advice += "; for developing, a core that uses a shared libpython: `--shared-python`"
    raise Problem("\n".join([message, *(f"  {line}" for line in lacking)]), advice)


_ASK = """
import json, sys, sysconfig
names = ("INCLUDEPY", "CONFINCLUDEPY", "LIBPL", "LIBDIR", "LDLIBRARY", "INSTSONAME")
answer = {name: sysconfig.get_config_var(name) or "" for name in names}
answer["version"] = "%d.%d" % sys.version_info[:2]
answer["implementation"] = sys.implementation.name
answer["modules"] = " ".join(sys.builtin_module_names)
answer["files"] = sysconfig.get_path("stdlib")
print(json.dumps(answer))
"""


def _interpreters(prefix: Path | None) -> Iterator[Path]:
    """Yield interpreters that are installed, newest first, the running one last."""
    places = (Path("/usr"), Path("/usr/local")) if prefix is None else (prefix,)
    for minor in range(NEWEST, OLDEST - 1, -1):
        for place in places:
            if (path := place / "bin" / f"python3.{minor}").is_file():
                yield path
    if prefix is None:
        # The one a virtual environment was made from: that has the archive, if any has.
        base = Path(sys.base_prefix) / "bin" / "python{}.{}".format(*sys.version_info)
        if base.is_file() and not base.is_relative_to("/usr"):
            yield base


def _examine(interpreter: Path, *, shared: bool) -> Python | str:
    """Return a Python, or what it lacks."""
    try:
        done = subprocess.run(  # noqa: S603  # it is asked about itself
            [interpreter, "-I", "-S", "-c", _ASK], capture_output=True, check=True
        )
        answer: dict[str, str] = json.loads(done.stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        return "does not say what it is"
    version = answer["version"]
    if answer["implementation"] != "cpython" or int(version.partition(".")[2]) < OLDEST:
        return f"is {answer['implementation']} {version}"
    headers = tuple(dict.fromkeys(Path(answer[n]) for n in ("INCLUDEPY", "CONFINCLUDEPY")))
    if not (headers[0] / "Python.h").is_file():
        return f"no `{headers[0]}/Python.h`"
    if outside := [name for name in BUILT_IN if name not in answer["modules"].split()]:
        return f"its modules {', '.join(f'`{name}`' for name in outside)} are files of their own"
    candidates = _shared(answer) if shared else _static(answer)
    for library in candidates:
        if library.is_file():
            return Python(
                interpreter=interpreter,
                version=version,
                headers=headers,
                library=library,
                shared=shared,
                for_files=tuple(n for n in FOR_FILES if n in answer["modules"].split()),
                standard_library=answer.get("files", ""),
            )
    return f"no `{candidates[0]}`"


def _static(answer: dict[str, str]) -> list[Path]:
    """Return where a static archive may be; the linker will say if it is not PIC after all."""
    name, config, plain = f"libpython{answer['version']}", answer["LIBPL"], answer["LIBDIR"]
    pic = Path(config, f"{name}-pic.a")
    # C: objects of a shared build are PIC, in the archive too; those of others are not.  Debian's
    # plain archive is for programs, whatever its own configuration says.
    if not answer["INSTSONAME"].endswith(".a") and not config.startswith("/usr/lib/"):
        return [pic, Path(config, f"{name}.a"), Path(plain, f"{name}.a")]
    return [pic]


def _shared(answer: dict[str, str]) -> list[Path]:
    name, directory = f"libpython{answer['version']}.so", Path(answer["LIBDIR"])
    return [
        directory / file for file in (answer["INSTSONAME"], f"{name}.1.0", name) if ".so" in file
    ]
