"""The world of the system, or of an installation below a root directory."""

from __future__ import annotations

import os

from pamkit.stores.root import Root

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pamkit.module.world import World
    from pamkit.stores.outside import SystemOutside

_DEBIAN_MARK = "/etc/debian_version"

# part: (file, what it is on this system, what elsewhere, the other parts it is made of)
_PARTS: dict[str, tuple[str, str, str, tuple[str, ...]]] = {
    "accounts": ("accounts", "accounts_for", "accounts_for", ("place",)),
    "audit": ("audit", "KernelAudit", "NoAudit", ()),
    "clock": ("clock", "SystemClock", "SystemClock", ()),
    "contexts": ("security_contexts", "LibSelinux", "NoContexts", ()),
    "credentials": ("credentials", "ShadowFiles", "ShadowFiles", ("place",)),
    "databases": ("user_databases", "DiskDatabases", "DiskDatabases", ("place",)),
    "files": ("files", "DiskFiles", "DiskFiles", ("place", "accounts")),
    "hashing": ("hashing", "LibCrypt", "LibCrypt", ("random",)),
    "homes": ("home_directory", "DiskHomes", "DiskHomes", ("place",)),
    "identity": ("identity", "ThreadIdentity", "NobodyElse", ()),
    "keyrings": ("keyrings", "KernelKeyrings", "NoKeyrings", ()),
    "local_sockets": ("local_sockets", "SystemSockets", "NoSockets", ()),
    "log": ("log", "SystemLog", "SilentLog", ()),
    "login_files": ("login_files", "DiskLoginFiles", "DiskLoginFiles", ("place",)),
    "mounts": ("mounts", "KernelMounts", "NoMounts", ()),
    "network": ("network", "HostNames", "HostNames", ()),
    "process": ("process", "ThisProcess", "OnlyLooking", ()),
    "quality": ("password_quality", "LibPwquality", "LibPwquality", ("place",)),
    "quotas": ("quotas", "KernelQuotas", "NoQuotas", ()),
    "random": ("randomness", "KernelRandomness", "KernelRandomness", ()),
    "tallies": ("tallies", "DiskTallies", "DiskTallies", ("place",)),
    "terminal_filters": ("terminal_filter", "ProcessFilters", "NoFilters", ()),
    "timestamps": ("timestamps", "DiskTimestamps", "DiskTimestamps", ("place", "random")),
}
"""The parts of a world; what is nobody's but this system's is kept from every other root.

`single_logins` is the one that is made otherwise.
"""

_SYSTEM = Root()

_makers: dict[tuple[str, bool], tuple[Callable[..., Any], tuple[str, ...]]] = {}
"""What makes a part, of this system or elsewhere, and the parts it takes: looked up once."""


class SystemWorld:
    """A `module.world.World` whose parts are brought in when a module asks for them.

    Most logins need few, and every import is paid at the start of every program.
    """

    def __init__(self, root: str = "/") -> None:
        """Be the world below ``root``; nothing is opened or asked before a module does."""
        self.place = _SYSTEM if root == "/" else Root(root)

    def __getattr__(self, name: str) -> Any:
        """Bring in a part; it stays."""
        if name == "single_logins":
            from pamkit.stores.single_logins import NoLogins, SystemLogins

            part: Any = SystemLogins(self.place) if self.place.is_system else NoLogins()
        else:
            make, needs = _makers.get((name, self.place.is_system)) or _maker(name, self.place)
            part = make(*[getattr(self, each) for each in needs])
        setattr(self, name, part)
        return part

    def changed(self, **parts: Any) -> SystemWorld:
        """Return the same world with some parts replaced."""
        other = SystemWorld.__new__(SystemWorld)
        other.__dict__.update(self.__dict__, **parts)
        return other


def _maker(name: str, place: Root) -> tuple[Callable[..., Any], tuple[str, ...]]:
    row = _PARTS.get(name)
    if row is None:
        raise AttributeError(name)
    file, here, elsewhere, needs = row
    made = here if place.is_system else elsewhere
    brought = __import__(f"pamkit.stores.{file}", fromlist=[made])
    maker = (getattr(brought, made), needs)
    _makers[name, place.is_system] = maker
    return maker


def system_world(root: str = "/") -> World:
    """Return the world below ``root``; nothing is opened or asked before a module does."""
    world: Any = SystemWorld(root)
    made: World = world
    return made


def system_outside(root: str = "/") -> SystemOutside:
    """Return what the driver of a transaction performs effects with."""
    from pamkit.stores.hashing import LibCrypt
    from pamkit.stores.outside import SystemOutside
    from pamkit.stores.randomness import KernelRandomness

    return SystemOutside(Root(root), LibCrypt(KernelRandomness()))


def dialect_for(root: str = "/") -> str:
    """Return the name of the dialect spoken below ``root``: `debian` or `linux`."""
    try:
        os.close(Root(root).open(_DEBIAN_MARK, os.O_PATH))
    except OSError:
        return "linux"
    return "debian"
