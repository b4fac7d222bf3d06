"""What every service module owes, whoever wrote it: company, honest words, declared answers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from itertools import pairwise, product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import pamkit.modules
from pamkit.engine.call import Around, Call
from pamkit.engine.delay import FailDelay
from pamkit.engine.driver import Performer, drive
from pamkit.engine.handle import Handle
from pamkit.formats.faillock_tally import Failure
from pamkit.module.call import Stop
from pamkit.module.declaration import Declaration
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    ALWAYS_SUCCEEDS,
    GRANTS_WITHOUT_SECRET,
    NEVER_PROMPTS,
    TEST_INSTRUMENT,
)
from pamkit.module.options import Option
from pamkit.module.program import Finished, Run
from pamkit.module.registry import Module, module_from
from pamkit.module.world import DatabaseUser, Group, Shadow, World
from pamkit.policy.parser import parse
from pamkit.testing.accounts import account
from pamkit.testing.credentials import MemoryCredentials
from pamkit.testing.hashing import PlainHashing, plain_hash
from pamkit.testing.network import MemoryNetwork
from pamkit.testing.outside import StandInProgram
from pamkit.testing.process import StandInProcess
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.contract import ANSWERS
from pamkit.vocab.facility import FACILITY_WORDS, HOOK_NAMES, Primitive, word
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message
from pamkit.vocab.secret import Secret

_PLACE = Path(pamkit.modules.__path__[0])

NAMES = sorted(path.stem for path in _PLACE.glob("pam_*.py"))
NAMES += sorted(f"{path.parent.name}.{path.stem}" for path in _PLACE.glob("*/pam_*.py"))
"""All of them: `pam_group`, and for the other families `openpam.pam_group`."""

_C, _P = ReturnCode, Primitive

AS_IN_C = {
    "pam_listfile": {(_P.OPEN_SESSION, _C.AUTH_ERR), (_P.CLOSE_SESSION, _C.AUTH_ERR)},
    "pam_loginuid": {(_P.ACCT_MGMT, _C.SESSION_ERR)},
    "pam_succeed_if": {(_P.OPEN_SESSION, _C.AUTH_ERR), (_P.CLOSE_SESSION, _C.AUTH_ERR)},
    "pam_usertype": {(_P.OPEN_SESSION, _C.AUTH_ERR), (_P.CLOSE_SESSION, _C.AUTH_ERR)},
}
"""Answers that no manual page allows; the C modules give them, and policies match on them."""

every_module = pytest.mark.parametrize("name", NAMES)


def _python(name: str) -> ModuleType:
    return import_module(f"pamkit.modules.{name}")


def _bare(name: str) -> str:
    """Return the name that policies know."""
    return name.rpartition(".")[2]


def _declaration(name: str) -> Declaration:
    return module_from(_python(name)).declaration


def test_there_are_modules() -> None:
    assert {"pam_permit", "pam_deny", "pam_debug"} <= set(NAMES)


def test_every_file_in_the_directories_is_a_module() -> None:
    files = {path.stem for path in _PLACE.rglob("*.py")}
    assert files == {"__init__", *map(_bare, NAMES)}


@every_module
def test_the_docstring_begins_with_one_sentence_for_an_administrator(name: str) -> None:
    lines = (_python(name).__doc__ or "").splitlines()
    assert lines[0].endswith(".")
    assert ". " not in lines[0]
    assert lines[1] == ""
    assert len(lines) > 2  # what it does, and what it does not prove


@every_module
def test_a_module_can_be_read_in_one_go(name: str) -> None:
    python = _python(name)
    assert python.__file__ is not None
    text = Path(python.__file__).read_text(encoding="utf-8")
    # The page that the docstring is, and what it takes to say who one imports, are not the code.
    assert len(text.partition("\n\nTYPE_CHECKING")[2].splitlines()) <= 300
    assert len(text.splitlines()) <= 350


@every_module
def test_the_declaration_has_the_name_of_the_file(name: str) -> None:
    assert _bare(name) == _declaration(name).name


@every_module
def test_hooks_are_those_that_are_declared(name: str) -> None:
    python = _python(name)
    defined = {primitive for primitive, hook in HOOK_NAMES.items() if hasattr(python, hook)}
    assert defined == set(_declaration(name).answers)


@every_module
def test_nothing_else_is_named_like_a_hook(name: str) -> None:
    named = {each for each in vars(_python(name)) if each.startswith("pam_sm_")}
    assert named <= set(HOOK_NAMES.values())


@every_module
def test_a_test_file_stands_beside_it(name: str) -> None:
    family, _, bare = name.rpartition(".")
    directory = Path(__file__).parent.parent / "modules" / family
    # A large module has one file for each of its sides.
    assert list(directory.glob(f"test_{bare}.py")) or list(directory.glob(f"test_{bare}_*.py"))


@every_module
def test_every_declared_answer_is_legal(name: str) -> None:
    declaration = _declaration(name)
    if TEST_INSTRUMENT in declaration.facts:
        return
    illegal = {
        (primitive, code)
        for primitive, codes in declaration.answers.items()
        for code in codes - ANSWERS[primitive]
    }
    assert illegal == AS_IN_C.get(name, set())


@every_module
def test_every_primitive_has_an_answer(name: str) -> None:
    assert all(_declaration(name).answers.values())


@every_module
def test_every_option_has_a_word_and_a_phrase(name: str) -> None:
    for field, option in _declaration(name).options.stated().items():
        assert option.word, field
        assert option.phrase, field
        assert not option.phrase.endswith("."), field


@every_module
def test_facts_name_options_that_exist(name: str) -> None:
    declaration = _declaration(name)
    fields = set(declaration.options.stated())
    assert {field for fact in declaration.facts for field, _ in fact.only} <= fields


@every_module
def test_facts_do_not_contradict_one_another(name: str) -> None:
    declaration = _declaration(name)
    default, _ = declaration.options.parse(())
    said = {fact.name for fact in declaration.facts if fact.holds(default)}
    exclusive = {ALWAYS_SUCCEEDS.name, ALWAYS_FAILS.name, ALWAYS_IGNORED.name}
    assert len(said & exclusive) < 2
    assert not {ALWAYS_FAILS.name, GRANTS_WITHOUT_SECRET.name} <= said


@every_module
def test_examples_are_good_policy_lines(name: str) -> None:
    declaration = _declaration(name)
    assert declaration.examples
    for shown in declaration.examples:
        # Only the readers of other families know these words.
        line = shown.line.replace(" binding ", " required ").replace(" definitive ", " required ")
        policy = parse(f"{line}\n", shown.service)
        assert policy.findings == (), shown.line
        (entry,) = policy.entries
        assert entry.target is not None
        ending = ".so.1" if name.startswith("solaris.") else ".so"
        assert entry.target.text == _bare(name) + ending
        assert entry.facility in declaration.facilities
        _, problems = declaration.options.parse([arg.text for arg in entry.args])
        assert problems == (), shown.line


# --- driven through a grid ----------------------------------------------------------------------

_VALUES = ("0", "1", "3", "4", "x", "/etc/own", "/nowhere", "alice", "sha512", "wheel:users", "")
_USERS: tuple[str | None, ...] = ("alice", "root", "nobody-at-all", "", None)


class _Outside:
    """Programs fail, hashes are plain, nothing waits."""

    def crypt(self, token: bytes, setting: str) -> str | None:
        return PlainHashing().crypt(token, setting)

    def run(self, effect: Run) -> Finished:
        return Finished(1)

    def start(self, run: Run) -> StandInProgram:
        return StandInProgram(self.run(run))

    def sleep(self, seconds: float) -> None:
        return None


def _answering(messages: tuple[Message, ...]) -> list[Answer]:
    return ["secret" if message.wants_answer else None for message in messages]


def _wrong(messages: tuple[Message, ...]) -> list[Answer]:
    return ["alice" if message.wants_answer else None for message in messages]


def _silent(messages: tuple[Message, ...]) -> list[Answer]:
    return [None for _ in messages]


def _hung_up(messages: tuple[Message, ...]) -> list[Answer]:
    raise EOFError


_CONVERSATIONS = (_answering, _wrong, _silent, _hung_up)


_DATABASES = {
    "/etc/own": {
        name: DatabaseUser(plain_hash("secret"), is_managed=True, expires=expires, is_locked=locked)
        for name, expires, locked in (("alice", None, False), ("root", 7, False), ("", None, True))
    },
}


def _world(kind: str) -> World:
    """Return a world that is well, bare (nobody and nothing there) or closed to this process."""
    if kind == "bare":
        return memory_world(process=StandInProcess(uid=1000))
    files: dict[str, bytes | str | OSError] = dict.fromkeys(_paths(), "A DEFAULT=1\n%u alice 1\n")
    if kind == "closed":
        files = {path: PermissionError(13, "Permission denied") for path in files}
    hashed = Secret(plain_hash("secret").expose())
    world = memory_world(
        users=[account("root", 0, home="/root"), account("alice"), account("nobody", 65534)],
        groups=[Group("wheel", 10, ("alice",)), Group("users", 1000, ())],
        shadows=[
            Shadow("alice", hashed, last_change=19000, max_days=99999),
            Shadow("root", hashed, last_change=0),
        ],
        files=files,
        process=StandInProcess(uid=1000 if kind == "closed" else 0),
        network=MemoryNetwork({} if kind == "closed" else {"far": ("192.0.2.7",)}),
        databases={} if kind == "closed" else _DATABASES,
    )
    with world.tallies.hold("/var/run/faillock", "alice", 1000, create=True) as tally:
        tally.record((Failure(int(world.clock.now()), "tty1"),) * 5, 4)
    if kind == "closed":
        return world.changed(credentials=MemoryCredentials(readable=False))
    return world


@cache
def _paths() -> list[str]:
    paths = ["/etc/own", "/etc/nologin", "/etc/environment", "/home/alice/.pam_environment"]
    for name in NAMES:
        named = (path.replace("~/", "/home/alice/") for path in _declaration(name).files)
        paths += [path for path in named if path.startswith("/")]
    return paths


def _words_for(option: Option) -> list[str]:
    if option.word == "…":
        return []
    if option.read is None:
        return [option.word]
    return [option.word + value for value in _VALUES if _takes(option, value)]


def _takes(option: Option, value: str) -> bool:
    try:
        assert option.read is not None
        option.read(value)
    except ValueError:
        return False
    return True


def _argument_lists(declaration: Declaration) -> list[tuple[str, ...]]:
    """Return no arguments, those of the examples, each option alone, and neighbours in pairs."""
    lists: list[tuple[str, ...]] = [(), ("nonsense",)]
    for shown in declaration.examples:
        entry = parse(f"{shown.line}\n", "x").entries[0]
        lists.append(tuple(arg.text for arg in entry.args))
    words = [_words_for(option) for option in declaration.options.stated().values()]
    lists += [(each,) for given in words for each in given]
    lists += [pair for one, two in pairwise(words) for pair in product(one, two)]
    lists.append(tuple(given[0] for given in words if given))
    return lists


def _answer(
    module: Module, primitive: Primitive, flags: int, args: tuple[str, ...], **case: Any
) -> ReturnCode:
    """Return what a hook answers; what it raises counts as the engine counts it."""
    handle = Handle("test", case["user"])
    handle.texts |= case["items"]
    options, _ = module.declaration.options.parse(args)
    call = Call(
        Around(handle, FailDelay(), case["world"]), primitive, flags, (module.name, args, options)
    )
    try:
        answer = module.hooks[primitive](call)
        if not isinstance(answer, int):
            answer = drive(answer, Performer(case["conversation"], _Outside()))  # type: ignore[arg-type]  # every awaitable a hook returns is a coroutine
    except Stop as stop:
        return stop.code
    return ReturnCode(answer)


@every_module
def test_every_hook_answers_only_what_it_declares(name: str) -> None:
    module = module_from(_python(name))
    if TEST_INSTRUMENT in module.declaration.facts:
        return
    worlds = ("well", "bare", "closed")
    items: tuple[dict[Item, str], ...] = (
        {},
        {Item.RHOST: "far", Item.TTY: "tty1", Item.RUSER: "alice"},
    )
    odd = set()
    cases = list(product(worlds, _USERS, _CONVERSATIONS, items))
    at = 0
    for args in _argument_lists(module.declaration):
        for primitive, declared in module.declaration.answers.items():
            passes = (
                (Flag.PRELIM_CHECK, Flag.UPDATE_AUTHTOK)
                if primitive is Primitive.CHAUTHTOK
                else (0, Flag.SILENT)
            )
            for flags in passes:
                # The whole grid is large: each list of arguments meets another part of it.
                for step in range(6):
                    at += 1
                    kind, user, conversation, given = cases[(at * 7 + step) % len(cases)]
                    answer = _answer(
                        module,
                        primitive,
                        int(flags),
                        args,
                        world=_world(kind),
                        user=user,
                        conversation=conversation,
                        items=given,
                    )
                    if answer not in declared:
                        odd.add((primitive.name, answer.name, args, kind, user))
    assert odd == set()


@every_module
def test_who_never_prompts_never_prompts(name: str) -> None:
    module = module_from(_python(name))

    prompts: list[Message] = []

    def listen(messages: tuple[Message, ...]) -> list[Answer]:
        prompts.extend(message for message in messages if message.wants_answer)
        return _silent(messages)

    for args in _argument_lists(module.declaration):
        options, _ = module.declaration.options.parse(args)
        if not module.declaration.fact(NEVER_PROMPTS.name, options):
            continue
        for primitive, user in product(module.hooks, ("alice", None)):
            case: dict[str, Any] = {
                "world": _world("well"),
                "user": user,
                "conversation": listen,
                "items": {},
            }
            _answer(module, primitive, 0, args, **case)
            assert prompts == [], args


@every_module
def test_facilities_are_words_of_a_policy(name: str) -> None:
    assert all(word(each) in FACILITY_WORDS for each in _declaration(name).facilities)


@every_module
def test_who_lets_in_without_a_secret_says_so(name: str) -> None:
    module = module_from(_python(name))
    if Primitive.AUTHENTICATE not in module.hooks:
        return
    for args in _argument_lists(module.declaration):
        options, _ = module.declaration.options.parse(args)
        if module.declaration.fact(GRANTS_WITHOUT_SECRET.name, options):
            continue
        for kind, user in product(("well", "bare", "closed"), ("alice", "root")):
            case = {"world": _world(kind), "user": user, "conversation": _silent, "items": {}}
            answer = _answer(module, Primitive.AUTHENTICATE, 0, args, **case)
            assert answer != ReturnCode.SUCCESS, args


@every_module
def test_who_always_answers_the_same_does_so(name: str) -> None:
    module = module_from(_python(name))
    for args, kind in product(_argument_lists(module.declaration), ("well", "bare", "closed")):
        options, _ = module.declaration.options.parse(args)
        said = {fact.name for fact in module.declaration.facts if fact.holds(options)}
        for primitive in module.hooks if said & _SAME.keys() else ():
            case = {"world": _world(kind), "user": "alice", "conversation": _silent, "items": {}}
            answer = _answer(module, primitive, 0, args, **case)
            for fact in said & _SAME.keys():
                assert _SAME[fact](answer), (fact, primitive.name, args)


_SAME: dict[str, Callable[[ReturnCode], bool]] = {
    ALWAYS_SUCCEEDS.name: lambda answer: answer == ReturnCode.SUCCESS,
    ALWAYS_FAILS.name: lambda answer: answer not in (ReturnCode.SUCCESS, ReturnCode.IGNORE),
    ALWAYS_IGNORED.name: lambda answer: answer == ReturnCode.IGNORE,
}
