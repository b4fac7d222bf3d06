"""Users for the tests of Solaris's modules."""

from __future__ import annotations

from pamkit.module.world import Group, Shadow, World
from pamkit.testing.accounts import MemoryAccounts, account
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from tests.modules.unix_world import NOW, shadow

__all__ = ["shadow", "world_of"]


def world_of(
    *entries: Shadow, uid: int = 0, files: dict[str, str | bytes | OSError] | None = None
) -> World:
    """Return a world with alice, bob, an operator's role, root, and far, who is not local."""
    users = [account("root", 0), account("alice", 1000), account("bob", 1001)]
    world = memory_world(
        users=[*users, account("operator", 1002), account("far", 2000)],
        groups=[Group("staff", 10, ("alice",))],
        shadows=entries,
        files=files,
        process=StandInProcess(uid=uid),
        now=NOW,
    )
    assert isinstance(world.accounts, MemoryAccounts)
    world.accounts.remote = frozenset({"far"})
    return world
