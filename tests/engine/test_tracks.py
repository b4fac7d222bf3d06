"""Walks that are kept as a tree: they mean what the kernel says, and never more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given

from pamkit.engine import tracks as subject
from pamkit.engine.driver import Performer, drive
from pamkit.engine.tracks import Tracks
from pamkit.module.call import Stop
from pamkit.module.effect import Ask, Wait
from pamkit.module.registry import Registry
from pamkit.policy.compile import compiled
from pamkit.policy.dialect import DEBIAN, LINUX
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.message import Message, Style
from tests.hooks import module
from tests.properties.probe import answering, written
from tests.properties.strategies import answers, chains

if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.trace import Run
    from pamkit.semantics.walk import Links

_C = ReturnCode
_AUTH = (Primitive.AUTHENTICATE, Primitive.SETCRED)


class Shared:
    """Transactions that share a policy and its tracks; ``said`` are the answers of the moment."""

    def __init__(self, links: Links, dialect: Dialect) -> None:
        self.said: dict[Primitive, list[int]] = {}
        source = MemorySource({f"/etc/pam.d/{n}": t for n, t in written(links).items()})
        self.compiled = compiled(resolve("test", source, dialect=dialect))
        probe = answering(self.said)
        self.registry = Registry(lambda _: None, extra={probe.name: probe})
        self.tracks = Tracks("test", self.compiled, self.registry, jump_counts=dialect.jump_counts)
        self.dialect = dialect

    def runs(self, *, beside: bool) -> tuple[list[ReturnCode], list[Run]]:
        """Return the codes and runs of a transaction, on the tracks or beside them."""
        settings: dict[str, Any] = {"tracks": lambda *_: self.tracks}
        if beside:
            settings["watch"] = lambda *_: None
        trial = Trial(
            "",
            dialect=self.dialect,
            load=lambda _: self.compiled,
            registry=self.registry,
            **settings,
        )
        codes = [trial.call(primitive) for primitive in (*_AUTH, Primitive.SETCRED)]
        return codes, trial.core.runs


@given(chains(), answers, answers, answers, answers)
@pytest.mark.parametrize("dialect", [LINUX, DEBIAN], ids=lambda each: each.name)
def test_walks_on_tracks_are_those_that_the_kernel_makes(
    dialect: Dialect,
    links: Links,
    first: list[int],
    then: list[int],
    again: list[int],
    after: list[int],
) -> None:
    shared = Shared(links, dialect)
    # The second finds what the first has left, the third knows every answer, the fourth none.
    for said in ((first, then), (first, after), (first, then), (again, after)):
        shared.said.update(zip(_AUTH, said, strict=True))
        assert shared.runs(beside=True) == shared.runs(beside=False)


def counting(*said: int, policy: str = "auth required pam_x.so\n" * 3) -> tuple[Trial, list[Any]]:
    """Return a transaction whose hooks answer so in turn, and the calls that they were shown."""
    calls: list[Any] = []
    left = list(said)

    def hook(call: ModuleCall[Any]) -> int:
        calls.append((call, call.args))
        return left.pop(0)

    return Trial(policy, module("x", authenticate=hook, setcred=hook)), calls


def test_a_call_that_a_hook_keeps_stays_what_it_was() -> None:
    policy = "".join(f"auth required pam_x.so {n}\n" for n in range(3))
    trial, calls = counting(0, 0, 0, policy=policy)
    assert trial.authenticate() == _C.SUCCESS
    assert [call.args for call, _ in calls] == [("0",), ("1",), ("2",)]


def test_a_call_that_an_interrupted_hook_keeps_stays_what_it_was() -> None:
    kept: list[Any] = []

    def hook(call: ModuleCall[Any]) -> int:
        kept.append(call)
        if len(kept) == 1:
            raise KeyboardInterrupt
        return _C.SUCCESS

    policy = "auth required pam_x.so 1\naccount required pam_x.so 2\n"
    trial = Trial(policy, module("x", authenticate=hook, acct_mgmt=hook))
    with pytest.raises(KeyboardInterrupt):
        trial.authenticate()
    assert trial.acct_mgmt() == _C.SUCCESS
    assert [(call.primitive, call.args) for call in kept] == [
        (Primitive.AUTHENTICATE, ("1",)),
        (Primitive.ACCT_MGMT, ("2",)),
    ]


def test_a_call_that_is_kept_where_all_succeed_stays_what_it_was() -> None:
    """Hooks of such a walk lie in one row, and are asked one behind the other."""
    kept: list[Any] = []

    def hook(call: ModuleCall[Any]) -> ReturnCode:
        kept.append(call)
        return _C.SUCCESS

    policy = "".join(f"auth required pam_x.so {n}\n" for n in range(3))
    trial = Trial(policy, module("x", authenticate=hook))
    assert trial.authenticate() == _C.SUCCESS
    assert [call.args for call in kept] == [("0",), ("1",), ("2",)]


def test_a_call_that_a_hook_kept_while_it_waited_is_not_shown_to_another_call() -> None:
    kept: list[Any] = []

    async def authenticate(call: ModuleCall[Any]) -> int:
        kept.append(call)
        await call.wait(1)
        return _C.INCOMPLETE  # the walk goes on beside the tracks, where it waits once more

    def acct_mgmt(call: ModuleCall[Any]) -> int:
        kept.append(call)
        return _C.SUCCESS

    policy = "auth required pam_x.so\naccount required pam_x.so\n"
    trial = Trial(policy, module("x", authenticate=authenticate, acct_mgmt=acct_mgmt))
    assert trial.authenticate() == _C.INCOMPLETE
    trial.core.abandon()
    assert trial.acct_mgmt() == _C.SUCCESS
    assert [call.primitive.name for call in kept] == ["AUTHENTICATE", "ACCT_MGMT"]


def test_a_call_that_no_hook_keeps_is_shown_to_all() -> None:
    seen: list[int] = []

    def hook(call: ModuleCall[Any]) -> int:
        seen.append(id(call))
        return _C.SUCCESS

    trial = Trial("auth required pam_x.so\n" * 3, module("x", authenticate=hook))
    assert trial.authenticate() == _C.SUCCESS
    assert len(set(seen)) == 1


@pytest.mark.parametrize("answer", [False, True, None, "", 0.0, 2**40])
def test_what_is_no_code_is_refused_again_and_again(answer: Any) -> None:
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=lambda call: answer))
    for _ in range(3):
        assert trial.authenticate() == _C.SERVICE_ERR
        assert trial.core.runs[-1].steps[0].note != ""


def test_a_plain_zero_is_success() -> None:
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=lambda call: 0))
    assert [trial.authenticate(), trial.authenticate()] == [_C.SUCCESS] * 2


def test_what_a_hook_raises_refuses_each_time_and_is_no_part_of_the_tracks() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        if len(raised) < 2:
            raised.append(1)
            raise RuntimeError
        return _C.SUCCESS

    raised: list[int] = []
    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    wanted = [_C.SERVICE_ERR, _C.SERVICE_ERR, _C.SUCCESS]
    assert wanted == [trial.authenticate() for _ in range(3)]


def test_a_hook_that_stops_is_on_the_tracks_with_its_code() -> None:
    def hook(call: ModuleCall[Any]) -> int:
        raise Stop(_C.MAXTRIES)

    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    assert [trial.authenticate(), trial.authenticate()] == [_C.MAXTRIES] * 2


def test_an_interrupt_leaves_no_yes_behind() -> None:
    left: list[Any] = [_C.SUCCESS, KeyboardInterrupt()]

    def hook(call: ModuleCall[Any]) -> int:
        said = left.pop(0)
        if isinstance(said, BaseException):
            raise said
        return int(said)

    trial = Trial(
        "auth required pam_x.so\n", module("x", authenticate=hook, setcred=lambda call: 0)
    )
    assert trial.authenticate() == _C.SUCCESS
    with pytest.raises(KeyboardInterrupt):
        trial.authenticate()
    trial.core.abandon()
    assert trial.setcred() == _C.PERM_DENIED


def test_while_a_hook_waits_nobody_is_authenticated() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_ON, "who?")
        return _C.SUCCESS

    trial = Trial(
        "auth required pam_x.so\n" * 2, module("x", authenticate=hook, setcred=lambda call: 0)
    )
    verb = trial.core.ask(Primitive.AUTHENTICATE)
    assert not isinstance(verb, int)
    asked = verb.send(None)
    assert asked == Ask((Message(Style.PROMPT_ECHO_ON, "who?"),))
    assert trial.core.is_refused(Primitive.AUTHENTICATE)
    verb.send((0, ("me",)))
    with pytest.raises(StopIteration) as ended:
        verb.send((0, ("me",)))
    assert (ended.value.value, trial.core.is_refused(Primitive.AUTHENTICATE)) == (0, False)
    assert trial.setcred() == _C.SUCCESS


def test_a_hook_that_waits_first_sees_what_is_thrown_into_its_waiting() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await Wait(1)
        except OSError:
            return _C.AUTHINFO_UNAVAIL
        return _C.SUCCESS

    class Broken(Performer):
        def __call__(self, effect: Any) -> Any:
            raise OSError

    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    broken = Broken(None, trial.outside)
    assert drive(trial.core.call(Primitive.AUTHENTICATE), broken) == _C.AUTHINFO_UNAVAIL


def test_a_walk_that_is_cut_off_closes_the_hook_that_waits() -> None:
    closed: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await Wait(1)
        finally:
            closed.append("closed")
        return _C.SUCCESS

    trial = Trial("auth required pam_x.so\n", module("x", authenticate=hook))
    verb = trial.core.ask(Primitive.AUTHENTICATE)
    assert not isinstance(verb, int)
    verb.send(None)
    verb.close()
    assert (closed, trial.core.is_refused(Primitive.AUTHENTICATE)) == (["closed"], True)


def test_trees_grow_no_further_than_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "_MOST_PLACES", 2)
    trial, _ = counting(*[0] * 3, *[0] * 3, *[7, 0, 0])
    assert [trial.authenticate(), trial.authenticate()] == [_C.SUCCESS] * 2
    assert trial.authenticate() == _C.AUTH_ERR
    assert [len(run.steps) for run in trial.core.runs] == [3, 3, 3]


def test_an_answer_that_is_not_declared_is_told_each_time() -> None:
    odd = module("x", authenticate=lambda call: _C.BUF_ERR)
    answers = {Primitive.AUTHENTICATE: frozenset({_C.SUCCESS})}
    odd = odd.changed(declaration=odd.declaration.changed(answers=answers))
    trial = Trial("auth required pam_x.so\n", odd)
    assert [trial.authenticate(), trial.authenticate()] == [_C.BUF_ERR] * 2
    assert sum("does not declare" in run.steps[0].note for run in trial.core.runs) == 2
