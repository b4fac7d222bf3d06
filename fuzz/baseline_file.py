"""Any bytes as a baseline: it is one, or it is refused."""

from __future__ import annotations

from tests.analysis import any_text

from .seeds import baselines as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input."""
    any_text.check_baseline(data.decode("utf-8", "replace"))
