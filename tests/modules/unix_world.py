"""Users for the tests of pam_unix, and a policy that is that module alone."""

from __future__ import annotations

from pamkit.module.world import Account, Shadow, World
from pamkit.modules import pam_unix
from pamkit.testing.accounts import account
from pamkit.testing.hashing import plain_hash
from pamkit.testing.log import MemoryLog
from pamkit.testing.outside import StandInOutside
from pamkit.testing.policies import Trial
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.item import Item
from pamkit.vocab.secret import Secret

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.engine.driver import Conversation

TODAY = 19000
NOW = TODAY * 86400.0 + 3600


def shadow(name: str, password: str | None = "secret", **ages: int) -> Shadow:
    """Return an entry with the hash of a password; `None`: with an empty hash."""
    hashed = Secret(b"") if password is None else plain_hash(password)
    return Shadow(name, hashed).changed(**({"last_change": TODAY - 10} | ages))


def world_of(
    *entries: Shadow,
    users: tuple[Account, ...] = (),
    uid: int = 0,
    files: dict[str, bytes | str | OSError] | None = None,
) -> World:
    """Return a world with a shadowed account for each entry, and the users beside."""
    shadowed = [account(entry.name, 1000 + number) for number, entry in enumerate(entries)]
    return memory_world(
        users=[*shadowed, *users],
        shadows=entries,
        now=NOW,
        files=files,
        process=StandInProcess(uid=uid, login_name="lars"),
    )


def trial(
    world: World,
    *options: str,
    conversation: Conversation | None = None,
    user: str | None = "alice",
    outside: StandInOutside | None = None,
    items: dict[Item, str] | None = None,
) -> Trial:
    """Return a transaction whose every chain is pam_unix with these options."""
    line = " ".join(["required", "pam_unix.so", *options])
    policy = "".join(f"{f} {line}\n" for f in ("auth", "account", "password", "session"))
    return Trial(
        policy,
        pam_unix,
        world=world,
        user=user,
        service="sshd",
        conversation=conversation,
        outside=outside,
        items=items,
    )


def log_of(world: World) -> list[str]:
    """Return the lines of the log, without those of the library about its own delay."""
    assert isinstance(world.log, MemoryLog)
    return world.log.texts
