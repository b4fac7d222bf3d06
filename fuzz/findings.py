"""Any bytes as a tree of policies: lint ends, and what it finds lies in the files."""

from __future__ import annotations

from tests.analysis import any_text

from .drawn import dialect_of, files_of
from .seeds import trees as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input."""
    any_text.check_findings(files_of(data), dialect_of(data))
