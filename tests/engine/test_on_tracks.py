"""What leaves the tracks is judged as beside them, and leaves nothing behind."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import pamkit
from pamkit.engine.driver import Performer, drive
from pamkit.module.call import ModuleCall, Stop
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.message import Style
from pamkit.vocab.secret import Secret
from tests.fronts import settings
from tests.hooks import module

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

    from pamkit.semantics.trace import Run

_C = ReturnCode


def start(*modules: Any, **more: Any) -> pamkit.Transaction:
    policy = "".join(f"auth required {each.name}.so\n" for each in modules)
    return pamkit.Transaction("test", "alice", **settings(*modules, policy=policy, **more))


def answered(messages: tuple[Any, ...]) -> list[str]:
    return ["yes"] * len(messages)


async def later(answer: Any) -> Any:
    return answer


class Answer:
    """Something that can be awaited."""

    def __await__(self) -> Generator[Any, Any, int]:
        yield from ()
        return _C.SUCCESS


class Interrupt(BaseException):
    """Comes from nowhere."""


class Local:
    """What a hook had in its hands."""


@pytest.mark.parametrize(
    "hook",
    [
        lambda _: later(Answer()),
        lambda _: Stop(_C.IGNORE),
        lambda _: later(Stop(_C.IGNORE)),
    ],
)
def test_what_is_answered_is_neither_waited_for_again_nor_raised(hook: Any) -> None:
    modules = module("x", authenticate=hook), module("y", authenticate=lambda _: _C.SUCCESS)
    with pytest.raises(pamkit.PamError) as refused, start(*modules) as transaction:
        transaction.authenticate()
    assert refused.value.code == _C.SERVICE_ERR


def test_a_call_that_a_hook_keeps_while_it_waits_stays_its_own() -> None:
    kept: list[Any] = []

    async def keeps(call: ModuleCall[Any]) -> int:
        kept.append(call)
        await call.ask(Style.PROMPT_ECHO_ON, "?")
        return _C.SUCCESS

    modules = module("x", authenticate=keeps), module("y", authenticate=lambda _: _C.SUCCESS)
    for _ in range(2):
        start(*modules, conversation=answered).authenticate()
    assert [each.module for each in kept] == ["pam_x", "pam_x"]


def test_an_interrupt_before_a_refusal_is_noted_leaves_no_older_yes() -> None:
    said = [_C.SUCCESS, _C.AUTH_ERR]
    hooks = {"authenticate": lambda _: said.pop(0), "setcred": lambda _: _C.SUCCESS}
    transaction = start(module("x", **hooks))
    transaction.authenticate()

    def interrupt(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code.co_name == "_arrive":
            sys.setprofile(None)
            raise Interrupt

    sys.setprofile(interrupt)
    with pytest.raises(Interrupt):
        transaction.authenticate()
    with pytest.raises(pamkit.PamError):
        transaction.setcred()


@pytest.mark.parametrize("fault", [ValueError(), Stop(_C.AUTH_ERR)], ids=repr)
@pytest.mark.parametrize("waits", [False, True])
def test_what_a_hook_had_in_its_hands_is_gone_when_it_has_raised(
    fault: Exception, *, waits: bool
) -> None:
    seen: list[weakref.ref[Local]] = []

    def raises(_: Any) -> int:
        local = Local()
        seen.append(weakref.ref(local))
        raise fault.__class__(*fault.args)

    async def asks(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_ON, "?")
        return _C.SUCCESS

    first = [module("w", authenticate=asks)] if waits else []
    modules = *first, module("x", authenticate=raises)
    gc.disable()
    try:
        with pytest.raises(pamkit.PamError), start(*modules, conversation=answered) as transaction:
            transaction.authenticate()
        assert [each() for each in seen] == [None]
    finally:
        gc.enable()


class Hooks:
    """Hooks that answer each in a way of its own, and what they saw when they had waited."""

    def __init__(self, ways: list[str], answers: list[ReturnCode]) -> None:
        self.ways, self.answers = ways, answers
        self.seen: list[object] = []
        self.kept: list[Any] = []
        self.trial: Any = None

    def __call__(self, call: ModuleCall[Any]) -> Any:
        number = int(call.args[0])
        way, answer = self.ways[number], self.answers[number]
        match way:
            case "keeps":
                self.kept.append((call, number))
            case "raises":
                raise Stop(answer)
            case "waits" | "waits, raises" | "waits, keeps" | "waits, no code" | "asks":
                return self.waits(call, number, way, answer)
            case "is awaited":
                return Answer()
        return answer

    async def waits(
        self, call: ModuleCall[Any], number: int, way: str, answer: ReturnCode
    ) -> ReturnCode:
        if way == "asks":
            self.seen.append(await call.ask(Style.PROMPT_ECHO_ON, f"{number}?"))
        else:
            await call.wait(number)
        self.seen.append((number, call.args, self.trial.handle.current is call))
        if way == "waits, keeps":
            self.kept.append((call, number))
        if way == "waits, raises":
            raise Stop(answer)
        nothing: Any = None
        return nothing if way == "waits, no code" else answer


WAYS = (
    *("at once", "keeps", "raises", "waits", "waits", "asks", "waits, raises", "waits, keeps"),
    *("waits, no code", "is awaited"),
)
CONTROLS = ("required", "requisite", "sufficient", "optional", "[default=1]", "[success=1]")


def told(run: Run) -> list[object]:
    """Return what there is to tell of a walk."""
    steps = [(step.link.number, step.answer, step.action, step.note) for step in run.steps]
    return [run.primitive, steps, run.verdict, run.code]


LINES = st.tuples(
    st.sampled_from(CONTROLS), st.sampled_from(WAYS), st.sampled_from([_C.SUCCESS, _C.AUTH_ERR])
)


@given(st.lists(LINES, min_size=1, max_size=7))
def test_hooks_that_wait_are_judged_on_the_tracks_as_beside_them(
    lines: list[tuple[str, str, ReturnCode]],
) -> None:
    policy = "".join(f"auth {line[0]} pam_x.so {n}\n" for n, line in enumerate(lines))
    wanted: list[object] = []
    for beside in (True, False, False):  # the last knows the way
        hooks = Hooks([way for _, way, _ in lines], [answer for _, _, answer in lines])
        more: dict[str, Any] = {"watch": lambda *_: None} if beside else {}
        trial = hooks.trial = Trial(
            policy, module("x", authenticate=hooks), conversation=answered, **more
        )
        codes = [trial.authenticate(), trial.authenticate()]
        assert [int(call.args[0]) for call, _ in hooks.kept] == [number for _, number in hooks.kept]
        assert trial.handle.current is None
        found = [codes, *map(told, trial.core.runs), hooks.seen]
        wanted = wanted or found
        assert found == wanted


@pytest.mark.parametrize("before", [0, 1])
def test_an_interrupt_while_a_hook_waits_leaves_nobody_who_speaks(before: int) -> None:
    class Interrupted(Performer):
        def __call__(self, effect: Any) -> Any:
            if len(hooks.seen) == before:
                raise Interrupt
            return None

    hooks = Hooks(["waits"] * 2, [_C.SUCCESS] * 2)
    policy = "auth required pam_x.so 0\nauth required pam_x.so 1\n"
    trial = hooks.trial = Trial(policy, module("x", authenticate=hooks))
    with pytest.raises(Interrupt):
        drive(trial.core.call(Primitive.AUTHENTICATE), Interrupted(None, trial.outside))
    assert (len(hooks.seen), trial.handle.current) == (before, None)


@pytest.mark.parametrize("raised", [KeyboardInterrupt, GeneratorExit])
def test_a_hook_that_is_interrupted_behind_its_waiting_leaves_nobody_who_speaks(
    raised: type[BaseException],
) -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.wait(1)
        raise raised

    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    with pytest.raises(raised):
        trial.authenticate()
    assert trial.handle.current is None
    assert trial.core.is_refused(Primitive.AUTHENTICATE)


@pytest.mark.parametrize("thrown", [False, True])
def test_a_log_that_fails_behind_a_hook_leaves_nobody_who_speaks(*, thrown: bool) -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.wait(1)
        raise ValueError

    class Broken(MemoryLog):
        def write(self, priority: int, text: str) -> None:
            raise Interrupt

    class Fails(Performer):
        def __call__(self, effect: Any) -> Any:
            if thrown:
                raise OSError

    world = memory_world().changed(log=Broken())
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook), world=world)
    with pytest.raises(Interrupt):
        drive(trial.core.call(Primitive.AUTHENTICATE), Fails(None, trial.outside))
    assert trial.handle.current is None


def test_a_walk_is_awaited_as_any_coroutine() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.wait(1)
        return _C.SUCCESS

    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))

    async def both() -> int:
        first = trial.core.ask(Primitive.AUTHENTICATE)
        assert not isinstance(first, int)
        return [await first, await trial.core.call(Primitive.AUTHENTICATE)].count(0)

    assert drive(both(), Performer(None, trial.outside)) == 2


async def waits_and_succeeds(call: ModuleCall[Any]) -> int:
    await call.wait(1)
    return _C.SUCCESS


class Stops(MemoryLog):
    """A log that raises what ends iterators, with a yes in it."""

    def write(self, priority: int, text: str) -> None:
        raise StopIteration(_C.SUCCESS)


def test_a_log_that_ends_an_iterator_gives_no_yes() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.wait(1)
        raise ValueError

    world = memory_world().changed(log=Stops())
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook), world=world)
    with pytest.raises(RuntimeError):
        trial.authenticate()
    assert trial.core.is_refused(Primitive.AUTHENTICATE)


def test_an_audit_that_ends_an_iterator_gives_no_yes() -> None:
    def audit(run: Run) -> object:
        raise StopIteration(_C.SUCCESS)

    hooks = module("x", authenticate=waits_and_succeeds)
    trial = Trial("auth required pam_x.so\n", hooks, audit=audit)
    with pytest.raises(RuntimeError):
        trial.authenticate()


@pytest.mark.parametrize("steps", ["to its end", "to its close"])
def test_a_walk_that_is_over_asks_nobody_any_more(steps: str) -> None:
    asked: list[str] = []

    def last(call: ModuleCall[Any]) -> ReturnCode:
        asked.append("y")
        return _C.SUCCESS

    policy = "auth optional pam_x.so\nauth required pam_y.so\n"
    hooks = module("x", authenticate=waits_and_succeeds), module("y", authenticate=last)
    trial = Trial(policy, *hooks)
    verb = trial.core.ask(Primitive.AUTHENTICATE)
    assert not isinstance(verb, int)
    verb.send(None)
    if steps == "to its end":
        with pytest.raises(StopIteration) as ended:
            verb.send(None)
        assert ended.value.value == _C.SUCCESS
    else:
        verb.close()
    before = list(asked)
    with pytest.raises(StopIteration) as ended:
        verb.send(None)
    assert (ended.value.value, asked) == (None, before)


@pytest.mark.parametrize("beside", [False, True])
@pytest.mark.parametrize("way", ["raises", "waits", "waits, and then more"])
def test_what_a_hook_does_when_it_is_closed_hides_no_interrupt(way: str, *, beside: bool) -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.wait(1)
        finally:
            if way == "raises":
                raise ValueError
            await call.wait(1)
            if way != "waits":
                await call.wait(1)
        return _C.SUCCESS

    def interrupted(effect: Any) -> Any:
        raise Interrupt

    more: dict[str, Any] = {"watch": lambda *_: None} if beside else {}
    policy = "auth required pam_x.so\nauth required pam_y.so\n"
    modules = module("x", authenticate=hook), module("y", authenticate=waits_and_succeeds)
    trial = Trial(policy, *modules, **more)
    with pytest.raises(Interrupt):
        drive(trial.core.call(Primitive.AUTHENTICATE), interrupted)
    trial.core.abandon()
    assert trial.handle.current is None


def test_a_log_that_fails_when_a_hook_is_closed_hides_no_interrupt() -> None:
    class Full(MemoryLog):
        def write(self, priority: int, text: str) -> None:
            raise OSError

    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.wait(1)
        finally:
            raise ValueError

    def interrupted(effect: Any) -> Any:
        raise Interrupt

    world = memory_world().changed(log=Full())
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook), world=world)
    with pytest.raises(Interrupt):
        drive(trial.core.call(Primitive.AUTHENTICATE), interrupted)


@pytest.mark.parametrize("over", ["abandon", "end"])
def test_what_was_cut_off_leaves_nobody_who_speaks(over: str) -> None:
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=waits_and_succeeds))
    verb = trial.core.ask(Primitive.AUTHENTICATE)
    assert not isinstance(verb, int)
    verb.send(None)
    assert trial.handle.current is not None
    trial.core.abandon() if over == "abandon" else trial.core.end(0)
    assert trial.handle.current is None


def test_what_was_typed_lies_in_no_frame_of_what_comes_behind() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        return _C.SUCCESS

    def audit(run: Run) -> object:
        raise ValueError

    with (
        pytest.raises(ValueError) as raised,  # noqa: PT011  # it has no words
        start(module("x", authenticate=hook), conversation=answered, audit=audit) as transaction,
    ):
        transaction.authenticate()
    held: list[object] = []
    at = raised.value.__traceback__
    while at is not None:
        held += at.tb_frame.f_locals.values()
        at = at.tb_next
    for _ in range(2):  # an answer is a code and a tuple
        held += [part for each in held if type(each) is tuple for part in each]
    assert [each for each in held if type(each) is Secret] == []
