"""The same case through pamkit: in memory, with a dialect and quirks."""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple, cast

from pamkit.engine.driver import Performer, drive
from pamkit.engine.footing import Footing
from pamkit.engine.handle import Handle
from pamkit.engine.transaction import Core
from pamkit.module.registry import Registry, module_from
from pamkit.module.world import World
from pamkit.modules import pam_debug
from pamkit.policy.compile import Compiled, compiled_to_run
from pamkit.policy.dialect import DIALECTS
from pamkit.policy.resolve import service_name
from pamkit.policy.source import Layout, MemorySource
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message
from tests.oracle.case import CONF, MODULES, SET_SERVICE, Case, Heard, Result

_USER = "applicant"
_ANSWER = "secret"
_PRIMITIVES = {primitive.name.lower(): primitive for primitive in Primitive}
_KNOWN = {"pam_debug": module_from(pam_debug)}
_LAYOUT = Layout(confdir=CONF)


class Manner(NamedTuple):
    """The name of a dialect and those of single quirks."""

    dialect: str
    quirks: frozenset[str] = frozenset()


class _Log:
    def write(self, priority: int, text: str) -> None:
        """Drop a line."""


class _World:
    log = _Log()
    random = None


WORLD = cast(World, _World())
"""The world outside as far as `pam_debug` asks for it: a log nobody reads."""


class Conversation:
    """Keeps what it hears and answers every prompt."""

    def __init__(self) -> None:
        """Start with nothing heard."""
        self.heard: list[Heard] = []

    def __call__(self, messages: tuple[Message, ...]) -> list[Answer]:
        """Answer messages."""
        answers: list[Answer] = []
        for message in messages:
            text = message.text.encode("utf-8", "surrogateescape")
            self.heard.append(Heard(int(message.style), text))
            answers.append(_ANSWER if message.wants_answer else None)
        return answers


class Ours:
    """A transaction of a case in pamkit; raises `PolicyError` where it cannot start."""

    def __init__(self, case: Case, manner: Manner) -> None:
        """Start it."""
        dialect, quirks = DIALECTS[manner.dialect], manner.quirks
        texts = {
            f"{CONF}/{name}": text.decode("utf-8", "surrogateescape")
            for name, text in case.files.items()
        }
        source = MemorySource({**texts, f"{CONF}/dir/x": ""})

        def load(service: str) -> Compiled:
            return compiled_to_run(service, source, layout=_LAYOUT, dialect=dialect, quirks=quirks)

        self._conversation = Conversation()
        self._perform = Performer(self._conversation, None)  # type: ignore[arg-type]  # pam_debug asks for nothing but messages
        self.core = Core(
            Footing(
                load, Registry(_nothing_else, directories=(MODULES,), extra=_KNOWN), dialect, quirks
            ),
            Handle(service_name(case.service, quirks), _USER),
            WORLD,
        )

    def call(self, name: str, value: int | str) -> tuple[int, tuple[Heard, ...]]:
        """Make one call of a case."""
        conversation = self._conversation
        conversation.heard = []
        if name == SET_SERVICE:
            code = self.core.handle.set(Item.SERVICE, value, from_module=False)
        else:
            assert isinstance(value, int)
            code = drive(self.core.call(_PRIMITIVES[name], value), self._perform)
        return int(code), tuple(conversation.heard)


def play(case: Case, manner: Manner) -> Result:
    """Return what pamkit answers to the calls of a case."""
    try:
        ours = Ours(case, manner)
    except PolicyError as bad:
        return Result(int(bad.code), ())
    return Result(0, tuple(ours.call(name, value) for name, value in case.calls))


def _nothing_else(_: str) -> ModuleType | None:
    return None
