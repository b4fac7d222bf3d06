"""The asynchronous front: the same meaning, no thread while a person types."""

import asyncio
import contextlib
import inspect
import os
import signal
import threading
import time
import weakref
from collections.abc import Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

import pytest

import pamkit
from pamkit import aio
from pamkit.front import Front
from pamkit.module.call import ModuleCall, Stop
from pamkit.module.effect import Blocking
from pamkit.module.program import Finished, Run
from pamkit.stores.system import system_outside
from pamkit.testing.outside import StandInOutside
from pamkit.testing.script import Line, Script, hidden, later, visible
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message, Style
from pamkit.vocab.secret import Secret
from tests.fronts import answering, settings
from tests.hooks import module

_C = ReturnCode


def start(*modules: Any, **more: Any) -> aio.Transaction:
    return aio.Transaction("test", "alice", **settings(*modules, **more))


async def typed(messages: tuple[Message, ...]) -> Sequence[Answer]:
    await asyncio.sleep(0)
    return ["pw" if message.wants_answer else None for message in messages]


async def password(call: ModuleCall[Any]) -> int:
    token = await call.authtok(Item.AUTHTOK)
    return _C.SUCCESS if token.expose() == b"pw" else _C.AUTH_ERR


def test_every_verb_is_awaited_and_a_conversation_may_be_a_coroutine() -> None:
    async def main() -> list[str]:
        calls: list[str] = []
        async with start(answering(calls)) as transaction:
            await transaction.authenticate()
            await transaction.acct_mgmt()
            await transaction.setcred()
            await transaction.open_session()
            await transaction.close_session()
            await transaction.chauthtok()
            await transaction.admit()
        async with start(module("x", authenticate=password), conversation=typed) as transaction:
            await transaction.authenticate()
        return calls

    assert asyncio.run(main())[:6] == [
        "authenticate",
        "acct_mgmt",
        "setcred",
        "open_session",
        "close_session",
        "chauthtok",
    ]


def test_settings_are_those_of_the_other_front_and_each_comes_where_it_belongs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours, theirs = (
        list(inspect.signature(each.__init__).parameters.values())[1:]
        for each in (aio.Transaction, pamkit.Transaction)
    )
    common, own = ours[: len(theirs)], ours[len(theirs) :]
    assert [(each.name, each.default) for each in common] == [
        (each.name, each.default) for each in theirs
    ]
    assert [(each.name, each.default) for each in own] == [
        ("executor", None),
        ("hashers", None),
        ("gate", None),
    ]
    given = {each.name: object() for each in common}
    handed: list[object] = []
    monkeypatch.setattr(Front, "__init__", lambda self, *all: handed.extend(all))
    made: Any = aio.Transaction
    made(**given)
    assert handed == list(given.values())


def test_refusal_raises_and_sessions_unwind() -> None:
    async def main() -> None:
        calls: list[str] = []
        async with start(answering(calls)) as transaction:
            with pytest.raises(RuntimeError):
                async with transaction.session():
                    raise RuntimeError
        assert calls == ["setcred", "open_session", "close_session", "setcred"]
        async with start(answering(close_session=_C.SESSION_ERR)) as transaction:
            with pytest.raises(pamkit.SessionError):
                async with transaction.session():
                    pass
            with pytest.raises(RuntimeError) as raised:
                async with transaction.session():
                    raise RuntimeError
            assert raised.value.__notes__

    asyncio.run(main())


def test_login_is_the_whole_way() -> None:
    async def main() -> None:
        calls: list[str] = []
        async with await aio.login("alice", service="test", **settings(answering(calls))):
            assert calls == ["authenticate", "acct_mgmt", "setcred", "open_session"]
        assert calls[4:] == ["close_session", "setcred"]
        with pytest.raises(pamkit.AccountExpired):
            await aio.login(
                "alice", service="test", **settings(answering(acct_mgmt=_C.ACCT_EXPIRED))
            )

    asyncio.run(main())


