"""Native modules, as the engine sees them: effects that somebody else carries out."""

from collections.abc import Coroutine
from typing import Any

import pytest

from pamkit.engine.transaction import Core
from pamkit.module.declaration import Declaration
from pamkit.module.effect import Effect, Load, Loaded, Native, Tell
from pamkit.module.options import NoOptions
from pamkit.module.registry import Module
from pamkit.testing.policies import Trial
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from tests.hooks import module

_C = ReturnCode
_ANY: dict[Primitive, frozenset[ReturnCode]] = dict.fromkeys(Primitive, frozenset(ReturnCode))


class FakeNatives:
    """Finds every module below `/n/`, by a `Load`; wants those first whose name begins so."""

    def __init__(self, first: str = "-") -> None:
        self.first = first
        self.asked: list[str] = []

    def come_first(self, written: str) -> bool:
        return written.startswith(self.first)

    async def find(self, written: str) -> Module | str:
        self.asked.append(written)
        loaded = await Load(f"/n/{written}")
        if loaded.fault:
            return loaded.fault
        nothing: frozenset[Any] = frozenset()
        declaration = Declaration("n", NoOptions, _ANY, nothing, nothing, (), (), ())
        pointer = loaded.hooks[Primitive.AUTHENTICATE]
        hooks: dict[Primitive, Any] = {
            Primitive.AUTHENTICATE: lambda call: Native(pointer, call.flags, call.args),
        }
        return Module("n", declaration, hooks)


def play(coroutine: Coroutine[Effect, Any, Any], *answers: object) -> tuple[Any, list[Effect]]:
    """Return what a coroutine ended with, and the effects it surfaced, answered in turn."""
    given, seen = list(answers), []
    try:
        effect = coroutine.send(None)
        while True:
            seen.append(effect)
            effect = coroutine.send(given.pop(0))
    except StopIteration as end:
        return end.value, seen


def core(policy: str, natives: FakeNatives, *modules: Module, **settings: Any) -> Core:
    """Return a core in memory that knows native modules."""
    return Trial(policy, *modules, natives=natives, **settings).core


HOOKS = (11, 12, 13, 14, 15, 16)


def test_a_native_hook_is_called_by_its_address_with_flags_and_words() -> None:
    c = core("auth required pam_n.so a b\n", FakeNatives())
    code, effects = play(c.call(Primitive.AUTHENTICATE, 1), Loaded(HOOKS), 7)
    assert (code, effects) == (_C.AUTH_ERR, [Load("/n/pam_n.so"), Native(11, 1, ("a", "b"))])


def test_only_its_zero_is_success() -> None:
    for answer, code in ((0, _C.SUCCESS), (-1, _C.PERM_DENIED), (25, _C.PERM_DENIED)):
        c = core("auth required pam_n.so\n", FakeNatives())
        assert play(c.call(Primitive.AUTHENTICATE), Loaded(HOOKS), answer)[0] == code


def test_a_module_in_python_comes_before_a_native_one() -> None:
    natives = FakeNatives()
    python = module("x", authenticate=lambda call: _C.SUCCESS)
    assert play(core("auth required pam_x.so\n", natives, python).call(Primitive.AUTHENTICATE)) == (
        _C.SUCCESS,
        [],
    )
    assert natives.asked == []


def test_a_native_module_that_is_preferred_is_taken_and_no_other() -> None:
    python = module("x", authenticate=lambda call: _C.SUCCESS)
    c = core("auth required pam_x.so\n", FakeNatives(first="pam_x"), python)
    code, _ = play(c.call(Primitive.AUTHENTICATE), Loaded(fault="gone"))
    assert code == _C.MODULE_UNKNOWN
    assert c.runs[-1].steps[0].answer == _C.MODULE_UNKNOWN
    assert c.runs[-1].steps[0].note == "gone"


def test_a_module_is_looked_for_once_for_each_policy() -> None:
    natives = FakeNatives()
    c = core("auth required pam_n.so\n", natives)
    play(c.call(Primitive.AUTHENTICATE), Loaded(HOOKS), 0)
    play(c.call(Primitive.AUTHENTICATE), 0)
    assert natives.asked == ["pam_n.so"]


def test_every_link_is_bound_before_the_first_call_where_that_is_wanted() -> None:
    natives = FakeNatives()
    c = core("auth required pam_a.so\nsession required pam_b.so\n", natives)
    assert play(c.prepare(), Loaded(HOOKS), Loaded(HOOKS))[0] is None
    assert natives.asked == ["pam_a.so", "pam_b.so"]


def test_the_hook_that_waits_stands_on_the_handle_while_c_may_ask_for_it() -> None:
    seen: list[object] = []

    async def hook(call: Any) -> int:
        await call.wait(1)
        seen.append(c.handle.current is call)
        await call.wait(1)
        return _C.SUCCESS

    c = core("auth required pam_x.so\n", FakeNatives(), module("x", authenticate=hook))
    verb = c.call(Primitive.AUTHENTICATE)
    verb.send(None)
    waiting = c.handle.current
    assert waiting is not None
    verb.send(None)
    assert (seen, c.handle.current) == ([True], waiting)
    with pytest.raises(StopIteration):
        verb.send(None)
    assert c.handle.current is None


def test_an_application_in_c_is_told_how_long_to_wait_by_whoever_drives() -> None:
    def hook(call: Any) -> int:
        call.fail_delay(1000)
        return _C.AUTH_ERR

    c = core(
        "auth required pam_x.so\n",
        FakeNatives(),
        module("x", authenticate=hook),
    )
    c.handle.delay_callback = lambda code, length: Tell(99, code, length)
    code, (told,) = play(c.call(Primitive.AUTHENTICATE), None)
    assert isinstance(told, Tell)
    assert (code, told.pointer, told.code) == (_C.AUTH_ERR, 99, _C.AUTH_ERR)
    assert 500 <= told.microseconds <= 1500


def test_what_cannot_be_put_on_record_has_not_happened() -> None:
    policy = "auth required pam_x.so\n"
    hooks = {"authenticate": lambda call: _C.SUCCESS, "setcred": lambda call: _C.SUCCESS}
    said: list[Any] = [_C.SYSTEM_ERR, None]
    x = module("x", **hooks)
    c = core(policy, FakeNatives(), x, audit=lambda run: said.pop(0))
    assert play(c.call(Primitive.AUTHENTICATE))[0] == _C.SYSTEM_ERR
    assert play(c.call(Primitive.SETCRED))[0] == _C.PERM_DENIED


def test_a_record_never_grants() -> None:
    for said in (_C.SUCCESS, 0, None, False):
        x = module("x", authenticate=lambda call: 7)
        c = core("auth required pam_x.so\n", FakeNatives(), x, audit=lambda run, said=said: said)
        assert play(c.call(Primitive.AUTHENTICATE))[0] == _C.AUTH_ERR
