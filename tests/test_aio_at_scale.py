"""Many logins at once: none holds a thread, none keeps another waiting, and no place is lost."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Sequence
from concurrent import futures
from pathlib import Path
from typing import Any

import pytest

import pamkit
from pamkit import aio
from pamkit.module.call import ModuleCall
from pamkit.module.program import Finished, Run
from pamkit.stores.policy_cache import PolicyCache
from pamkit.stores.system import system_outside
from pamkit.testing.outside import StandInOutside, StandInProgram
from pamkit.testing.script import Script, hidden, later
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.item import Item
from pamkit.vocab.message import Answer, Message, Style
from pamkit.vocab.secret import Secret
from tests.fronts import ALL, answering, settings
from tests.hooks import module
from tests.loops import run, settle

_C = ReturnCode

MOST_BYTES = 4096
"""Of one conversation that waits: its task and coroutines, and all that pamkit keeps for it."""

WATCHED_BYTES = 1536
"""What comes to that where lines are watched."""

MOST_OBJECTS = 16
"""Objects of one that waits which Python's collector of cycles looks at again and again.

Half of them are the application's: its task and coroutine, and what they wait for.
"""

WATCHED_OBJECTS = 6
"""What comes to that where lines are watched."""

PATIENCE = 10.0


def resident(tmp_path: Path, *modules: Any, **more: Any) -> dict[str, Any]:
    """Settings of a program that lives long: its policy is kept, and stands on the disk."""
    (tmp_path / "test").write_text(ALL)
    (tmp_path / "other").write_text(ALL)
    return {
        "confdir": str(tmp_path),
        "modules": {module.name: module for module in modules},
        "policies": PolicyCache(now=lambda: time.time_ns() + 10**11),
        "dialect": "linux",
        "outside": StandInOutside(),
        "natives": None,
        **more,
    }


async def asking(call: ModuleCall[Any]) -> int:
    answer = await call.ask(Style.PROMPT_ECHO_ON, "Name of your first pet: ")
    return _C.SUCCESS if answer == "Rex" else _C.AUTH_ERR


class Prompts:
    """A conversation in which everybody waits until all are let go on."""

    def __init__(self) -> None:
        self.waiting: list[asyncio.Future[Sequence[Answer]]] = []

    def __call__(self, messages: tuple[Message, ...]) -> asyncio.Future[Sequence[Answer]]:
        self.waiting.append(asyncio.get_running_loop().create_future())
        return self.waiting[-1]

    def answer(self) -> None:
        """Answer them all."""
        for one in self.waiting:
            one.set_result(["Rex"])


async def whole(given: dict[str, Any]) -> int:
    """Log in and out; return how many runs that took."""
    async with aio.Transaction("test", "alice", **given) as transaction:
        await transaction.authenticate()
        await transaction.setcred()
        await transaction.acct_mgmt()
        await transaction.open_session()
        await transaction.close_session()
        return len(transaction.trace)


def test_ten_thousand_wait_at_a_prompt_without_a_thread_and_nobody_is_refused(
    tmp_path: Path,
) -> None:
    count = 10_000
    prompts = Prompts()
    hooks = {name: lambda call: 0 for name in ("acct_mgmt", "setcred", "open_session")}
    one = module("x", authenticate=asking, close_session=lambda call: 0, **hooks)
    given = resident(tmp_path, one, conversation=prompts)

    async def main() -> None:
        threads = threading.active_count()
        tasks = [asyncio.ensure_future(whole(given)) for _ in range(count)]
        await settle()
        assert len(prompts.waiting) == count
        assert len(asyncio.all_tasks()) == count + 1, "one task each, the application's own"
        assert threading.active_count() == threads
        prompts.answer()
        assert await asyncio.gather(*tasks) == [5] * count

    asyncio.run(main())


def test_one_that_waits_takes_little_memory(tmp_path: Path) -> None:
    count = 500
    prompts = Prompts()
    given = resident(tmp_path, module("x", authenticate=asking), conversation=prompts)

    async def one() -> None:
        async with aio.Transaction("test", "alice", **given) as transaction:
            await transaction.authenticate()

    async def main() -> float:
        first = asyncio.ensure_future(one())  # what all share is made for the first
        await settle()
        gc.collect()
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        tasks = [asyncio.ensure_future(one()) for _ in range(count)]
        await settle()
        gc.collect()
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        prompts.answer()
        await asyncio.gather(first, *tasks)
        return (after - before) / count

    taken = asyncio.run(main())
    # Who watches lines (coverage) has an object made for each frame.
    watched = WATCHED_BYTES if sys.gettrace() is not None else 0
    assert taken <= MOST_BYTES + watched


def test_the_collector_looks_at_little_for_one_that_waits(tmp_path: Path) -> None:
    count = 100
    prompts = Prompts()
    given = resident(tmp_path, module("x", authenticate=asking), conversation=prompts)

    async def one() -> None:
        async with aio.Transaction("test", "alice", **given) as transaction:
            await transaction.authenticate()

    async def main() -> float:
        first = asyncio.ensure_future(one())  # what all share is made for the first
        await settle()
        gc.collect()
        before = len(gc.get_objects())
        tasks = [asyncio.ensure_future(one()) for _ in range(count)]
        await settle()
        gc.collect()
        after = len(gc.get_objects())
        prompts.answer()
        await asyncio.gather(first, *tasks)
        return (after - before) / count

    taken = asyncio.run(main())
    # Who watches lines (coverage) has an object made for each frame.
    watched = WATCHED_OBJECTS if sys.gettrace() is not None else 0
    assert taken <= MOST_OBJECTS + watched


class AtOnce(futures.Executor):
    """Does everything on the spot: where it takes no time, no thread is needed."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **named: Any) -> Any:
        done: futures.Future[Any] = futures.Future()
        done.set_result(function(*args, **named))
        return done


