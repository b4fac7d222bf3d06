"""A wheel of pamkit with the native libraries in it, made of a wheel without.

The libraries belong to a machine, not to a Python: the tag is `py3-none-linux_x86_64` or the like.
They need a C library as new as the one they were built with.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import sysconfig
import zipfile
from pathlib import Path

from pamkit.native.problem import Problem
from pamkit.native.recipe import LIBRARIES
from pamkit.native.stamp import STAMP

PLACE = "pamkit/native/lib"
"""Where the libraries are in the wheel, and so where pamkit finds them."""

_PURE = "-py3-none-any.whl"
_OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of every added file: the same input makes the same wheel."""


def platform_tag() -> str:
    """Return the wheel tag of this machine."""
    return "py3-none-" + sysconfig.get_platform().replace("-", "_").replace(".", "_")


def add_libraries(wheel: Path, libraries: Path, into: Path) -> Path:
    """Write a wheel for this machine beside or elsewhere; return its path.

    Raises `Problem` if the wheel is not one of pamkit alone, `OSError` if a file is missing.
    """
    if not wheel.name.startswith("pamkit-") or not wheel.name.endswith(_PURE):
        raise Problem(f"`{wheel}` is no wheel of pamkit", f"expected `pamkit-...{_PURE}`")
    added = {f"{PLACE}/{row.file}": (libraries / row.file).read_bytes() for row in LIBRARIES}
    added[f"{PLACE}/{STAMP}"] = (libraries / STAMP).read_bytes()
    made = into / (wheel.name.removesuffix(_PURE) + f"-{platform_tag()}.whl")
    aside = made.with_name(f".{made.name}")
    try:
        with zipfile.ZipFile(wheel) as old, zipfile.ZipFile(aside, "w") as new:
            _copy(old, new, added)
        aside.rename(made)
    except zipfile.BadZipFile:
        raise Problem(f"`{wheel}` is no wheel") from None
    finally:
        aside.unlink(missing_ok=True)
    return made


def _copy(old: zipfile.ZipFile, new: zipfile.ZipFile, added: dict[str, bytes]) -> None:
    records: list[tuple[str, str, int | str]] = []
    record = ""
    for entry in old.infolist():
        data = old.read(entry)
        if entry.filename.endswith(".dist-info/RECORD"):
            record = entry.filename
            continue
        if entry.filename.endswith(".dist-info/WHEEL"):
            data = _retagged(data)
        entry.compress_type = zipfile.ZIP_DEFLATED
        new.writestr(entry, data)
        records.append((entry.filename, _digest(data), len(data)))
    for name, data in added.items():
        new.writestr(_entry(name), data)
        records.append((name, _digest(data), len(data)))
    records.append((record, "", ""))
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(records)
    new.writestr(_entry(record), text.getvalue())


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _OLDEST)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o100644 << 16
    return entry


def _retagged(data: bytes) -> bytes:
    """Return the file WHEEL for a wheel that belongs to a machine."""
    lines = []
    for line in data.decode().splitlines():
        key = line.partition(":")[0]
        if key == "Root-Is-Purelib":
            line = "Root-Is-Purelib: false"
        elif key == "Tag":
            line = f"Tag: {platform_tag()}"
        lines.append(line)
    return ("\n".join(lines) + "\n").encode()


def _digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
