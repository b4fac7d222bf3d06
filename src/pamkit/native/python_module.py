"""A `pam_NAME.so` for a module in Python: a copy of `pam_pamkit.so` that knows which it is.

C: the file holds `PAMKIT-MODULE-IS=`, and behind it 256 bytes: nothing, the name of one of
pamkit's modules, or the path of a file of Python; then NULs to the end.
"""

from __future__ import annotations

import os
from pathlib import Path

from pamkit.native.contents import PAMKIT
from pamkit.native.core_path import core_path
from pamkit.native.place import unsafe
from pamkit.native.problem import Problem
from pamkit.native.put import put
from pamkit.native.recipe import MODULE

MARK = b"PAMKIT-MODULE-IS="
ROOM = 256
"""Bytes behind the mark, the last NUL included."""


def module_of(library: bytes) -> str | None:
    """Return which module a file is: empty where the policy says it, `None` without a mark."""
    at = library.find(MARK)
    if at < 0:
        return None
    at += len(MARK)
    return os.fsdecode(library[at : at + ROOM].partition(b"\0")[0])


def make_module(name: str, source: Path, into: Path, *, python: Path | None) -> Path:
    """Write `pam_NAME.so` into a directory, from the libraries of another; return its path.

    It serves a file of Python, or without one pamkit's module of that name.  Raises `Problem`
    where there is no such module or file, where others could change the file, and where
    somebody else's `pam_NAME.so` lies in its place.
    """
    if not name.startswith("pam_"):
        name = f"pam_{name}"
    if not (name.isascii() and name.isidentifier()):
        raise Problem(f"`{name}` is no name of a module", "expected one as in `pam_example`")
    target = into / f"{name}.so"
    if target.exists() and module_of(target.read_bytes()) != (str(python) if python else name):
        raise Problem(f"`{target}` is something else: it is not overwritten")
    if python is None:
        if not (PAMKIT / "modules" / f"{name}.py").is_file():
            raise Problem(f"pamkit has no module `{name}`", "a file of your own: --python FILE")
    elif wrong := _unfit(python):
        raise Problem(f"`{python}` cannot serve: {wrong}")
    library = (source / MODULE).read_bytes()
    if not core_path(library):
        raise Problem(f"`{source / MODULE}` does not know its core", "install it first")
    put(target, _marked(library, str(python) if python else name))
    return target


def _unfit(python: Path) -> str:
    """Return why a file would be refused when a program asks for it; empty if it would not."""
    if not python.is_absolute():
        return "expected an absolute path"
    if python.is_symlink() or not python.is_file():
        return "expected a file, and no link to one"
    found = unsafe(python)
    return found[0] if found else ""


def _marked(library: bytes, module: str) -> bytes:
    said = os.fsencode(module)
    if len(said) >= ROOM:
        raise Problem(f"`{module}` is too long", f"expected at most {ROOM - 1} bytes")
    at = library.index(MARK) + len(MARK)
    if library.find(MARK, at) >= 0:
        raise Problem("a library says twice which module it is")
    return library[:at] + said.ljust(ROOM, b"\0") + library[at + ROOM :]