def test_check_opens_nothing() -> None:
    calls: list[str] = []
    asyncio.run(aio.check("alice", "pw", service="test", **settings(answering(calls))))
    assert calls == ["authenticate", "acct_mgmt"]


def test_cancellation_runs_what_a_hook_has_to_clean_up_and_refuses_the_rest() -> None:
    cleaned: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        finally:
            cleaned.append("hook")
        return _C.SUCCESS

    async def forever(messages: tuple[Message, ...]) -> Sequence[Answer]:
        await asyncio.Event().wait()
        return []

    async def main() -> None:
        waiting = module("x", authenticate=hook, setcred=lambda call: 0)
        async with start(waiting, conversation=forever) as transaction:
            task = asyncio.ensure_future(transaction.authenticate())
            await asyncio.sleep(0)
            with pytest.raises(pamkit.PamError, match="busy"):
                await transaction.setcred()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert cleaned == ["hook"]
            with pytest.raises(pamkit.Denied):
                await transaction.setcred()

    asyncio.run(main())


def test_a_session_is_closed_although_its_task_is_cancelled() -> None:
    calls: list[str] = []

    async def main() -> None:
        async with start(answering(calls)) as transaction:

            async def body() -> None:
                async with transaction.session():
                    await asyncio.Event().wait()

            task = asyncio.ensure_future(body())
            await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert calls == ["setcred", "open_session", "close_session", "setcred"]


def test_hashing_and_programs_leave_the_loop_free() -> None:
    class Slow(StandInOutside):
        def crypt(self, token: bytes, setting: str) -> str | None:
            assert threading.current_thread() is not threading.main_thread()
            time.sleep(0.05)
            return "hash"

    async def hook(call: ModuleCall[Any]) -> int:
        assert await call.hash(Secret("x"), "$") == "hash"
        assert await call.run(("/bin/true",)) == Finished(0)
        program = await call.start(Run(("/bin/x",)))
        assert [await call.listen(program) for _ in range(2)] == [b"said", Finished(2)]
        await call.wait(0)
        return _C.SUCCESS

    async def main() -> int:
        outside = Slow()
        outside.results = [Finished(0), Finished(2, b"said")]
        ticks = 0
        async with start(module("x", authenticate=hook), outside=outside) as transaction:
            task = asyncio.ensure_future(transaction.authenticate())
            while not task.done():
                ticks += 1
                await asyncio.sleep(0.001)
            await task
        return ticks

    assert asyncio.run(main()) > 5


def test_a_cancellation_kills_the_program_that_is_listened_to() -> None:
    numbers: list[int] = []

    async def hook(call: ModuleCall[Any]) -> int:
        program = await call.start(Run(("/bin/sh", "-c", "echo $$; exec sleep 600")))
        try:
            said = await call.listen(program)
            assert isinstance(said, bytes)
            numbers.append(int(said))
            await call.listen(program)
        finally:
            program.close()
        return _C.SUCCESS

    async def main() -> None:
        outside = system_outside()
        async with start(module("x", authenticate=hook), outside=outside) as transaction:
            task = asyncio.ensure_future(transaction.authenticate())
            while not numbers:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
    assert is_gone(numbers[0])


def is_gone(number: int) -> bool:
    """Whether a program has ended: the thread that listens hears of it a little later."""
    for _ in range(2000):
        if not Path(f"/proc/{number}").exists():
            return True
        time.sleep(0.001)
    os.kill(number, signal.SIGKILL)
    return False