async def hashing(call: ModuleCall[Any]) -> int:
    """Grant those who are called bob, after a hash, and let the others wait."""
    call.fail_delay(2_000_000)
    await call.hash(Secret("pw"), "$plain$x$")
    return _C.SUCCESS if call.item(Item.USER) == "bob" else _C.AUTH_ERR


def test_wrong_logins_with_a_delay_keep_a_good_one_waiting_for_no_time() -> None:
    one = module("x", authenticate=hashing)

    async def main() -> tuple[float, list[str], float]:
        clock = asyncio.get_running_loop().time
        bad = [
            aio.Transaction("test", "alice", executor=AtOnce(), **settings(one)) for _ in range(5)
        ]
        refused = [asyncio.ensure_future(transaction.authenticate()) for transaction in bad]
        await settle()
        good = aio.Transaction("test", "bob", executor=AtOnce(), **settings(one))
        await good.authenticate()
        taken = clock()
        ended = await asyncio.gather(*refused, return_exceptions=True)
        return taken, [type(fault).__name__ for fault in ended], clock()

    taken, ended, end = run(main())
    assert taken == 0
    assert ended == ["WrongCredentials"] * 5
    assert 1 <= end <= 3, "a delay is 0.5 to 1.5 of what was asked for"


class Counting(StandInOutside):
    """Computes hashes with libcrypt, and keeps in which order."""

    def __init__(self) -> None:
        super().__init__()
        self.real, self.order = system_outside(), list[bytes]()
        self.begun, self.go = threading.Event(), threading.Event()

    def crypt(self, token: bytes, setting: str) -> str | None:
        self.begun.set()
        assert self.go.wait(PATIENCE)
        self.order.append(token)
        return self.real.crypt(token, setting)


async def with_libcrypt(call: ModuleCall[Any]) -> int:
    name = call.item(Item.USER) or ""
    hashed = await call.hash(Secret(name), "$6$saltsaltsaltsalt$")
    assert hashed is not None
    assert hashed.startswith("$6$saltsaltsaltsalt$")
    return _C.SUCCESS if name == "bob" else _C.AUTH_ERR


@pytest.mark.needs("libcrypt")
@pytest.mark.parametrize("wrong", [5, 1000])
def test_wrong_logins_of_one_source_keep_a_good_one_waiting_for_one_hash(wrong: int) -> None:
    outside = Counting()
    pool = aio.FairPool(1)
    one = settings(module("x", authenticate=with_libcrypt), outside=outside, hashers=pool)

    def login(user: str, host: str) -> asyncio.Future[None]:
        transaction = aio.Transaction("test", user, items={"rhost": host}, **one)
        return asyncio.ensure_future(transaction.authenticate())

    async def main() -> None:
        refused = [login(f"x{number}", "192.0.2.1") for number in range(wrong)]
        await settle()
        good = login("bob", "192.0.2.2")
        await settle()
        assert pool.waiting() == wrong
        outside.go.set()
        await good
        for task in refused:
            task.cancel()
        await asyncio.gather(*refused, return_exceptions=True)

    asyncio.run(main())
    assert outside.order.index(b"bob") <= 2
    assert pool.waiting() == 0
    pool.close()


def test_neither_hashes_nor_programs_wait_for_the_work_of_the_application() -> None:
    held = threading.Event()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        loop.set_default_executor(futures.ThreadPoolExecutor(1))
        mine = loop.run_in_executor(None, held.wait, PATIENCE)
        hook = module("x", authenticate=hashing)
        await aio.Transaction("test", "bob", **settings(hook)).authenticate()
        bringing = settings(policy="auth required pam_python.so /x.py\n")
        with pytest.raises(pamkit.PamError):
            await aio.Transaction("test", "bob", **bringing).authenticate()
        assert not mine.done()
        held.set()
        await mine

    asyncio.run(main())


