"""Any bytes as a tree of policies: what is mended needs no mending, and means the same."""

from __future__ import annotations

from tests.analysis import any_text

from .drawn import dialect_of, files_of
from .seeds import trees as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input."""
    any_text.check_mending(files_of(data), dialect_of(data))
