"""What built libraries were built from: one line that changes with any source."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from pamkit.native.contents import PAMKIT

STAMP = "built-from"
"""The file beside the libraries that keeps the line."""


def stamp() -> str:
    """Return the line for the sources as they are: C, recipe, and every module of pamkit."""
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        name = os.fsencode(path.relative_to(PAMKIT))
        data = path.read_bytes()
        digest.update(b"%d %s %d\n" % (len(name), name, len(data)))
        digest.update(data)
    return digest.hexdigest()


def stamp_of(directory: Path) -> str:
    """Return the line that lies beside built libraries; empty if there is none."""
    try:
        return (directory / STAMP).read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _sources() -> list[Path]:
    suffixes = (".py", ".c", ".h", ".map")
    return [
        path
        for path in PAMKIT.rglob("*")
        if path.suffix in suffixes and path.is_file() and "cli" not in path.parts
    ]
