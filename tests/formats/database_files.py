"""Database files for tests, made by the libraries they belong to."""

import ctypes
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

Read = Callable[[int, int], bytes]

_WRITE, _NUMSYNC = 3, 0x2000
"""GDBM_NEWDB and the flag for the format with a counter."""


class Files(list[tuple[dict[bytes, bytes], bytes]]):
    """Entries, and a sound file that holds them; too long to be shown."""

    def __repr__(self) -> str:
        return "Files(…)"


def berkeley(
    path: Path, entries: Mapping[bytes, bytes], *options: str, kind: str = "hash"
) -> bytes:
    """Return a file as db_load makes it; ``options`` are words like `db_pagesize=512`."""
    path.unlink(missing_ok=True)
    text = b"".join(_line(key) + _line(value) for key, value in entries.items())
    words = [word for option in options for word in ("-c", option)]
    subprocess.run(("db_load", "-T", "-t", kind, *words, path), input=text, check=True)
    return path.read_bytes()


class _Datum(ctypes.Structure):
    _fields_ = (("data", ctypes.c_char_p), ("size", ctypes.c_int))


def gdbm(
    path: Path,
    entries: Mapping[bytes, bytes],
    *,
    block: int = 512,
    numsync: bool = False,
    removed: tuple[bytes, ...] = (),
) -> bytes:
    """Return a file as libgdbm makes it; ``removed`` keys are deleted in the end."""
    library = _libgdbm()
    flags = _WRITE | (_NUMSYNC if numsync else 0)
    opened = library.gdbm_open(str(path).encode(), block, flags, 0o600, None)
    assert opened
    for key, value in entries.items():
        assert library.gdbm_store(opened, _datum(key), _datum(value), 1) == 0
    for key in removed:
        assert library.gdbm_delete(opened, _datum(key)) == 0
    library.gdbm_close(opened)
    return path.read_bytes()


def reader(data: bytes) -> Read:
    """Return what reads a file that is in memory."""
    return lambda at, size: data[at : at + size]


def _line(data: bytes) -> bytes:
    plain = [33 <= byte < 127 and byte != 92 for byte in data]
    return (
        b"".join(
            bytes([byte]) if fits else b"\\%02x" % byte
            for byte, fits in zip(data, plain, strict=True)
        )
        + b"\n"
    )


def _datum(data: bytes) -> _Datum:
    return _Datum(data, len(data))


@cache
def _libgdbm() -> Any:
    library = ctypes.CDLL("libgdbm.so.6")
    library.gdbm_open.restype = ctypes.c_void_p
    library.gdbm_store.argtypes = (ctypes.c_void_p, _Datum, _Datum, ctypes.c_int)
    library.gdbm_delete.argtypes = (ctypes.c_void_p, _Datum)
    library.gdbm_close.argtypes = (ctypes.c_void_p,)
    return library