def test_a_cancellation_kills_the_program_that_is_run_to_its_end(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.touch()

    async def hook(call: ModuleCall[Any]) -> int:
        await call.run(("/bin/sh", "-c", f"echo $$ >{begun}; exec sleep 600"))
        return _C.SUCCESS

    async def main() -> bool:
        async with start(module("x", authenticate=hook), outside=system_outside()) as transaction:
            task = asyncio.ensure_future(transaction.authenticate())
            while not begun.read_text().endswith("\n"):
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        return is_gone(int(begun.read_text()))

    assert asyncio.run(main())


class Steps:
    """Something to wait for that is no coroutine and no future: an iterator, and no more."""

    def __init__(self) -> None:
        self.left = 2

    def __await__(self) -> Any:
        while self.left:
            self.left -= 1
            yield
        return ["pw"]


class Plain:
    """The same, and its iterator can only be stepped."""

    def __init__(self) -> None:
        self.inner = Steps().__await__()

    def __await__(self) -> Any:
        return self

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> Any:
        return next(self.inner)


async def future(messages: tuple[Message, ...]) -> Sequence[Answer]:
    return await asyncio.get_running_loop().run_in_executor(None, lambda: ["pw"])


@pytest.mark.parametrize(
    "conversation",
    [
        typed,
        future,
        lambda messages: ["pw"],
        lambda messages: asyncio.ensure_future(typed(messages)),
        lambda messages: Steps(),
        lambda messages: Plain(),
    ],
)
def test_a_conversation_answers_at_once_or_with_anything_to_wait_for(conversation: Any) -> None:
    async def main() -> None:
        hooks = module("x", authenticate=password)
        async with start(hooks, conversation=conversation) as transaction:
            await transaction.authenticate()

    asyncio.run(main())


@pytest.mark.parametrize("conversation", [typed, lambda messages: Plain()])
def test_a_verb_that_is_closed_at_a_prompt_runs_what_its_hook_has_to_clean_up(
    conversation: Any,
) -> None:
    cleaned: list[str] = []

    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        finally:
            cleaned.append("hook")
        return _C.SUCCESS

    async def main() -> None:
        async with start(module("x", authenticate=hook), conversation=conversation) as transaction:
            verb = transaction.authenticate()
            verb.send(None)
            assert not cleaned
            verb.close()
            assert cleaned == ["hook"]

    asyncio.run(main())


def test_a_yes_of_a_module_whose_conversation_broke_is_none() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        with contextlib.suppress(Stop):
            await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        return _C.SUCCESS

    async def broken(messages: tuple[Message, ...]) -> Sequence[Answer]:
        raise OSError

    async def main() -> None:
        hooks = module("x", authenticate=hook, setcred=lambda call: 0)
        async with start(hooks, conversation=broken) as transaction:
            with pytest.raises(pamkit.ConversationEnded):
                await transaction.authenticate()
            with pytest.raises(pamkit.Denied):
                await transaction.setcred()

    asyncio.run(main())


def test_what_a_change_was_refused_for_is_told() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        await call.say(Style.ERROR_MSG, "BAD PASSWORD: it is too short.")
        return _C.AUTHTOK_ERR

    async def main() -> None:
        async with start(module("x", chauthtok=hook), conversation=typed) as transaction:
            with pytest.raises(pamkit.TokenError, match="it is too short"):
                await transaction.chauthtok()

    asyncio.run(main())


def test_a_conversation_is_let_go_of_with_its_transaction() -> None:
    class Talk:
        def __call__(self, messages: tuple[Message, ...]) -> Sequence[Answer]:
            return ["pw"]

    async def main() -> None:
        talk = Talk()
        seen = weakref.ref(talk)
        transaction = start(module("x", authenticate=password), conversation=talk)
        await transaction.authenticate()
        del talk
        transaction.end()
        assert seen() is None

    asyncio.run(main())


def test_a_conversation_that_runs_out_of_answers_is_no_answer() -> None:
    answers: Any = iter([["wrong"]])

    async def main() -> None:
        hooks = module("x", authenticate=password)
        async with start(hooks, conversation=lambda messages: next(answers)) as transaction:
            with pytest.raises(pamkit.WrongCredentials):
                await transaction.authenticate()
            with pytest.raises(pamkit.ConversationEnded) as ended:
                await transaction.authenticate()
            assert isinstance(ended.value.__cause__, RuntimeError)

    asyncio.run(main())


@pytest.mark.parametrize("value", [None, 0, _C.SUCCESS])
@pytest.mark.parametrize("answer", [_C.AUTH_ERR, _C.SUCCESS])
def test_what_the_application_raises_at_the_end_of_a_call_is_never_the_end_of_the_call(
    answer: int, value: int | None
) -> None:
    # The end of a coroutine is a `StopIteration` with its code: one of somebody else's is none.
    def audit(_: Any) -> None:
        if len(transaction.trace) == 1:
            raise StopIteration(value)

    async def main() -> list[str]:
        said = []
        for verb in (transaction.authenticate, transaction.setcred):
            try:
                await verb()
                said.append("yes")
            except Exception as fault:  # noqa: BLE001  # which it is, is what is asked
                said.append(type(fault).__name__)
        return said

    hooks = {"authenticate": lambda _: answer, "setcred": lambda _: _C.SUCCESS}
    transaction = start(module("x", **hooks), audit=audit)
    assert asyncio.run(main()) == ["RuntimeError", "Denied"]


def test_an_audit_that_says_incomplete_has_not_put_a_yes_on_record() -> None:
    def audit(_: Any) -> None:
        if len(transaction.trace) == 1:
            raise pamkit.Incomplete

    async def main() -> None:
        async with transaction:
            with pytest.raises(pamkit.Incomplete):
                await transaction.authenticate()
            with pytest.raises(pamkit.Denied):
                await transaction.setcred()

    speaking = module("x", authenticate=password, setcred=lambda _: _C.SUCCESS)
    transaction = start(speaking, audit=audit, conversation=typed)
    asyncio.run(main())


async def tells_and_asks(call: ModuleCall[Any]) -> int:
    await call.say(Style.TEXT_INFO, "hello")
    await call.ask(Style.PROMPT_ECHO_ON, "who? ")
    return _C.SUCCESS


def test_a_conversation_that_broke_before_it_had_to_wait_refuses_as_well() -> None:
    async def main() -> None:
        async with start(hooks, conversation=script) as transaction:
            with pytest.raises(pamkit.Incomplete):
                await transaction.authenticate()
            with pytest.raises(pamkit.ConversationEnded):
                await transaction.authenticate()
            with pytest.raises(pamkit.Denied):
                await transaction.setcred()

    script = Script(
        Line(Style.TEXT_INFO, "hello", RuntimeError()),
        later(Style.PROMPT_ECHO_ON, "who? "),
        visible("who? ", "me"),
    )
    hooks = module("x", authenticate=tells_and_asks, setcred=lambda _: _C.SUCCESS)
    asyncio.run(main())
    script.assert_used_up()


def test_a_hook_that_raises_when_it_is_cancelled_hides_no_cancellation() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        try:
            await call.ask(Style.PROMPT_ECHO_ON, "?")
        finally:
            raise ValueError

    async def forever(messages: tuple[Message, ...]) -> Sequence[Answer]:
        await asyncio.sleep(3600)
        return ["never"]

    async def main() -> bool:
        async with start(module("x", authenticate=hook), conversation=forever) as transaction:
            task = asyncio.ensure_future(transaction.authenticate())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task])
            return task.cancelled()

    assert asyncio.run(main())


