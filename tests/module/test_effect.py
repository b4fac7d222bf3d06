from collections.abc import Awaitable, Coroutine, Generator
from typing import Any

import pytest

from pamkit.module.effect import Ask, Effect, Hash, Wait
from pamkit.module.program import Finished, Run
from pamkit.vocab.message import Message, Style
from pamkit.vocab.secret import Secret

EFFECTS: list[tuple[Effect, object, object]] = [
    # effect, what the driver answers, what the hook gets
    (Effect(), 1, 1),
    (Ask((Message(Style.TEXT_INFO, "hello"),)), (0, (None,)), (0, (None,))),
    (Hash(Secret("hunter2"), "$y$"), "hash", "hash"),
    (Run(("/bin/true",)), Finished(0), Finished(0)),
    (Wait(1.5), None, None),
]


async def wait_for(effect: Awaitable[Any]) -> object:
    return await effect


def step(coroutine: Coroutine[Any, Any, object], answer: object) -> object:
    with pytest.raises(StopIteration) as end:
        coroutine.send(answer)
    return end.value.value


@pytest.mark.parametrize(("effect", "answer", "expected"), EFFECTS)
def test_an_effect_surfaces_and_comes_back_with_the_answer(
    effect: Effect, answer: object, expected: object
) -> None:
    coroutine = wait_for(effect)
    assert coroutine.send(None) is effect
    assert step(coroutine, answer) == expected


def test_what_the_driver_throws_reaches_the_hook() -> None:
    coroutine = wait_for(Run(("/nowhere",)))
    coroutine.send(None)
    with pytest.raises(FileNotFoundError):
        coroutine.throw(FileNotFoundError())


@pytest.mark.parametrize("thrown", [(EOFError(),), (EOFError, None, None), (EOFError, EOFError())])
def test_what_is_thrown_into_a_question_is_raised_there(thrown: tuple[Any, ...]) -> None:
    question = Ask((Message(Style.TEXT_INFO, "hello"),))
    coroutine = wait_for(question)
    assert coroutine.send(None) is question
    with pytest.raises(EOFError):
        coroutine.throw(*thrown)


def test_a_generator_may_wait_for_a_question_as_well() -> None:
    question = Ask((Message(Style.TEXT_INFO, "hello"),))

    def waiting() -> Generator[Effect, Any, object]:
        return (yield from question.__await__())

    steps = waiting()
    assert next(steps) is question
    with pytest.raises(StopIteration) as end:
        steps.send((0, (None,)))
    assert end.value.value == (0, (None,))


def test_an_effect_does_not_show_its_secret() -> None:
    shown = repr([effect for effect, _, _ in EFFECTS]) + repr(Run(("/x",), stdin=Secret("hunter2")))
    assert "hunter2" not in shown


@pytest.mark.parametrize("effect", [effect for effect, _, _ in EFFECTS])
@pytest.mark.parametrize("thrown", [(StopIteration((0, ("yes",))),), (StopIteration, None, None)])
def test_the_end_of_a_driver_is_no_answer(effect: Effect, thrown: tuple[Any, ...]) -> None:
    coroutine = wait_for(effect)
    coroutine.send(None)
    with pytest.raises(RuntimeError):
        coroutine.throw(*thrown)
