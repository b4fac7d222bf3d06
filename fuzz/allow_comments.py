"""Any bytes with comments that allow: they count where they say, and nowhere else."""

from __future__ import annotations

from tests.analysis import any_text

from .drawn import text_of
from .seeds import comments as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input."""
    any_text.check_allowances(text_of(data))
