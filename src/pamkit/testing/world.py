"""A world in memory: accounts, credentials, clock, files and log that a test can look into."""

from __future__ import annotations

from pamkit.module.world import World
from pamkit.testing.accounts import MemoryAccounts
from pamkit.testing.audit import MemoryAudit
from pamkit.testing.clock import StoppedClock
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.databases import MemoryDatabases
from pamkit.testing.files import MemoryFiles
from pamkit.testing.hashing import PlainHashing
from pamkit.testing.homes import MemoryHomes
from pamkit.testing.kernel import MemoryIdentity, MemoryKeyrings, MemoryQuotas
from pamkit.testing.local_sockets import MemorySockets
from pamkit.testing.log import MemoryLog
from pamkit.testing.login_files import MemoryLoginFiles
from pamkit.testing.mounts import MemoryMounts
from pamkit.testing.network import MemoryNetwork
from pamkit.testing.process import StandInProcess
from pamkit.testing.quality import ScriptedQuality
from pamkit.testing.randomness import FixedRandomness
from pamkit.testing.security_contexts import MemoryContexts
from pamkit.testing.single_logins import MemorySingleLogins
from pamkit.testing.tallies import MemoryTallies
from pamkit.testing.terminal_filters import MemoryTerminalFilters
from pamkit.testing.timestamps import MemoryTimestamps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.module.world import Account, DatabaseUser, Group, Shadow


def memory_world(
    *,
    users: Iterable[Account] = (),
    groups: Iterable[Group] = (),
    shadows: Iterable[Shadow] = (),
    files: Mapping[str, bytes | str | OSError] | None = None,
    process: StandInProcess | None = None,
    network: MemoryNetwork | None = None,
    databases: Mapping[str, Mapping[str, DatabaseUser] | OSError] | None = None,
    now: float = 1_700_000_000.0,
) -> World:
    """Return a world in memory; its parts are the classes of this file and of `testing.kernel`."""
    process = process or StandInProcess()
    identity = MemoryIdentity(process.uid(), euid=process.euid())
    lying = MemoryFiles(files)
    return World(
        accounts=MemoryAccounts(users, groups),
        credentials=MemoryCredentials(shadows),
        hashing=PlainHashing(),
        clock=StoppedClock(now),
        tallies=MemoryTallies(),
        timestamps=MemoryTimestamps(),
        files=lying,
        homes=MemoryHomes(lying),
        process=process,
        network=network or MemoryNetwork(),
        quality=ScriptedQuality(),
        databases=MemoryDatabases(databases),
        single_logins=MemorySingleLogins(),
        login_files=MemoryLoginFiles(),
        audit=MemoryAudit(),
        identity=identity,
        keyrings=MemoryKeyrings(identity),
        quotas=MemoryQuotas(),
        terminal_filters=MemoryTerminalFilters(),
        mounts=MemoryMounts(),
        contexts=MemoryContexts(),
        local_sockets=MemorySockets(),
        random=FixedRandomness(),
        log=MemoryLog(),
    )
