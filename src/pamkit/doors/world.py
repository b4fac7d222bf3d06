"""The world of a C program: each part is brought in when a module asks for it.

Most logins need few of them, and every import is paid at every start of every program.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DEBIAN_MARK = "/etc/debian_version"
_OLD_NAMES = ("buster", "bullseye", "bookworm")
_FIRST_WITH_NEW_LIBPAM = 13


class LazyWorld:
    """A `module.world.World` whose parts come when they are asked for."""

    _rest: Any = None

    def __getattr__(self, name: str) -> Any:
        """Bring a part; it stays."""
        if name == "log":
            from pamkit.stores.log import SystemLog

            part: Any = SystemLog()
        elif name == "random":
            from pamkit.stores.randomness import KernelRandomness

            part = KernelRandomness()
        elif name == "clock":
            from pamkit.stores.clock import SystemClock

            part = SystemClock()
        elif name.startswith("__"):
            raise AttributeError(name)
        else:
            if self._rest is None:
                from pamkit.stores.system import system_world

                self._rest = system_world("/")
            part = getattr(self._rest, name)
        setattr(self, name, part)
        return part


def spoken_here() -> tuple[str, tuple[str, ...]]:
    """Return the dialect and the quirks of the system's own libpam, as far as files tell."""
    try:
        descriptor = os.open(_DEBIAN_MARK, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return "linux", ("libpam",)
    try:
        release = os.read(descriptor, 64).decode("ascii", "replace").strip()
    except OSError:
        release = ""
    finally:
        os.close(descriptor)
    return "debian", ("libpam-1.5",) if _is_old(release) else ("libpam",)


def _is_old(release: str) -> bool:
    number = release.partition(".")[0]
    if number.isdigit():
        return int(number) < _FIRST_WITH_NEW_LIBPAM
    return release.partition("/")[0] in _OLD_NAMES
