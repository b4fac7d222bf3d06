"""Circumstances that no line hangs on any more are forgotten: runs that differ in them are one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.analysis.model import Model
    from pamkit.policy.chain import Link


def fading(links: Iterable[Link], model: Model) -> Callable[[Link | None, str], bool]:
    """Return what says whether a circumstance still matters at a link, for `explore`.

    ``links`` are all of a chain, in order; at `None`, behind the end, nothing matters.
    """
    last: dict[str, int] = {}
    for each in links:
        last |= dict.fromkeys(model.names(each), each.number)
    return lambda link, name: link is not None and last.get(name, -1) >= link.number
