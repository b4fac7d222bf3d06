"""Keeps the sessions of a transaction on record: before the modules are asked, and afterwards.

A session stands in the registry as *opening* before the first module hears of it, so that one
whose opener dies half-way leaves a trace.  Who closes claims it first: of two that close at once,
one asks the modules, and the other is refused.
"""

from __future__ import annotations

from pamkit.sessions.ticket import ticket_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from pamkit.sessions.ticket import Walked

    class Registry(Protocol):
        """Where sessions are on record; see `stores.session_registry`."""

        def begin(
            self,
            *,
            service: str,
            user: str,
            uid: int | None,
            line: str,
            host: str,
            leader: int,
            now: int,
        ) -> str:
            """Put a session on record that is being opened; return its id."""

        def opened(
            self, name: str, ticket: str, *, user: str | None = None, uid: int | None = None
        ) -> bool:
            """Say that a session is open; with ``user``, that it is somebody else's by now."""

        def failed(self, name: str) -> bool:
            """Forget a session that could not be opened."""

        def claim(self, name: str, closer: int) -> object | None:
            """Return a session that ``closer`` may close now; `None` if it may not."""

        def only(self, user: str, line: str) -> str | None:
            """Return the id of the one session that a user has open on a line, if it is one."""

        def release(self, name: str, closer: int) -> bool:
            """Take a session for open again."""

        def closed(self, name: str, closer: int, now: int) -> bool:
            """Say that a session is closed."""


class Keeper:
    """Keeps one transaction's session on record.

    ``me`` says which process opens or closes: after a fork it is another one.  ``leader`` is the
    process that the session is for, by default the one that opens it.  ``name`` is the id of the
    session: of one that is taken over, or `""` until one is opened.
    """

    def __init__(
        self, registry: Registry, *, me: Callable[[], int], leader: int | None, name: str = ""
    ) -> None:
        """Keep sessions in ``registry``."""
        self._registry, self._me, self._leader = registry, me, leader
        self.name = name
        self._pending: Primitive | None = None
        self._user = ""
        self._had_one = bool(name)

    def before(self, core: Walked, primitive: Primitive) -> int | None:
        """Note what is about to happen; return the code that refuses it, or `None`.

        A call that waits, and goes on, has been noted.  Seed requirement B23.
        """
        if self._pending is primitive:
            return None
        try:
            fits = (
                self._opening(core) if primitive is Primitive.OPEN_SESSION else self._closing(core)
            )
        except OSError as fault:
            _complain(core, fault)
            return ReturnCode.SESSION_ERR
        if not fits:
            return ReturnCode.SESSION_ERR
        self._pending = primitive
        return None

    def after(self, core: Walked, primitive: Primitive, code: int) -> int:
        """Note what has happened; return the code for the application.

        A session that is open and cannot be put on record so is a failure: nobody could close it
        from elsewhere.  The application closes it on this handle.
        """
        if code == ReturnCode.INCOMPLETE:
            return code
        self._pending = None
        try:
            if primitive is Primitive.OPEN_SESSION:
                return self._opened(core, code)
            return self._closed(core, code)
        except OSError as fault:
            _complain(core, fault)
            return ReturnCode.SESSION_ERR if code == ReturnCode.SUCCESS else code

    def abandon(self, core: Walked) -> None:
        """What was about to happen was cut off: take it back."""
        pending, self._pending = self._pending, None
        if pending is None:
            return
        try:
            if pending is Primitive.OPEN_SESSION:
                self._registry.failed(self.name)
                self.name = ""
            else:
                self._registry.release(self.name, self._me())
        except OSError as fault:
            _complain(core, fault)

    def _opening(self, core: Walked) -> bool:
        if self.name:
            core.world.log.write(Priority.ERR, "PAM a session of this handle is open already")
            return False
        texts = core.handle.texts
        self._user = user = texts.get(Item.USER, "")
        self._had_one = True
        self.name = self._registry.begin(
            service=core.handle.service,
            user=user,
            uid=_uid_of(core, user),
            line=_line(texts.get(Item.TTY, "")),
            host=texts.get(Item.RHOST, ""),
            leader=self._me() if self._leader is None else self._leader,
            now=_now(core),
        )
        return True

    def _opened(self, core: Walked, code: int) -> int:
        ticket = ticket_of(core) if code == ReturnCode.SUCCESS else None
        if ticket is None:
            self._registry.failed(self.name)
            self.name = ""
            return code
        name, self.name = self.name, ""
        other: dict[str, Any] = {}
        if ticket.user != self._user:  # a module has found out who it is
            other = {"user": ticket.user, "uid": _uid_of(core, ticket.user)}
        if self._registry.opened(name, ticket.text(), **other):
            self.name = name
            return code  # yes: the modules opened it, and it is on record
        core.world.log.write(Priority.ERR, "PAM the session is not on record any more")
        return ReturnCode.SESSION_ERR

    def _closing(self, core: Walked) -> bool:
        """Claim the session, or that which is linked by user and line; B14, B16 to B18."""
        name = self.name or self._linked(core)
        if name is None:
            return True  # without a record there is no other process that could close it as well
        if self._registry.claim(name, self._me()) is None:
            return False
        self.name, self._had_one = name, True
        return True  # nobody else closes it as long as this process does

    def _linked(self, core: Walked) -> str | None:
        """Return the one session of user and line; a handle that had its own closes no other."""
        texts = core.handle.texts
        user, line = texts.get(Item.USER, ""), _line(texts.get(Item.TTY, ""))
        if self._had_one or not user or not line:
            return None
        return self._registry.only(user, line)

    def _closed(self, core: Walked, code: int) -> int:
        if not self.name:
            return code
        if code == ReturnCode.SUCCESS:
            done = self._registry.closed(self.name, self._me(), _now(core))
            self.name = ""
            return code if done else ReturnCode.SESSION_ERR
        self._registry.release(self.name, self._me())
        return code


def _line(terminal: str) -> str:
    return terminal.removeprefix("/dev/")


def _uid_of(core: Walked, user: str) -> int | None:
    account = core.world.accounts.find(user)
    return None if account is None else account.uid


def _now(core: Walked) -> int:
    return int(core.world.clock.now() * 1_000_000)


def _complain(core: Walked, fault: OSError) -> None:
    reason = fault.strerror or type(fault).__name__
    core.world.log.write(Priority.ERR, f"PAM the registry of sessions cannot be used: {reason}")
