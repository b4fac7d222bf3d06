"""Where the dynamic linker looks for libraries by itself, and which file it finds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from pamkit.native.elf import machine_of

_TRUSTED = ("lib", "usr/lib", "lib64", "usr/lib64", "lib32", "usr/lib32", "libx32", "usr/libx32")
_NAMED = ("lib/*-linux-*", "usr/lib/*-linux-*", "usr/local/lib", "usr/local/lib/*-linux-*")


def own_directories(root: Path = Path("/")) -> tuple[Path, ...]:
    """Return the directories below a root that hold the libraries of the system itself."""
    found = [root / name for name in _TRUSTED]
    found += [path for pattern in _NAMED for path in sorted(root.glob(pattern))]
    return tuple(path for path in found if path.is_dir())


def search_directories(root: Path = Path("/")) -> tuple[Path, ...]:
    """Return every directory below a root where libraries are looked for (ld.so(8))."""
    configured = _configured(root, root / "etc/ld.so.conf", depth=0)
    found = [*own_directories(root), *(path for path in configured if path.is_dir())]
    return tuple(dict.fromkeys(found))


def files_called(soname: str, *, like: Path) -> tuple[Path, ...]:
    """Return the files that programs get for a name, symbolic links followed.

    Only those for the machine that the file ``like`` is for.
    """
    candidates = [path / soname for path in search_directories()]
    candidates += _in_cache(soname)
    found = []
    for path in candidates:
        if path.is_file() and machine_of(path) == machine_of(like):
            found.append(path.resolve())
    return tuple(dict.fromkeys(found))


def _configured(root: Path, file: Path, *, depth: int) -> Iterator[Path]:
    """Yield the directories that a configuration of ldconfig(8) names."""
    try:
        lines = file.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        words = line.partition("#")[0].split()
        if words[:1] == ["include"] and depth < 4:
            for pattern in words[1:]:
                below = pattern.lstrip("/") if pattern.startswith("/") else f"etc/{pattern}"
                for included in sorted(root.glob(below)):
                    yield from _configured(root, included, depth=depth + 1)
        elif len(words) == 1 and words[0].startswith("/"):
            yield root / words[0].partition("=")[0].lstrip("/")


def _in_cache(soname: str) -> list[Path]:
    """Return what the linker's cache holds for a name."""
    ldconfig = shutil.which("ldconfig", path=f"{os.defpath}:/sbin:/usr/sbin")
    if ldconfig is None:
        return []
    done = subprocess.run(  # noqa: S603  # it lists its cache
        [ldconfig, "-p"], capture_output=True, text=True, errors="surrogateescape", check=False
    )
    found = re.findall(r"^\s+(\S+) \(.*\) => (/.*)$", done.stdout, re.MULTILINE)
    return [Path(path) for name, path in found if name == soname]
