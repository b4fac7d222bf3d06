"""A file put in its place whole: written aside, on the disk before it has its name."""

from __future__ import annotations

import os
from pathlib import Path


def put(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file of that mode, whatever the umask; who has the old one open keeps it."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        aside.rename(path)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise


def put_link(path: Path, target: str) -> None:
    """Make or replace a symbolic link."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.symlink_to(target)
    aside.rename(path)


def make_directory(path: Path) -> None:
    """Make a directory and what is missing above it, each for everybody to read."""
    if path.is_dir():
        return
    make_directory(path.parent)
    path.mkdir()
    path.chmod(0o755)


def sync_directory(path: Path) -> None:
    """See to it that the names in a directory are on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