def test_hashes_and_programs_run_in_the_executor_that_is_given() -> None:
    class Program(StandInProgram):
        def listen(self) -> bytes | Finished:
            assert threading.current_thread() is threading.main_thread()
            return super().listen()

    class Here(StandInOutside):
        def crypt(self, token: bytes, setting: str) -> str | None:
            assert threading.current_thread() is threading.main_thread()
            return super().crypt(token, setting)

        def start(self, run: Run) -> StandInProgram:
            return Program(Finished(0))

    async def hook(call: ModuleCall[Any]) -> int:
        await call.hash(Secret("pw"), "$plain$x$")
        return (await call.run(("/bin/true",))).status

    async def main() -> None:
        given = settings(module("x", authenticate=hook), outside=Here(), executor=AtOnce())
        await aio.Transaction("test", "bob", **given).authenticate()

    asyncio.run(main())


def test_who_is_not_let_in_is_refused_before_a_module_is_asked_and_nothing_follows() -> None:
    calls: list[str] = []

    async def main() -> None:
        gate = aio.Gate(of_one=1, patience=0)
        given = settings(answering(calls), gate=gate, items={"rhost": "2001:db8::1"})
        async with aio.Transaction("test", "alice", **given) as transaction:
            await transaction.admit()
            await gate.enter("network 20010db800000000/64")  # of the same network
            for verb in (transaction.authenticate, transaction.admit, transaction.chauthtok):
                with pytest.raises(pamkit.TryAgain, match="too many logins"):
                    await verb()
            assert calls == ["authenticate", "acct_mgmt"]
            with pytest.raises(pamkit.PamError):
                await transaction.setcred()
            assert calls == ["authenticate", "acct_mgmt"], "no credentials on an old yes"
            gate.leave("network 20010db800000000/64")
            await transaction.authenticate()
            await transaction.setcred()
        assert gate.under_way() == 0

    run(main())


def test_a_place_is_given_back_however_a_login_ends() -> None:
    async def hook(call: ModuleCall[Any]) -> int:
        answer = await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        return _C.SUCCESS if answer == Secret("pw") else _C.AUTH_ERR

    async def forever(messages: tuple[Message, ...]) -> Sequence[Answer]:
        await asyncio.Event().wait()
        return []

    async def broken(messages: tuple[Message, ...]) -> Sequence[Answer]:
        raise OSError

    prompt = Style.PROMPT_ECHO_OFF
    again = Script(later(prompt, "Password: "), hidden("Password: ", "pw"))

    async def main() -> None:
        gate = aio.Gate(of_one=1, in_all=1)

        def begin(conversation: Any) -> aio.Transaction:
            given = settings(module("x", authenticate=hook), gate=gate, conversation=conversation)
            return aio.Transaction("test", "alice", **given)

        with pytest.raises(pamkit.WrongCredentials):
            await begin(Script(hidden("Password: ", "wrong"))).authenticate()
        with pytest.raises(pamkit.ConversationEnded):
            await begin(broken).authenticate()
        kept = begin(again)
        with pytest.raises(pamkit.Incomplete):
            await kept.authenticate()
        assert gate.under_way() == 0, "who waits outside has no place"
        task = asyncio.ensure_future(begin(forever).authenticate())
        await settle()
        assert gate.under_way("user alice") == 1
        in_line = asyncio.ensure_future(kept.authenticate())
        await settle()
        assert gate.waiting() == 1
        task.cancel()
        await in_line
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (gate.under_way(), gate.waiting()) == (0, 0)

    run(main())


def test_a_cancellation_in_line_takes_the_login_for_refused() -> None:
    calls: list[str] = []

    async def main() -> None:
        gate = aio.Gate(of_one=1)
        given = settings(answering(calls), gate=gate)
        async with aio.Transaction("test", "alice", **given) as transaction:
            await transaction.authenticate()
            await gate.enter("user alice")
            task = asyncio.ensure_future(transaction.authenticate())
            await settle()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            with pytest.raises(pamkit.PamError):
                await transaction.setcred()
        assert calls == ["authenticate"]

    run(main())


def test_a_pool_keeps_no_token_of_a_login_that_is_cut_off() -> None:
    tokens: list[Secret] = []
    outside = Counting()

    async def hook(call: ModuleCall[Any]) -> int:
        token = Secret("pw")
        tokens.append(token)
        try:
            await call.hash(token, "$plain$x$")
        finally:
            token.wipe()
        return _C.SUCCESS

    async def main() -> None:
        pool = aio.FairPool(1)
        given = settings(module("x", authenticate=hook), outside=outside, hashers=pool)
        tasks = [
            asyncio.ensure_future(aio.Transaction("test", "alice", **given).authenticate())
            for _ in range(2)
        ]
        await settle()
        assert pool.waiting() == 1
        tasks[1].cancel()
        with pytest.raises(asyncio.CancelledError):
            await tasks[1]
        assert pool.waiting() == 0
        assert not tokens[1], "it waited in its own place, and was wiped there"
        outside.go.set()
        await tasks[0]
        pool.close()

    asyncio.run(main())
    assert outside.order == [b"pw"]
