"""What a process needs that closes a session another process opened, as a value and as text.

A ticket proves nothing: whoever can write one can choose which modules are asked at the end of a
session, and what they answered at its beginning.  It belongs where only those can write who may
close sessions.  Refused all the same is one that fits nothing: another policy, dialect or set of
quirks, a path that nobody can have walked through the policy, a record that is about somebody else.
"""

from __future__ import annotations

import sys

from pamkit.formats.json_text import json_object
from pamkit.policy.fingerprint import meaning_of
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.item import TEXTS, Item
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from pamkit.module.world import World
    from pamkit.policy.chain import Chain
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Path

    class Entry(Protocol):
        """What a record of the registry says, as far as its ticket has to say the same."""

        @property
        def service(self) -> str:
            """The service that opened the session."""

        @property
        def user(self) -> str:
            """Whose session it is."""

        @property
        def ticket(self) -> str:
            """The ticket, as text."""

    class Handle(Protocol):
        """What transaction and modules share, as far as a ticket carries it."""

        @property
        def service(self) -> str:
            """The name that picks the policy."""

        @property
        def texts(self) -> Mapping[Item, str]:
            """The items that hold text."""

        @property
        def env(self) -> Mapping[str, str]:
            """The PAM environment."""

    class Walked(Protocol):
        """A transaction that has walked chains; the engine's `Core` is one."""

        @property
        def handle(self) -> Handle:
            """The handle."""

        @property
        def world(self) -> World:
            """Everything outside."""

        @property
        def policy(self) -> Policy:
            """The policy that is in force."""

        @property
        def chains(self) -> Mapping[Facility, Chain]:
            """The chains of the policy."""

        def path(self, primitive: Primitive) -> Path | None:
            """Return the path that a primitive walked last."""


_VERSION = 2
_MOST = 1 << 20
"""Bytes of a ticket that are read: a hundred times what any policy makes."""


class BadTicket(ValueError):
    """A text is no ticket, or none that this version can read; the message says why."""


class Ticket(Record):
    """A session that is open: whose it is, and how it came to be.

    ``items`` and ``environment`` are those of the handle.  ``authenticated`` and ``opened`` are the
    paths of authenticate (`None`: nobody was asked) and open_session; ``auth_policy`` and
    ``session_policy`` are fingerprints of the chains that were walked, ``dialect`` and ``quirks``
    how they were read and walked.
    """

    service: str
    user: str
    items: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, str], ...]
    authenticated: Path | None
    opened: Path
    auth_policy: str
    session_policy: str
    dialect: str
    quirks: tuple[str, ...]

    def text(self) -> str:
        """Return the ticket as one line of JSON."""
        return json_object({"version": _VERSION, **{name: getattr(self, name) for name in FIELDS}})


def ticket_from(text: str) -> Ticket:
    """Return the ticket that a text is; raises `BadTicket`."""
    import json

    if len(text) > _MOST:
        raise BadTicket(f"expected at most {_MOST} characters, found {len(text)}")
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise BadTicket("expected a ticket in JSON") from None
    if not isinstance(found, dict) or found.pop("version", None) != _VERSION:
        raise BadTicket(f"expected a ticket of version {_VERSION}")
    if found.keys() != set(FIELDS):
        odd = sorted(found.keys() ^ set(FIELDS))
        raise BadTicket(f"expected the fields of a ticket, and nothing else: `{odd[0]}`")
    texts = {name: _text(found, name) for name in _TEXTS}
    path = found["authenticated"]
    return Ticket(
        **texts,
        items=_pairs(found, "items", known={item.name for item in TEXTS}),
        environment=_pairs(found, "environment"),
        authenticated=None if path is None else _path(path, "authenticated"),
        opened=_path(found["opened"], "opened"),
        quirks=_words(found, "quirks"),
    )


def ticket_on_record(entry: Entry) -> Ticket:
    """Return the ticket that stands in a record; `BadTicket` if it is another session's."""
    ticket = ticket_from(entry.ticket)
    for what in ("service", "user"):
        recorded, said = getattr(entry, what), getattr(ticket, what)
        if recorded != said:
            reason = f"{what}: the record is about `{recorded}`, its ticket about `{said}`"
            raise BadTicket(reason)
    return ticket


def ticket_of(core: Walked) -> Ticket | None:
    """Return the ticket of the session that a transaction has opened; `None` if it opened none."""
    opened = core.path(Primitive.OPEN_SESSION)
    if not opened:
        return None
    texts = core.handle.texts
    return Ticket(
        service=core.handle.service,
        user=texts.get(Item.USER, ""),
        items=tuple((item.name, texts[item]) for item in KEPT_ITEMS if item in texts),
        environment=tuple(core.handle.env.items()),
        authenticated=core.path(Primitive.AUTHENTICATE),
        opened=opened,
        auth_policy=fingerprint(core.chains[Facility.AUTH]),
        session_policy=fingerprint(core.chains[Facility.SESSION]),
        dialect=core.policy.dialect.name,
        quirks=tuple(sorted(core.policy.quirks)),
    )


def fingerprint(chain: Chain) -> str:
    """Return 64 hexadecimal digits that stand for what a chain means."""
    data = meaning_of(chain).encode("utf-8", "surrogatepass")
    if "_pamkit_c" in sys.builtin_module_names:  # behind our own libpam.so.0 there is no `hashlib`
        from pamkit.formats.sha2 import sha256

        return sha256(data).hex()
    from hashlib import sha256 as quick

    return quick(data).hexdigest()


_TEXTS = ("service", "user", "auth_policy", "session_policy", "dialect")

FIELDS = (*_TEXTS, "items", "environment", "authenticated", "opened", "quirks")
"""The names of a ticket's fields."""


def _text(found: dict[str, Any], name: str) -> str:
    value = found[name]
    if not isinstance(value, str) or "\0" in value or not value:
        raise BadTicket(f"{name}: expected a text")
    return value


def _pairs(
    found: dict[str, Any], name: str, known: set[str] | None = None
) -> tuple[tuple[str, str], ...]:
    value = found[name]
    if not isinstance(value, list) or not all(_is_pair(each) for each in value):
        raise BadTicket(f"{name}: expected names and texts in pairs")
    if known is not None and not {each[0] for each in value} <= known:
        raise BadTicket(f"{name}: expected names of items")
    return tuple((each[0], each[1]) for each in value)


def _words(found: dict[str, Any], name: str) -> tuple[str, ...]:
    value = found[name]
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadTicket(f"{name}: expected texts")
    return tuple(value)


def _is_pair(each: object) -> bool:
    return (
        isinstance(each, list)
        and len(each) == 2
        and all(isinstance(word, str) and "\0" not in word for word in each)
    )


def _path(value: object, name: str) -> Path:
    if not isinstance(value, list) or not all(
        isinstance(step, list) and len(step) == 2 and all(type(part) is int for part in step)
        for step in value
    ):
        raise BadTicket(f"{name}: expected numbers in pairs")
    return tuple((step[0], step[1]) for step in value)


KEPT_ITEMS = tuple(item for item in TEXTS if item not in (Item.SERVICE, Item.USER))
"""The items that a ticket carries besides service and user; secrets are never among them."""
