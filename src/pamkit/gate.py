"""How many logins may be under way at once, of one source and in all.

Who is over waits in line, one of each source after the other, or is refused.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pamkit.turns import Turns
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import refusal

if TYPE_CHECKING:
    from pamkit.vocab.errors import PamError

_REFUSING = frozenset(ReturnCode) - {
    ReturnCode.SUCCESS,
    ReturnCode.IGNORE,
    ReturnCode.INCOMPLETE,
    ReturnCode.NEW_AUTHTOK_REQD,
}
"""Codes that say no, and ask for nothing."""


class Gate:
    """Lets logins in as long as there are places; a setting of `pamkit.aio.Transaction`.

    At most ``in_all`` logins are under way at once, and ``of_one`` of one source: a host, a network
    of IPv6, or a user where no host is known (the items `RHOST` and `USER`).  A login is under way
    from the beginning of its `authenticate`, `chauthtok` or `admit` to the end, prompts and the
    delay of a failure included; what comes after it needs no place.

    Who finds none waits in line for up to ``patience`` seconds by the clock of the loop; with 0,
    not at all.  At most ``in_line`` of one source wait.  Whoever cannot wait, or has waited for too
    long, is refused with ``code`` before a module is asked.

    One loop uses a gate; the transactions of a program on that loop share it.  `ValueError` for
    limits below 1, a patience or a line below 0, and a code that does not refuse.
    """

    __slots__ = ("_code", "_in_line", "_loop", "_patience", "_turns")

    def __init__(
        self,
        *,
        of_one: int = 10,
        in_all: int = 10_000,
        patience: float = 30.0,
        in_line: int = 100,
        code: int = ReturnCode.TRY_AGAIN,
    ) -> None:
        """Make a gate with all of its places free."""
        if code not in _REFUSING:
            raise ValueError(f"expected a code that refuses, found `{ReturnCode(code).name}`")
        if not (patience >= 0 and in_line >= 0):  # `nan` is neither
            raise ValueError("expected a patience and a line of at least 0")
        self._turns: Turns[asyncio.Future[bool]] = Turns(in_all=in_all, of_one=of_one)
        self._patience, self._in_line, self._code = patience, in_line, ReturnCode(code)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def enter(self, source: str) -> None:
        """Take a place for a source, waiting for it if need be; `leave` gives it back.

        Raises the `PamError` of the gate's code if there is none.  Cancelled, it has taken none.
        `RuntimeError` while the logins of another loop have places.
        """
        loop = self._on_this_loop()
        may_wait = self._turns.waiting(source) < self._in_line
        place = loop.create_future()
        self._turns.join(source, place)
        self._let_in()
        if place.done():
            return  # yes to coming in: a place was free
        if not may_wait:
            self._turns.withdraw(source, place)
            raise self._refusal(source)
        timer = loop.call_later(self._patience, self._send_away, source, place)
        try:
            has_place = await place
        except BaseException:  # a cancellation; it goes on
            if place.done() and not place.cancelled() and place.result():
                self.leave(source)  # the place came at the same moment
            else:
                self._turns.withdraw(source, place)
            raise
        finally:
            timer.cancel()
        if not has_place:
            raise self._refusal(source)

    def leave(self, source: str) -> None:
        """Give a place back, to the next in turn."""
        self._turns.give_back(source)
        self._let_in()

    def waiting(self, source: str | None = None) -> int:
        """How many wait in line, of one source or of all."""
        return self._turns.waiting(source)

    def under_way(self, source: str | None = None) -> int:
        """How many have a place, of one source or of all."""
        return self._turns.under_way(source)

    def _on_this_loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            if self._turns.under_way():
                raise RuntimeError("a gate is used by one loop")
            self._loop = loop
        return loop

    def _let_in(self) -> None:
        """Give all free places to those whose turn it is."""
        while (taken := self._turns.take()) is not None:
            source, place = taken
            # Cancelled and not yet awake to leave the line, or of a loop where nobody ever wakes.
            if place.done() or place.get_loop().is_closed():
                self._turns.give_back(source)
            else:
                place.set_result(True)

    def _send_away(self, source: str, place: asyncio.Future[bool]) -> None:
        if self._turns.withdraw(source, place) and not place.done():
            place.set_result(False)

    def _refusal(self, source: str) -> PamError:
        return refusal(self._code, f"too many logins of `{source}` are under way")
