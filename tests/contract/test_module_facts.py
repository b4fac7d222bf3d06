"""What a module's declaration does not say, the module does not do: seen by behaviour.

Each module is played once through a grid of arguments, users, worlds and conversations, and
watched: what it shows, reads, sets, runs, asks and leaves behind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import cycle, islice, product
from typing import Any, NamedTuple

import pytest

from pamkit.engine.call import Around, Call
from pamkit.engine.delay import FailDelay
from pamkit.engine.driver import Performer, drive
from pamkit.engine.handle import Handle
from pamkit.module.call import Stop
from pamkit.module.effect import Ask
from pamkit.module.facts import (
    ASKS_CODE,
    ASKS_NETWORK,
    ASKS_NEW_SECRET,
    ASKS_SECRET,
    ASKS_USER,
    CHANGES_SECRET,
    CHANGES_USER,
    DELAYS_FAILURE,
    NEVER_PROMPTS,
    READS_HOME,
    RUNS_PROGRAM,
    SETS_ENVIRONMENT,
    USES_SECRET,
    WRITES_FILES,
    Fact,
)
from pamkit.module.options import Options
from pamkit.module.program import Finished, Run
from pamkit.module.registry import Module, module_from
from pamkit.module.world import World
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.files import MemoryFiles
from pamkit.testing.network import MemoryNetwork
from pamkit.testing.outside import StandInProgram
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import TOKENS, Item
from pamkit.vocab.message import Answer, Message, Style
from pamkit.vocab.secret import Secret
from tests.contract.test_modules import (
    _CONVERSATIONS,
    NAMES,
    _argument_lists,
    _Outside,
    _python,
    _world,
)

every_module = pytest.mark.parametrize("name", NAMES)

_CASES = 3
"""For each list of arguments and each pass of a primitive; every list meets other ones.