class Full(list[Any]):
    """A list in which there is no room."""

    def append(self, _: Any) -> None:
        raise MemoryError


def test_a_yes_that_could_not_be_noted_is_none() -> None:
    async def main() -> None:
        async with start(answering()) as transaction:
            await transaction.authenticate()
            transaction._core.walks = Full(transaction._core.walks)
            with pytest.raises(MemoryError):
                await transaction.authenticate()
            transaction._core.walks = []
            with pytest.raises(pamkit.Denied):
                await transaction.setcred()

    asyncio.run(main())


class Ends(StandInOutside):
    """An outside whose hashing ends as no function should."""

    def crypt(self, token: bytes, setting: str) -> str | None:
        raise StopIteration(setting)


async def hashing(call: ModuleCall[Any]) -> int:
    return _C.SUCCESS if await call.hash(Secret("pw"), "$x$") else _C.AUTH_ERR


def never_ending(_: Any) -> int:
    raise StopIteration(_C.SUCCESS)


async def blocking(call: ModuleCall[Any]) -> int:
    code: int = await Blocking(never_ending)
    return code


@pytest.mark.parametrize("hook", [hashing, blocking])
@pytest.mark.parametrize("has_executor", [False, True])
def test_what_a_function_in_a_thread_raises_is_always_heard(hook: Any, has_executor: bool) -> None:
    # A future of asyncio takes no `StopIteration`: whoever waits for it would wait for ever.
    async def main() -> None:
        with futures.ThreadPoolExecutor(1) as executor:
            more = {"executor": executor} if has_executor else {}
            async with start(module("x", authenticate=hook), outside=Ends(), **more) as one:
                with pytest.raises(pamkit.PamError) as refused:
                    await asyncio.wait_for(one.authenticate(), 10)
                assert refused.value.code == _C.SERVICE_ERR

    asyncio.run(main())


