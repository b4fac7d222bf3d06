"""Signals held back while the terminal is not as it should be."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_HELD_BACK = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM", "SIGTSTP", "SIGCONT")
"""Signals after which somebody else may look at the terminal."""


class HeldSignals:
    """Signals that came while the terminal was not as it should be, kept for later.

    Nothing is interrupted: a handler notes the signal and rings at ``wake``.  Works in the
    main thread, where Python runs handlers; elsewhere it holds nothing back.  ``wake`` is a
    descriptor to poll, open within the `with`; `deliver` comes after it.
    """

    __slots__ = ("_before", "_bell", "_came", "wake")

    def __init__(self) -> None:
        self._before: list[tuple[int, Any]] = []
        self._came: list[int] = []
        self.wake = self._bell = -1

    def __enter__(self) -> None:
        import _signal  # type: ignore[import-not-found]  # `signal` is this with enumerations

        self.wake, self._bell = os.pipe()
        os.set_blocking(self._bell, False)
        try:
            for name in _HELD_BACK:
                number = getattr(_signal, name)
                handler = _signal.getsignal(number)
                if handler is None or handler == _signal.SIG_IGN:
                    continue  # not Python's, or wanted ignored
                self._before.append((number, handler))
                _signal.signal(number, self._note)
        except ValueError:
            self._before.clear()  # not the main thread
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        import _signal

        try:
            while self._before:
                _signal.signal(*self._before[-1])
                self._before.pop()
        finally:
            # A handler that is itself again may raise at once: the others must be put back too.
            if self._before:
                self.__exit__()
            elif self.wake >= 0:
                os.close(self.wake)
                os.close(self._bell)
                self.wake = self._bell = -1

    def deliver(self) -> None:
        """Send the signals again, to whom they were meant for."""
        import _signal

        for number in dict.fromkeys(self._came):
            _signal.raise_signal(number)

    def _note(self, number: int, _: object) -> None:
        self._came.append(number)
        try:  # noqa: SIM105  # `contextlib` is nothing for the login path
            os.write(self._bell, b"!")
        except BlockingIOError:
            pass  # it rings already
