"""A record written over another: whoever is killed meanwhile leaves the old, the new or none.

The kernel writes what lies on one page of memory whole or not at all.  A record across a border is
made void first, by the field in front; C leaves half of each there.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import HeldFile

PAGE = 4096
"""The smallest page there is; larger ones have their borders at some of the same places."""


def write_over(held: HeldFile, at: int, data: bytes, *, void: int) -> None:
    """Write a record at a place; with NULs in its first ``void`` bytes it is none."""
    head = PAGE - at % PAGE
    if len(data) > head:
        held.write(at, bytes(void))
        held.write(at + head, data[head:])
    held.write(at, data[:head])
