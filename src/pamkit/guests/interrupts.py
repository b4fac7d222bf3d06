"""Interrupts that came while C was on the stack, kept until C has come to its end."""

from __future__ import annotations

from _thread import get_ident

kept: dict[int, BaseException] = {}
"""By thread, for whoever called C in it."""


def keep(fault: BaseException) -> None:
    """Keep an interrupt of this thread; the first one counts."""
    kept.setdefault(get_ident(), fault)


def is_kept() -> bool:
    """Whether an interrupt of this thread waits for C to come to its end."""
    return get_ident() in kept


def raise_kept() -> None:
    """Raise the interrupt that came in this thread, if one did."""
    fault = kept.pop(get_ident(), None)
    if fault is not None:
        raise fault
