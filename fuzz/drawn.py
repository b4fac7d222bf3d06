"""Bytes as the fuzzer draws them, taken for texts, files and words."""

from __future__ import annotations

from pamkit.policy.dialect import DEBIAN, LINUX, Dialect
from tests.analysis.any_text import NAMES

BETWEEN = b"\n%%\n"
"""What stands between the files of one input."""


def text_of(data: bytes) -> str:
    """Return bytes as a policy is read."""
    return data.decode("utf-8", "surrogateescape")


def files_of(data: bytes) -> dict[str, str]:
    """Return the files of an input; those behind the last name are left out."""
    return dict(zip(NAMES, map(text_of, data.split(BETWEEN)), strict=False))


def dialect_of(data: bytes) -> Dialect:
    """Return a dialect: what is included decides, or else the length."""
    return DEBIAN if b"@" in data or len(data) % 2 else LINUX