One in which much is possible is added to each.
"""


class Watched(NamedTuple):
    """What one call of one hook did."""

    options: Options
    described: tuple[Any, ...]
    """Primitive, arguments, user and world, for whoever reads a failure."""
    styles: frozenset[Style]
    read: frozenset[Item]
    set: frozenset[Item]
    user_changed: bool
    environment_changed: bool
    delayed: bool
    ran: bool
    secrets_changed: bool
    files_changed: bool
    homes_read: bool
    network_asked: bool


class _Call(Call):
    """A call that notes what the module itself asks for."""

    def watch(self) -> _Call:
        """Begin to take notes."""
        _NOTES[id(self)] = (set(), [])
        return self

    @property
    def wanted(self) -> set[Item]:
        """The items that were read."""
        return _NOTES[id(self)][0]

    @property
    def delays(self) -> list[int]:
        """The delays that were asked for."""
        return _NOTES[id(self)][1]

    def item(self, item: Item) -> str | None:
        self.wanted.add(item)
        return super().item(item)

    def token(self, item: Item) -> Secret | None:
        self.wanted.add(item)
        return super().token(item)

    async def user(self, prompt: str | None = None) -> str:
        self.wanted.add(Item.USER)
        return await super().user(prompt)

    async def authtok(self, item: Item, prompt: str | None = None) -> Secret:
        self.wanted.add(item)
        return await super().authtok(item, prompt)

    def fail_delay(self, microseconds: int) -> None:
        self.delays.append(microseconds)
        super().fail_delay(microseconds)


_NOTES: dict[int, tuple[set[Item], list[int]]] = {}


class _Noting(_Outside):
    """Programs fail, and are counted."""

    def __init__(self) -> None:
        self.ran = 0

    def run(self, effect: Run) -> Finished:
        self.ran += 1
        return super().run(effect)

    def start(self, run: Run) -> StandInProgram:
        self.ran += 1
        return super().start(run)


def _left(world: World) -> tuple[Any, Any]:
    """Return the secrets, and the files, that the transaction leaves."""
    assert isinstance(world.credentials, MemoryCredentials)
    assert isinstance(world.files, MemoryFiles)
    held = world.credentials
    remembered = {name: tuple(kept) for name, kept in (held.remembered or {}).items()}
    return dict(held.entries), (remembered, dict(world.files.files))


_PLACES: tuple[Mapping[Item, str], ...] = (
    {},
    {Item.RHOST: "far", Item.TTY: "tty1", Item.RUSER: "alice"},
)
_KNOWN: tuple[Mapping[Item, Secret], ...] = (
    {},
    {Item.AUTHTOK: Secret("Another-9-secret"), Item.OLDAUTHTOK: Secret("secret")},
)
_SITUATIONS = tuple(
    product(
        ("well", "bare", "closed"), ("alice", None, "root", ""), _CONVERSATIONS, _PLACES, _KNOWN
    )
)
_PROMISING = ("well", "alice", _CONVERSATIONS[0], _PLACES[1], _KNOWN[0])


def _watch(module: Module, primitive: Primitive, flags: int, args: Any, case: Any) -> Watched:
    kind, user, conversation, texts, tokens = case
    world, outside, styles = _world(kind), _Noting(), set[Style]()
    handle = Handle("test", user)
    handle.texts |= texts
    for item, token in tokens.items():
        handle.set_token(item, Secret(token.expose()))

    def listen(messages: tuple[Message, ...]) -> list[Answer]:
        styles.update(message.style for message in messages)
        answers: list[Answer] = conversation(messages)
        return answers

    handle.verified = Item.AUTHTOK in tokens  # as it is behind a module that asked for it
    options, _ = module.declaration.options.parse(args)
    call = _Call(
        Around(handle, FailDelay(), world), primitive, flags, (module.name, args, options)
    ).watch()
    texts_before, tokens_before = dict(handle.texts), dict(handle.tokens)
    secrets, files = _left(world)
    try:
        answer = module.hooks[primitive](call)
        if not isinstance(answer, int):
            drive(answer, Performer(listen, outside))  # type: ignore[arg-type]  # every awaitable a hook returns is a coroutine
    except Stop:
        pass
    wanted, delays = _NOTES.pop(id(call))
    secrets_after, files_after = _left(world)
    assert isinstance(world.files, MemoryFiles)
    assert isinstance(world.network, MemoryNetwork)
    return Watched(
        options,
        (primitive.name, args, user, kind),
        frozenset(styles),
        frozenset(wanted),
        frozenset(
            item
            for item in Item
            if handle.texts.get(item) != texts_before.get(item)
            or handle.tokens.get(item) != tokens_before.get(item)
        ),
        user is not None and handle.texts.get(Item.USER) != user,
        bool(handle.env),
        bool(delays),
        outside.ran > 0,
        secrets_after != secrets,
        files_after != files,
        any(path.startswith("/home/") for path, _ in world.files.read_by),
        bool(world.network.asked),
    )


@cache
def _grid(name: str) -> tuple[Watched, ...]:
    module = module_from(_python(name))
    situations = cycle(_SITUATIONS)
    seen = []
    for args in _argument_lists(module.declaration):
        for primitive in module.hooks:
            changing = primitive is Primitive.CHAUTHTOK
            passes = (Flag.PRELIM_CHECK, Flag.UPDATE_AUTHTOK) if changing else (0,)
            for flags in passes:
                next(situations)  # or each list would meet the same ones
                seen += [
                    _watch(module, primitive, int(flags), args, case)
                    for case in (_PROMISING, *islice(situations, _CASES))
                ]
    return tuple(seen)


def _without(name: str, *facts: Fact) -> Iterator[Watched]:
    """Yield the calls with options for which the module states none of these facts."""
    declaration = module_from(_python(name)).declaration
    for seen in _grid(name):
        if not any(declaration.fact(fact.name, seen.options) for fact in facts):
            yield seen


@every_module
def test_who_does_not_say_that_it_asks_for_a_secret_asks_for_none(name: str) -> None:
    for seen in _without(name, ASKS_SECRET, ASKS_NEW_SECRET, ASKS_CODE):
        assert Style.PROMPT_ECHO_OFF not in seen.styles, seen.described


@every_module
def test_who_does_not_say_that_it_asks_for_the_user_asks_nothing_visibly(name: str) -> None:
    for seen in _without(name, ASKS_USER, ASKS_SECRET, ASKS_NEW_SECRET, ASKS_CODE):
        assert Style.PROMPT_ECHO_ON not in seen.styles, seen.described


@every_module
def test_who_does_not_say_that_it_uses_a_secret_looks_at_none(name: str) -> None:
    for seen in _without(name, USES_SECRET, ASKS_SECRET, ASKS_NEW_SECRET, ASKS_CODE):
        assert not seen.read & TOKENS, seen.described


@every_module
def test_who_does_not_say_that_it_runs_a_program_runs_none(name: str) -> None:
    for seen in _without(name, RUNS_PROGRAM):
        assert not seen.ran, seen.described


@every_module
def test_who_does_not_say_that_it_changes_the_user_leaves_the_name_alone(name: str) -> None:
    for seen in _without(name, CHANGES_USER):
        assert not seen.user_changed, seen.described


@every_module
def test_who_does_not_say_that_it_sets_the_environment_leaves_it_alone(name: str) -> None:
    for seen in _without(name, SETS_ENVIRONMENT):
        assert not seen.environment_changed, seen.described


@every_module
def test_who_does_not_say_that_it_delays_failures_asks_for_no_delay(name: str) -> None:
    for seen in _without(name, DELAYS_FAILURE):
        assert not seen.delayed, seen.described


@every_module
def test_who_does_not_say_that_it_changes_secrets_stores_none(name: str) -> None:
    for seen in _without(name, CHANGES_SECRET):
        assert not seen.secrets_changed, seen.described


@every_module
def test_who_does_not_say_that_it_writes_files_writes_none(name: str) -> None:
    for seen in _without(name, WRITES_FILES):
        assert not seen.files_changed, seen.described
        assert not seen.secrets_changed, seen.described


@every_module
def test_who_does_not_say_that_it_reads_homes_reads_none(name: str) -> None:
    for seen in _without(name, READS_HOME):
        assert not seen.homes_read, seen.described


@every_module
def test_who_does_not_say_that_it_asks_the_network_asks_no_host(name: str) -> None:
    for seen in _without(name, ASKS_NETWORK):
        assert not seen.network_asked, seen.described


@every_module
def test_items_that_are_read_and_set_are_those_that_are_declared(name: str) -> None:
    declaration = module_from(_python(name)).declaration
    read = {item: seen.described for seen in _grid(name) for item in seen.read}
    changed = {item: seen.described for seen in _grid(name) for item in seen.set}
    assert {item.name: where for item, where in read.items() if item not in declaration.reads} == {}
    assert {i.name: where for i, where in changed.items() if i not in declaration.sets} == {}


@every_module
def test_who_never_prompts_asks_for_nothing_by_its_own_words(name: str) -> None:
    declaration = module_from(_python(name)).declaration
    asking = (ASKS_USER, ASKS_SECRET, ASKS_NEW_SECRET, ASKS_CODE)
    for seen in _grid(name):
        if declaration.fact(NEVER_PROMPTS.name, seen.options):
            said = [fact.name for fact in asking if declaration.fact(fact.name, seen.options)]
            assert said == [], seen.described


@every_module
def test_who_changes_the_user_or_sets_it_declares_the_item(name: str) -> None:
    declaration = module_from(_python(name)).declaration
    said = {fact.name for fact in declaration.facts}
    if said & {CHANGES_USER.name, ASKS_USER.name}:
        assert Item.USER in declaration.sets
        assert Item.USER in declaration.reads


_WAITING = ("pam_canonicalize_user", "pam_localuser", "pam_securetty", "pam_unix", "pam_usertype")


@pytest.mark.parametrize("name", _WAITING)
def test_who_waits_for_the_users_name_says_that_the_transaction_is_not_complete(name: str) -> None:
    """C: `conv_again` of `pam_get_user` becomes `incomplete` in modules that know the code."""
    module = module_from(_python(name))
    for primitive, args in product(module.hooks, _argument_lists(module.declaration)):
        if ReturnCode.INCOMPLETE in module.declaration.answers[primitive]:
            answer = _answer_to_a_slow_applicant(module, primitive, 0, args)
            assert answer in (ReturnCode.INCOMPLETE, None), (primitive.name, args)


def _answer_to_a_slow_applicant(
    module: Module, primitive: Primitive, flags: int, args: tuple[str, ...]
) -> ReturnCode | None:
    """Return the answer of a hook that was told to come back later; `None` if it did not ask."""
    options, _ = module.declaration.options.parse(args)
    asked = []

    def later(effect: object) -> object:
        if isinstance(effect, Ask):
            asked.append(effect)
            return ReturnCode.CONV_AGAIN, ()
        return Performer(_CONVERSATIONS[0], _Outside())(effect)  # type: ignore[arg-type]  # an effect

    call = Call(
        Around(Handle("test", None), FailDelay(), memory_world()),
        primitive,
        flags,
        (module.name, args, options),
    )
    try:
        answer = module.hooks[primitive](call)
        code = answer if isinstance(answer, int) else drive(answer, later)  # type: ignore[arg-type]  # a coroutine
    except Stop as stop:
        code = stop.code
    return ReturnCode(code) if asked else None


@every_module
def test_every_fact_is_stated_once_for_the_same_options(name: str) -> None:
    facts = module_from(_python(name)).declaration.facts
    assert len(set(facts)) == len(facts)
    for fact in facts:
        twice = [other for other in facts if other.name == fact.name and other is not fact]
        assert fact.only or not twice, fact.name
