"""Any words behind any module: they are read, and what the module may do can be said."""

from __future__ import annotations

from tests.analysis import any_text

from .drawn import text_of
from .seeds import arguments as seeds

__all__ = ["one", "seeds"]


def one(data: bytes) -> None:
    """Try one input: a module, and its arguments."""
    module, _, args = text_of(data).partition(" ")
    any_text.check_options(module, tuple(args.split(" ")) if args else ())
