"""Sessions on record: what the setting ``sessions`` of a transaction means."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.errors import refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.sessions.keeper import Keeper, Registry
    from pamkit.sessions.ticket import Ticket
    from pamkit.stores.session_registry import SessionRegistry


def keeper_for(
    sessions: str | Registry | None, leader: int | None
) -> tuple[Keeper | None, SessionRegistry | None]:
    """Return what keeps a transaction's session on record, and the registry that was opened for it.

    ``leader`` is the process that a session is for, by default the one that opens it.  Raises
    `PamError` with `SESSION_ERR` if the registry cannot be used.
    """
    if sessions is None:
        return None, None
    import os

    from pamkit.sessions.keeper import Keeper

    opened = _open(sessions) if isinstance(sessions, str) else None
    registry: Any = opened or sessions
    return Keeper(registry, me=os.getpid, leader=leader), opened


def _open(path: str) -> SessionRegistry:
    from pamkit.stores.session_registry import SessionRegistry

    try:
        return SessionRegistry(path)
    except OSError as fault:
        why = f"the registry of sessions `{path}` cannot be used: {fault.strerror}"
        raise refusal(ReturnCode.SESSION_ERR, why) from None


def find_on_record(
    sessions: str | Registry | None, name: str | None, user: str | None, line: str | None
) -> tuple[str, int, Ticket]:
    """Return id, leader and ticket of an open session; raises `PamError` with `SESSION_ERR`."""
    from pamkit.sessions.ticket import BadTicket, ticket_on_record
    from pamkit.stores.session_registry import Ambiguous

    if sessions is None or (name is None and (user is None or line is None)):
        raise TypeError("expected a ticket; or `sessions` with an id, or with `user` and `line`")
    opened = _open(sessions) if isinstance(sessions, str) else None
    registry: Any = opened or sessions
    try:
        if name is not None:
            entry = registry.find(name)
        else:
            entry = registry.of_line(user, (line or "").removeprefix("/dev/"))
        if entry is None or entry.state != "open":
            state = "not on record" if entry is None else f"{entry.state}, not open"
            raise refusal(ReturnCode.SESSION_ERR, f"the session is {state}")
        if user not in (None, entry.user):
            raise refusal(ReturnCode.SESSION_ERR, "the session is another user's")
        return entry.id, entry.leader, ticket_on_record(entry)
    except (Ambiguous, BadTicket) as odd:
        raise refusal(ReturnCode.SESSION_ERR, str(odd)) from None
    except OSError as fault:
        why = f"the registry of sessions cannot be used: {fault.strerror}"
        raise refusal(ReturnCode.SESSION_ERR, why) from None
    finally:
        if opened is not None:
            opened.close()
