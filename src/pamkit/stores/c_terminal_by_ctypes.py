"""Terminals, pairs of streams and signals, in a Python process."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_XCASE = 4
"""C: from `asm-generic/termbits.h`; Python leaves it out in places."""


def raw_terminal(descriptor: int, /) -> object:
    """tcsetattr(3): let all bytes pass; return the mode before."""
    import termios

    before: list[Any] = _done("tcgetattr", descriptor)
    mode = [*before[:6], [*before[6]]]
    mode[0] = 0
    mode[1] &= ~termios.OPOST
    mode[2] = mode[2] & ~(termios.CSIZE | termios.PARENB) | termios.CS8
    mode[3] &= ~(_XCASE | termios.ISIG | termios.ICANON | termios.ECHO)
    mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
    _done("tcsetattr", descriptor, termios.TCSAFLUSH, mode)
    return (*before[:6], tuple(before[6]))


def set_terminal(descriptor: int, mode: object, /) -> None:
    """tcsetattr(3): give a terminal a mode that `raw_terminal` returned."""
    import termios

    if not isinstance(mode, tuple) or len(mode) != 7:
        raise TypeError("no mode of a terminal")
    _done("tcsetattr", descriptor, termios.TCSANOW, [*mode[:6], [*mode[6]]])


def hold_signals() -> object:
    """pthread_sigmask(3), for all signals."""
    signal = _signal()
    return frozenset(signal.pthread_sigmask(signal.SIG_SETMASK, signal.valid_signals()))


def release_signals(held: object, /) -> None:
    """pthread_sigmask(3), with what `hold_signals` returned."""
    signal = _signal()
    if not isinstance(held, frozenset):
        raise TypeError("no set of signals")
    signal.pthread_sigmask(signal.SIG_SETMASK, held)


def stream_pair() -> tuple[int, int]:
    """socketpair(2): two ends of a stream; a program that is run inherits neither."""
    import _socket

    one, other = _socket.socketpair()
    return one.detach(), other.detach()


def _done(function: str, *args: object) -> Any:
    import termios

    try:
        return getattr(termios, function)(*args)
    except termios.error as fault:
        code = int(fault.args[0])
        raise OSError(code, os.strerror(code), function) from None


def _signal() -> Any:
    """Return the module in C behind `signal`, which brings `enum` along."""
    import _signal  # type: ignore[import-not-found]  # type checkers know the other one only

    return _signal
