"""What files were found to say: parsed once for each content, not once for each login.

The content itself is the key.  So nothing need be known of where it lay, who read it and when: the
file is read each time, by whoever may read it, and one that was changed has another content.

INVARIANT: what holds secrets is not given to it, nor what is a user's own: it stays in memory when
the login is over.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    C = TypeVar("C", str, bytes)
    T = TypeVar("T")

MOST = 16
"""Contents that are kept for each parser; before there are more all are forgotten."""

LARGEST = 1 << 14
"""Characters or bytes of a content that is kept."""


def parsed_once(parse: Callable[[C], T]) -> Callable[[C], T]:
    """Return a function that returns what ``parse`` does, and remembers it for some contents.

    ``parse`` depends on the content alone, and what it returns cannot be changed.  What it raises
    is raised, and not kept.  Threads may share it.
    """
    kept: dict[C, T] = {}
    latest: tuple[C, T] | None = None

    def parsed(content: C) -> T:
        nonlocal latest
        # To compare it with the one before is quicker than to find it.  Another thread may have put
        # another there by now: this one is looked at as a whole.
        before = latest
        if before is not None and before[0] == content:
            return before[1]
        try:
            made = kept[content]
        except KeyError:
            made = parse(content)
            if len(content) > LARGEST:
                return made
            if len(kept) >= MOST:
                kept.clear()
            kept[content] = made
        latest = (content, made)
        return made

    return parsed
