"""Whether built libraries are what they should be: complete, closed, protected, and at work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pamkit.native.boot import boot
from pamkit.native.core_path import core_path
from pamkit.native.elf import SharedObject, machine_of, read_shared_object
from pamkit.native.place import unsafe
from pamkit.native.problem import Problem
from pamkit.native.recipe import CORE, LIBRARIES, C, Library
from pamkit.native.version_script import differences, read_version_script
from pamkit.vocab.record import Record


class Check(Record):
    """One thing that was looked at."""

    subject: str
    """A library, or what they do together."""
    wrong: tuple[str, ...]
    """What is wrong with it, a sentence each; nothing if it is well."""


def check(directory: Path, *, installed: bool, sources: Path = C) -> Iterator[Check]:
    """Look at every library of a directory, and play a transaction with them.

    Their symbols must be those of the version scripts among the sources.
    With ``installed`` files and directories must belong to root and be closed to all others.
    """
    directory = directory.absolute()
    is_whole = True
    for row in LIBRARIES:
        wrong = _library(directory, row, sources)
        is_whole = is_whole and not wrong
        yield Check(row.file, wrong)
    if installed:
        paths = (directory / row.file for row in LIBRARIES)
        yield Check("owners and modes", tuple(dict.fromkeys(w for p in paths for w in unsafe(p))))
    if is_whole:
        yield Check("a transaction", boot(directory))


def _library(directory: Path, row: Library, sources: Path) -> tuple[str, ...]:
    path = directory / row.file
    try:
        found = read_shared_object(path)
        nodes = read_version_script(sources / row.room / row.version_script)
        return (
            *differences(nodes, found.exported),
            *_names(found, row),
            *_protection(found),
            *_core(directory, path.read_bytes(), row),
        )
    except Problem as problem:
        return (problem.message,)
    except OSError as fault:
        return (f"`{path}` cannot be read: {(fault.strerror or '').lower()}",)


def _names(found: SharedObject, row: Library) -> Iterator[str]:
    """Who it is, and whom it asks for."""
    if found.soname != row.soname:
        yield f"it calls itself `{found.soname}`; expected `{row.soname}`"
    for needed in row.needs:
        if needed not in found.needed:
            yield f"it is not linked with `{needed}`"
    known = (*row.needs, "libc.", "ld-linux", *(f"lib{name}." for name in row.system))
    for needed in found.needed:
        if row.holds_python and needed.startswith("libpython"):
            continue  # a build for developing
        if not needed.startswith(known):
            yield f"it needs `{needed}`"
    if found.search_path and not any(name.startswith("libpython") for name in found.needed):
        yield f"it looks for libraries in `{':'.join(found.search_path)}`"


def _protection(found: SharedObject) -> Iterator[str]:
    if found.executable_stack:
        yield "it asks for an executable stack"
    if found.writable_code:
        yield "it has code that can be written"
    if not found.relro:
        yield "what is bound stays writable (no full RELRO)"


def _core(directory: Path, data: bytes, row: Library) -> Iterator[str]:
    """Where it looks for its core; what a wheel brought has not been told yet."""
    said = core_path(data)
    if said and said != str(directory / CORE):
        yield f"it looks for its core at `{said}`; expected `{directory / CORE}`"
    if said is None and row.file == "libpam.so.0":
        yield "it does not say where its core is"
    core = directory / CORE
    if said and core.is_file() and machine_of(core) != machine_of(directory / row.file):
        yield "it is for another machine than its core"
