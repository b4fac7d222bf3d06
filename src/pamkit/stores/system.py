"""The world of the system, or of an installation below a root directory."""

from __future__ import annotations

import os

from pamkit.module.world import World
from pamkit.stores.accounts import accounts_for
from pamkit.stores.audit import KernelAudit, NoAudit
from pamkit.stores.clock import SystemClock
from pamkit.stores.credentials import ShadowFiles
from pamkit.stores.files import DiskFiles
from pamkit.stores.hashing import LibCrypt
from pamkit.stores.home_directory import DiskHomes
from pamkit.stores.identity import NobodyElse, ThreadIdentity
from pamkit.stores.keyrings import KernelKeyrings, NoKeyrings
from pamkit.stores.local_sockets import NoSockets, SystemSockets
from pamkit.stores.log import CallingLog, SystemLog
from pamkit.stores.login_files import DiskLoginFiles
from pamkit.stores.mounts import KernelMounts, NoMounts
from pamkit.stores.network import HostNames
from pamkit.stores.outside import SystemOutside
from pamkit.stores.password_quality import LibPwquality
from pamkit.stores.process import OnlyLooking, ThisProcess
from pamkit.stores.quotas import KernelQuotas, NoQuotas
from pamkit.stores.randomness import KernelRandomness
from pamkit.stores.root import Root
from pamkit.stores.security_contexts import LibSelinux, NoContexts
from pamkit.stores.single_logins import NoLogins, SystemLogins
from pamkit.stores.tallies import DiskTallies
from pamkit.stores.terminal_filter import NoFilters, ProcessFilters
from pamkit.stores.timestamps import DiskTimestamps
from pamkit.stores.user_databases import DiskDatabases

_DEBIAN_MARK = "/etc/debian_version"


def system_world(root: str = "/") -> World:
    """Return the world below ``root``; nothing is opened or asked before a module does."""
    place = Root(root)
    accounts = accounts_for(place)
    random = KernelRandomness()
    return World(
        accounts=accounts,
        credentials=ShadowFiles(place),
        hashing=LibCrypt(random),
        clock=SystemClock(),
        tallies=DiskTallies(place),
        timestamps=DiskTimestamps(place, random),
        files=DiskFiles(place, accounts),
        homes=DiskHomes(place),
        process=ThisProcess() if place.is_system else OnlyLooking(),
        network=HostNames(),
        quality=LibPwquality(place),
        databases=DiskDatabases(place),
        single_logins=SystemLogins(place) if place.is_system else NoLogins(),
        login_files=DiskLoginFiles(place),
        audit=KernelAudit() if place.is_system else NoAudit(),
        identity=ThreadIdentity() if place.is_system else NobodyElse(),
        keyrings=KernelKeyrings() if place.is_system else NoKeyrings(),
        quotas=KernelQuotas() if place.is_system else NoQuotas(),
        terminal_filters=ProcessFilters() if place.is_system else NoFilters(),
        mounts=KernelMounts() if place.is_system else NoMounts(),
        contexts=LibSelinux() if place.is_system else NoContexts(),
        local_sockets=SystemSockets() if place.is_system else NoSockets(),
        random=random,
        log=SystemLog() if place.is_system else CallingLog(_nowhere),
    )


def _nowhere(priority: int, text: str) -> None:
    """Drop a line: who watches the log of this machine must not act on another's users."""


def system_outside(root: str = "/") -> SystemOutside:
    """Return what the driver of a transaction performs effects with."""
    return SystemOutside(Root(root), LibCrypt(KernelRandomness()))


def dialect_for(root: str = "/") -> str:
    """Return the name of the dialect spoken below ``root``: `debian` or `linux`."""
    try:
        os.close(Root(root).open(_DEBIAN_MARK, os.O_PATH))
    except OSError:
        return "linux"
    return "debian"
