"""Whose turn it is: of those in line, one of each source after the other.

A source is where logins come from.  One that brings a thousand keeps its own thousand waiting, and
everybody else for one turn.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

from pamkit.formats.ip_address import address, dotted, embedded

if TYPE_CHECKING:
    from collections.abc import Hashable

_T = TypeVar("_T", bound="Hashable")

_NETWORK = 64
"""Bits of an IPv6 address that a provider gives to one customer."""


def source_of(host: str | None, user: str | None) -> str:
    """Return where a login comes from: its host, or its user where no host is known.

    ``host`` is the item `RHOST`.  Of an IPv6 address the first 64 bits count: who has one address
    of a network has all of them.
    """
    if not host:
        return f"user {user or ''}"
    found = address(host.partition("%")[0])
    if found is None:
        return f"host {host.lower()}"
    found = embedded(found) or found
    if found.bits == 32:
        return f"host {dotted(found)}"
    return f"network {found.number >> (found.bits - _NETWORK):x}/{_NETWORK}"


class Turns(Generic[_T]):
    """Those in line, by source, and how many of each source are under way.

    At most ``in_all`` are under way at once, and ``of_one`` of one source (`None`: as many as of
    all).  Nothing waits in here and nothing is locked: who holds this does that.  `ValueError` for
    limits below 1.

    INVARIANT: who joins is taken once or withdrawn once, and who is taken gives one place back.
    """

    __slots__ = ("_count", "_in_all", "_lines", "_of_one", "_ring", "_under_way")

    def __init__(self, *, in_all: int, of_one: int | None = None) -> None:
        """Start with nobody."""
        self._in_all, self._of_one = in_all, in_all if of_one is None else of_one
        if not (self._in_all >= 1 and self._of_one >= 1):  # `nan` is neither
            raise ValueError("expected limits of at least 1")
        self._lines: dict[str, OrderedDict[_T, None]] = {}
        self._ring: OrderedDict[str, None] = OrderedDict()
        """Sources whose next may be taken, the one whose turn it is first."""
        self._under_way: dict[str, int] = {}
        self._count = 0

    def join(self, source: str, one: _T) -> None:
        """Put one at the end of its source's line."""
        self._lines.setdefault(source, OrderedDict())[one] = None
        self._look_at(source)

    def take(self) -> tuple[str, _T] | None:
        """Return the next with its source, who is under way from now on; `None` if nobody may."""
        if self._count >= self._in_all or not self._ring:
            return None
        source, _ = self._ring.popitem(last=False)
        one, _ = self._lines[source].popitem(last=False)
        self._count += 1
        self._under_way[source] = self._under_way.get(source, 0) + 1
        self._look_at(source)
        return source, one

    def withdraw(self, source: str, one: _T) -> bool:
        """Take one out of the line; false if that one is not in it, or not any more."""
        line = self._lines.get(source)
        if line is None or one not in line:
            return False
        del line[one]
        self._look_at(source)
        return True

    def give_back(self, source: str) -> None:
        """Take one of a source for finished; `ValueError` if none is under way."""
        left = self._under_way.pop(source, 0) - 1
        if left < 0:
            raise ValueError("nobody of this source is under way")
        if left:
            self._under_way[source] = left
        self._count -= 1
        self._look_at(source)

    def waiting(self, source: str | None = None) -> int:
        """How many are in line, of one source or of all."""
        if source is None:
            return sum(map(len, self._lines.values()))
        return len(self._lines.get(source, ()))

    def under_way(self, source: str | None = None) -> int:
        """How many are under way, of one source or of all."""
        return self._count if source is None else self._under_way.get(source, 0)

    def _look_at(self, source: str) -> None:
        """Let a source take part while it has somebody in line and a place left."""
        line = self._lines.get(source)
        if line is not None and not line:
            del self._lines[source]
            line = None
        if line is None or self._under_way.get(source, 0) >= self._of_one:
            self._ring.pop(source, None)
        else:
            self._ring.setdefault(source)
