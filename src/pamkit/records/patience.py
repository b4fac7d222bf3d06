"""Something done as soon as nobody else is at it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from pamkit.module.call import ModuleCall

    T = TypeVar("T")

_FIRST_PAUSE = 0.001


async def patiently(call: ModuleCall[Any], act: Callable[[], T], *, seconds: float) -> T:
    """Return what ``act`` returns, which is tried again for some seconds while others hold a file.

    Raises what it raises; in the end `BlockingIOError`.
    """
    pause, left = _FIRST_PAUSE, seconds
    while left > 0:
        try:
            return act()
        except BlockingIOError:
            await call.wait(pause)
        left, pause = left - pause, min(2 * pause, 0.25)
    return act()
