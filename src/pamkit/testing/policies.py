"""Policies built in three lines, and one module tried on its own."""

from __future__ import annotations

from pamkit.engine.driver import Performer, drive
from pamkit.engine.footing import Footing
from pamkit.engine.handle import handle_for
from pamkit.engine.transaction import Core
from pamkit.module.registry import Module, Registry, module_from
from pamkit.policy.compile import compiled_to_run
from pamkit.policy.dialect import LINUX, Dialect, dialect_named
from pamkit.policy.source import Layout, MemorySource
from pamkit.testing.outside import StandInOutside
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType
    from typing import Any

    from pamkit.engine.driver import Conversation, Outside
    from pamkit.module.world import World


class Trial:
    """A transaction in memory: give it a policy and modules, and call primitives.

    ``policy`` is the text of the service, or a mapping from service names to texts.
    ``modules`` are Python modules (as imported) or finished `Module` values.  ``dialect`` is one,
    or its name; texts are those of a directory of policies in every family.
    """

    def __init__(
        self,
        policy: str | Mapping[str, str],
        *modules: ModuleType | Module,
        world: World | None = None,
        user: str | None = "alice",
        service: str = "test",
        conversation: Conversation | None = None,
        outside: Outside | None = None,
        items: Mapping[Item, Any] | None = None,
        dialect: Dialect | str = LINUX,
        quirks: frozenset[str] = frozenset(),
        **settings: Any,
    ) -> None:
        """Start the transaction; raises `PolicyError` as a real one does.

        ``settings`` are further ones of `engine.transaction.Core`, and come before these.
        """
        if isinstance(dialect, str):
            dialect = dialect_named(dialect)
        spoken, layout = dialect, _layout(dialect)
        texts = {service: policy} if isinstance(policy, str) else dict(policy)
        source = MemorySource({f"/etc/pam.d/{name}": text for name, text in texts.items()})
        loaded = [m if isinstance(m, Module) else module_from(m) for m in modules]
        self.world = world or memory_world()
        self.outside = outside or StandInOutside()
        self.conversation = conversation
        self.handle = handle_for(dialect, service, user)
        for item, value in (items or {}).items():
            self.handle.set(item, value, from_module=True)
        parts = {
            "load": lambda name: compiled_to_run(
                name, source, layout=layout, dialect=spoken, quirks=quirks
            ),
            "registry": _registry(dialect, {each.name: each for each in loaded}),
            **settings,
        }
        footing = Footing(parts.pop("load"), parts.pop("registry"), dialect, quirks)
        self.core = Core(footing, self.handle, self.world, **parts)

    def call(self, primitive: Primitive, flags: int = 0) -> ReturnCode:
        """Carry out a primitive; return its code."""
        performer = Performer(self.conversation, self.outside)
        code = drive(self.core.call(primitive, flags), performer)
        if isinstance(performer.fault, AssertionError):
            raise performer.fault  # the script of the test was not kept
        return ReturnCode(code)

    def authenticate(self, flags: int = 0) -> ReturnCode:
        """Carry out authenticate."""
        return self.call(Primitive.AUTHENTICATE, flags)

    def setcred(self, flags: int = 0) -> ReturnCode:
        """Carry out setcred."""
        return self.call(Primitive.SETCRED, flags)

    def acct_mgmt(self, flags: int = 0) -> ReturnCode:
        """Carry out acct_mgmt."""
        return self.call(Primitive.ACCT_MGMT, flags)

    def open_session(self, flags: int = 0) -> ReturnCode:
        """Carry out open_session."""
        return self.call(Primitive.OPEN_SESSION, flags)

    def close_session(self, flags: int = 0) -> ReturnCode:
        """Carry out close_session."""
        return self.call(Primitive.CLOSE_SESSION, flags)

    def chauthtok(self, flags: int = 0) -> ReturnCode:
        """Carry out chauthtok."""
        return self.call(Primitive.CHAUTHTOK, flags)

    def end(self, status: int = ReturnCode.SUCCESS) -> None:
        """End the transaction; what a cleanup raises is raised."""
        for fault in self.core.end(status):
            raise fault


def _layout(dialect: Dialect) -> Layout | None:
    """Return where the texts lie; DIALECT: some families have no directory of policies."""
    return Layout(confdir="/etc/pam.d") if dialect.keywords else None


def _registry(dialect: Dialect, extra: dict[str, Module]) -> Registry:
    """Return the registry of the modules that are given, by the names that the dialect writes."""
    if not dialect.keywords:
        return Registry(lambda _: None, extra=extra)
    from pamkit.module.roster import ROSTERS, FamilyRegistry

    return FamilyRegistry(lambda _: None, ROSTERS[dialect.name], extra=extra)
