"""What the database has of a user."""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.userdb.options import debug
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from pamkit.module.world import Databases, DatabaseUser
    from pamkit.userdb.options import Call
    from pamkit.vocab.secret import Secret

    T = TypeVar("T")

NOT_FETCHED = "error returned by dbm_fetch: No such file or directory"
"""C: what is said of a key that is not there, whatever the database is."""

_TRIES, _PAUSE = 1500, 0.01
"""How often, and how many seconds apart, a file that somebody writes is tried: 15 s in all."""


async def find(call: Call, database: str, user: str) -> DatabaseUser:
    """Return the entry of a user."""
    entry = await patiently(call, database, lambda at: at.find(database, user))
    if entry.stored is None:
        debug(call, NOT_FETCHED)
    return entry


async def find_passwords(call: Call, database: str, user: str) -> tuple[Secret, ...]:
    """Return the passwords that are in the keys of a user, for `key_only`."""
    return await patiently(call, database, lambda at: at.endings(database, f"{user}-"))


async def patiently(call: Call, database: str, look: Callable[[Databases], T]) -> T:
    """Return what is found; nobody else is held up while somebody writes.

    Ends the hook with `service_err` if the database cannot be used, or is written for too long.
    """
    reason = ""
    for _ in range(_TRIES):
        try:
            return look(call.world.databases)
        except BlockingIOError as busy:
            reason = busy.strerror or "it is busy"
            await call.wait(_PAUSE)
        except OSError as fault:
            reason = fault.strerror or "it cannot be read"
            break
    call.log(Priority.ERR, f"user_lookup: could not open database `{database}': {reason}")
    raise Stop(ReturnCode.SERVICE_ERR)
