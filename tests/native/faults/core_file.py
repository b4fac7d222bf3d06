"""Copies of our library that look for their private core elsewhere."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.native.faults.subject import Subject

_MARK = b"PAMKIT-CORE-PATH="
_ROOM = 256


def core_of(subject: Subject) -> Path | None:
    """Return where a library looks for its core; None if it has none (stock)."""
    text = subject.library.read_bytes()
    at = text.find(_MARK)
    if at < 0:
        return None
    name = text[at + len(_MARK) : at + len(_MARK) + _ROOM]
    return Path(name.split(b"\0")[0].decode())


def with_core(subject: Subject, directory: Path, core: str) -> Subject:
    """Return the library again, in a new directory, looking for its core in the file ``core``."""
    shutil.copytree(subject.directory, directory)
    library = directory / "libpam.so.0"
    text = library.read_bytes()
    at = text.index(_MARK) + len(_MARK)
    library.write_bytes(text[:at] + core.encode().ljust(_ROOM, b"\0") + text[at + _ROOM :])
    return subject._replace(directory=directory, name=f"{subject.name} (core: {core})")