def test_a_refusal_holds_nothing_of_what_was_typed() -> None:
    def secrets(found: Any) -> bool:
        if isinstance(found, tuple):  # a record may be iterable in a way of its own
            return any(map(secrets, tuple.__iter__(found)))
        return isinstance(found, Secret)

    async def wrong(call: ModuleCall[Any]) -> int:
        await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        return _C.AUTH_ERR

    async def main() -> None:
        async with start(module("x", authenticate=wrong), conversation=typed) as one:
            with pytest.raises(pamkit.WrongCredentials) as refused:
                await one.authenticate()
        traceback = refused.value.__traceback__
        while traceback is not None:
            for name, found in traceback.tb_frame.f_locals.items():
                assert not secrets(found), name
            traceback = traceback.tb_next

    asyncio.run(main())


def test_not_yet_keeps_the_transaction_here_too() -> None:
    script = Script(later(Style.PROMPT_ECHO_OFF, "Password: "), hidden("Password: ", "pw"))

    async def main() -> None:
        async with start(module("x", authenticate=password), conversation=script) as transaction:
            with pytest.raises(pamkit.Incomplete):
                await transaction.authenticate()
            await transaction.authenticate()

    asyncio.run(main())
    script.assert_used_up()


@pytest.mark.parametrize("conversation", [None, Script(hidden("Password: ", ValueError()))])
def test_nobody_answers_and_the_login_is_refused(conversation: Any) -> None:
    async def main() -> None:
        hooks = module("x", authenticate=password)
        async with start(hooks, conversation=conversation) as transaction:
            with pytest.raises(pamkit.PamError) as refused:
                await transaction.authenticate()
            assert refused.value.code in (_C.AUTHTOK_ERR, _C.CONV_ERR)

    asyncio.run(main())


@pytest.mark.parametrize("where", ["open_session", "close_session"])
def test_a_cancellation_at_a_session_leaves_nothing_behind_and_goes_on(where: str) -> None:
    calls: list[str] = []
    ended: list[int] = []
    asked = asyncio.Event()

    async def hook(call: ModuleCall[Any]) -> int:
        name = call.primitive.name.lower()
        calls.append(name if name != "setcred" else f"setcred {call.flags}")
        call.set_data(name, 1, lambda data, status: ended.append(status))
        if name == where:
            await call.ask(Style.PROMPT_ECHO_ON, "?")
        return _C.SUCCESS

    async def slow(messages: tuple[Message, ...]) -> Sequence[Answer]:
        asked.set()
        await asyncio.sleep(0.05)
        return ["yes"]

    async def main() -> None:
        names = ("authenticate", "acct_mgmt", "setcred", "open_session", "close_session")
        given = settings(module("x", **dict.fromkeys(names, hook)))

        async def body() -> None:
            async with await aio.login("alice", service="test", conversation=slow, **given):
                pass

        task = asyncio.ensure_future(body())
        await asked.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert calls[-1] == "setcred 4"
    assert ended, "the transaction was ended"
