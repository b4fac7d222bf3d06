"""Any bytes as a policy: nothing is lost, and every word stands where it says."""

from __future__ import annotations

from tests.analysis import any_text

from .drawn import text_of
from .seeds import texts as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input."""
    any_text.check_reading(text_of(data))
