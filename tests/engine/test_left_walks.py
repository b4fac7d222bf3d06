"""What leaves the tracks is judged as beside them, and leaves nothing behind."""

from __future__ import annotations

import gc
import sys
import weakref
from typing import TYPE_CHECKING, Any

import pytest

import pamkit
from pamkit.module.call import ModuleCall, Stop
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import Style
from tests.fronts import settings
from tests.hooks import module

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import FrameType

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
