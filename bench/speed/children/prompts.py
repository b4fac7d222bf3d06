"""Many logins at once, each of which waits at a prompt; one peer, one measurement, one process.

Usage: ``python -P prompts.py PEER burst|steady COUNT SERVICE``; prints JSON.

``burst``: all begin at once, and each is answered after 100 ms.  ``steady``: all wait at once, as
long as it takes; then one after the other is answered, 5,000 a second, and the latency of each is
counted from its answer to the end of its login.
"""

from __future__ import annotations

import os
import resource

PAGE = resource.getpagesize()


def resident() -> int:
    """Return the resident memory of this process, in bytes."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * PAGE


BARE = resident()

import json  # noqa: E402  # what an import takes is counted
import sys  # noqa: E402  # the same
import threading  # noqa: E402  # the same
import time  # noqa: E402  # the same

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

PROMPT = 0.1
"""Seconds until the answer, in a burst."""

RATE = 5000.0
"""Answers a second, where they come one after the other."""

POOL = 100
"""Threads of a pool."""

SELDOM = 100_000
"""New objects after which Python's collector of cycles looks at them, where that is tuned."""


class Report:
    """What is found out."""

    def __init__(self, count: int) -> None:
        """Begin to count."""
        self.count, self.errors, self.threads = count, 0, 1
        self.late: list[float] = []
        self.idle = self.full = 0
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def show(self) -> None:
        """Print it."""
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        late = sorted(self.late)
        found: dict[str, float] = {
            "wall": wall,
            "cpu": cpu / self.count * 1e6,
            "errors": max(self.errors, self.count - len(late)),
            "threads": self.threads,
        }
        if self.full:
            found["each"] = (self.full - self.idle) / self.count / 1024
            found["above"] = (self.full - BARE) / 2**20
        if late:
            found["p50"] = late[len(late) // 2] * 1000
            found["p99"] = late[min(len(late) - 1, len(late) * 99 // 100)] * 1000
        print(json.dumps(found))


def pamkit_settings() -> dict[str, Any]:
    """Return settings with the modules of the policy, in Python."""
    from pamkit.module.declaration import declare, example
    from pamkit.module.options import Options
    from pamkit.module.registry import Module
    from pamkit.vocab.codes import ReturnCode
    from pamkit.vocab.facility import Primitive
    from pamkit.vocab.message import Style

    success = ReturnCode.SUCCESS

    async def asks(call: Any) -> ReturnCode:
        answer = await call.ask(Style.PROMPT_ECHO_OFF, "Password: ")
        return success if answer is not None else ReturnCode.AUTH_ERR

    def nothing(call: Any) -> ReturnCode:
        return success

    def module(name: str, hook: Any) -> Module:
        declaration = declare(
            name,
            options=Options,
            answers=dict.fromkeys(Primitive, "success auth_err"),
            examples=[example("bench", f"auth required {name}.so")],
        )
        hooks = dict.fromkeys(Primitive, nothing) | {Primitive.AUTHENTICATE: hook}
        return Module(name, declaration, hooks)

    return {
        "modules": {"pam_asks": module("pam_asks", asks), "pam_nop": module("pam_nop", nothing)}
    }


def pamkit_login(service: str, **settings: Any) -> Any:
    """Return a login with pamkit: the one coroutine that the application has for it."""
    from pamkit import aio

    settings |= pamkit_settings()

    async def login(conversation: Any, finished: Any, number: int) -> None:
        async with aio.Transaction(
            service, "root", conversation=conversation, **settings
        ) as transaction:
            await transaction.authenticate()
            await transaction.setcred(2)
            await transaction.acct_mgmt()
            await transaction.open_session()
            await transaction.close_session()
        finished(number)

    return login


async def bare_login(conversation: Any, finished: Any, number: int) -> None:
    """Wait for an answer, and do nothing else: what no login can be quicker than."""
    await conversation(())
    finished(number)


def dispatcher_login(service: str) -> Any:
    """Return the least that could be called a login: loops over functions, and nothing kept.

    There is no handle but two dictionaries, no trace, lock, path, delay, cleanup or policy; where
    the files of one would be is looked at, and that is all.
    """
    files = [os.stat(f"/etc/pam.d/{name}") for name in (service, "other")]

    async def asks(login: Any, args: Any, flags: int) -> int:
        return 0 if await login.conversation([(1, "Password: ")]) else 7

    def nothing(login: Any, args: Any, flags: int) -> int:
        return 0

    def chain(*hooks: Any) -> Any:
        return [(hook, (), (0, 7)) for hook in hooks]

    chains = [chain(asks, *[nothing] * 3), *[chain(*[nothing] * 4)] * 4]

    class Login:
        def __init__(self, user: str, conversation: Any) -> None:
            self.conversation, self.items = conversation, {"user": user}
            self.environment: dict[str, str] = {}
            for name, known in zip((service, "other"), files, strict=True):
                found = os.stat(f"/etc/pam.d/{name}")
                if (found.st_mtime_ns, found.st_ino) != (known.st_mtime_ns, known.st_ino):
                    raise RuntimeError("another policy")

        async def ask(self, number: int, flags: int = 0) -> None:
            status = 7
            for hook, args, table in chains[number]:
                answer = hook(self, args, flags)
                if type(answer) is not int:
                    answer = await answer
                status = table[answer != 0]
            if status:
                raise RuntimeError("refused")

    async def login(conversation: Any, finished: Any, number: int) -> None:
        one = Login("root", conversation)
        for call in range(5):
            await one.ask(call)
        finished(number)

    return login


def in_one_loop(login: Any, way: str, count: int) -> Report:
    """Log in as tasks of one loop."""
    import asyncio
    import gc

    async def at_once(messages: Any) -> list[str]:
        return ["x"]

    async def after_a_while(messages: Any) -> list[str]:
        await asyncio.sleep(PROMPT)
        return ["x"]

    def count_errors(report: Report, ended: list[Any]) -> Report:
        report.errors = sum(isinstance(one, BaseException) for one in ended)
        return report

    async def burst() -> Report:
        await login(at_once, id, 0)
        gc.collect()  # what importing has left to the collector is no part of a login
        report = Report(count)
        begin = time.perf_counter()

        def finished(number: int) -> None:
            report.late.append(time.perf_counter() - begin - PROMPT)

        logins = (login(after_a_while, finished, number) for number in range(count))
        return count_errors(report, await asyncio.gather(*logins, return_exceptions=True))

    async def steady() -> Report:
        await login(at_once, id, 0)
        report = Report(count)
        report.idle = resident()
        waiting: list[asyncio.Future[list[str]]] = []
        loop = asyncio.get_running_loop()
        answered: dict[int, float] = {}

        def conversation(messages: Any) -> Any:
            waiting.append(loop.create_future())
            return waiting[-1]

        def finished(number: int) -> None:
            report.late.append(time.perf_counter() - answered[number])

        tasks = [
            asyncio.ensure_future(login(conversation, finished, number)) for number in range(count)
        ]
        while len(waiting) < count and not any(task.done() for task in tasks):
            await asyncio.sleep(0)
        report.full, report.threads = resident(), threading.active_count()
        begin = time.perf_counter()
        for number, prompt in enumerate(waiting):
            due = begin + number / RATE
            while (now := time.perf_counter()) < due:
                await asyncio.sleep(due - now)
            answered[number] = due  # when it should have come: being late counts
            prompt.set_result(["x"])
        return count_errors(report, await asyncio.gather(*tasks, return_exceptions=True))

    return asyncio.run(burst() if way == "burst" else steady())


def in_own_loop(service: str, way: str, count: int) -> Report:
    """Log in from a loop that is the program's own, with a heap of timers: no asyncio, no thread.

    The conversation says that it has no answer yet; when it has, the call is made again.
    """
    import gc
    import heapq

    import pamkit

    settings = pamkit_settings()

    class Prompt:
        __slots__ = ("answer",)

        def __init__(self) -> None:
            self.answer: list[str] | None = None

        def __call__(self, messages: Any) -> list[str]:
            if self.answer is None:
                raise pamkit.NotYet
            return self.answer

    def begin() -> tuple[Any, Prompt]:
        prompt = Prompt()
        transaction = pamkit.Transaction(service, "root", conversation=prompt, **settings)
        try:
            transaction.authenticate()
        except pamkit.Incomplete:
            return transaction, prompt
        raise RuntimeError("nobody was asked")

    def end(transaction: Any, prompt: Prompt) -> None:
        prompt.answer = ["x"]
        transaction.authenticate()
        transaction.setcred(2)
        transaction.acct_mgmt()
        transaction.open_session()
        transaction.close_session()
        transaction.end()

    end(*begin())
    gc.collect()
    report = Report(count)
    if way == "burst":
        begun = time.perf_counter()
        timers: list[tuple[float, int, tuple[Any, Prompt]]] = []
        for number in range(count):
            waiting = begin()
            heapq.heappush(timers, (time.perf_counter() + PROMPT, number, waiting))
        while timers:
            due, _, waiting = heapq.heappop(timers)
            if (now := time.perf_counter()) < due:
                time.sleep(due - now)
            end(*waiting)
            report.late.append(time.perf_counter() - begun - PROMPT)
        return report
    report.idle = resident()
    all_of_them = [begin() for _ in range(count)]
    report.full, report.threads = resident(), threading.active_count()
    begun = time.perf_counter()
    for number, waiting in enumerate(all_of_them):
        due = begun + number / RATE
        while (now := time.perf_counter()) < due:
            time.sleep(due - now)
        end(*waiting)
        report.late.append(time.perf_counter() - due)
    return report


def pamkit_once(service: str) -> Callable[[Any], None]:
    """Return a login with pamkit that holds its thread; it is given what waits for the answer."""
    from pamkit import Transaction

    settings = pamkit_settings()

    def once(wait: Callable[[], object]) -> None:
        def conversation(messages: Any) -> Sequence[str]:
            wait()
            return ["x"]

        with Transaction(service, "root", conversation=conversation, **settings) as transaction:
            transaction.authenticate()
            transaction.setcred(2)
            transaction.acct_mgmt()
            transaction.open_session()
            transaction.close_session()

    return once


def pamela_once(service: str) -> Callable[[Any], None]:
    """Return the same with pamela."""
    import pamela

    verbs = (
        (pamela.PAM_AUTHENTICATE, 0),
        (pamela.PAM_SETCRED, 2),
        (pamela.PAM_ACCT_MGMT, 0),
        (pamela.PAM_OPEN_SESSION, 0),
        (pamela.PAM_CLOSE_SESSION, 0),
    )

    def once(wait: Callable[[], object]) -> None:
        answer = pamela.new_simple_password_conv(("x",), "utf8")

        @pamela.CONV_FUNC  # type: ignore[untyped-decorator]  # pamela has no types
        def conversation(count: Any, messages: Any, responses: Any, data: Any) -> Any:
            wait()
            return answer(count, messages, responses, data)

        handle = pamela.pam_start(service, "root", conv_func=conversation)
        for verb, flags in verbs:
            code = verb(handle, flags)
            if code:
                raise OSError(code)
        pamela.pam_end(handle)

    return once


def in_threads(once: Callable[[Any], None], way: str, count: int, most: int) -> Report:
    """Log in from threads, ``most`` at a time."""
    from concurrent import futures

    once(lambda: None)
    report = Report(count)
    report.idle = resident()
    waiting: list[threading.Lock] = []
    answered: dict[int, float] = {}
    by_lock: dict[int, int] = {}
    lock = threading.Lock()
    begin = time.perf_counter()

    def wait_for_answer() -> None:
        mine = threading.Lock()
        mine.acquire()
        with lock:
            by_lock[threading.get_ident()] = len(waiting)
            waiting.append(mine)
        mine.acquire()

    def one() -> None:
        try:
            once((lambda: time.sleep(PROMPT)) if way == "burst" else wait_for_answer)
        except Exception:  # noqa: BLE001  # whatever it is, it is counted
            report.errors += 1
            return
        now = time.perf_counter()
        if way == "burst":
            report.late.append(now - begin - PROMPT)
        else:
            report.late.append(now - answered[by_lock[threading.get_ident()]])

    if most < count:
        with futures.ThreadPoolExecutor(most) as pool:
            for _ in range(count):
                pool.submit(one)
        report.threads = most
        return report
    threads = []
    for _ in range(count):
        try:
            threads.append(threading.Thread(target=one))
            threads[-1].start()
        except RuntimeError:
            threads.pop()
            report.count, report.errors = len(threads), report.errors + 1
            break
    if way == "steady":
        while len(waiting) < len(threads):
            time.sleep(0.01)
        report.full, report.threads = resident(), threading.active_count()
        begin = time.perf_counter()
        for number, prompt in enumerate(waiting):
            due = begin + number / RATE
            while (now := time.perf_counter()) < due:
                time.sleep(due - now)
            answered[number] = due
            prompt.release()
    else:
        report.threads = len(threads)
    for thread in threads:
        thread.join()
    return report


def main(peer: str, way: str, count: int, service: str) -> None:
    """Measure one peer."""
    settings: dict[str, Any] = {}
    if peer == "pamkit-async-uncollected":
        import gc

        gc.disable()
    elif peer == "pamkit-async-tuned":
        import gc

        from pamkit.stores.policy_cache import PolicyCache

        gc.set_threshold(SELDOM)
        settings["policies"] = PolicyCache(watched=True)
    if peer.startswith("pamkit-async"):
        report = in_one_loop(pamkit_login(service, **settings), way, count)
    elif peer == "pamkit-own-loop":
        report = in_own_loop(service, way, count)
    elif peer == "asyncio":
        report = in_one_loop(bare_login, way, count)
    elif peer == "dispatcher":
        report = in_one_loop(dispatcher_login(service), way, count)
    else:
        once = pamkit_once(service) if peer.startswith("pamkit") else pamela_once(service)
        report = in_threads(once, way, count, POOL if peer.endswith("pool") else count)
    report.show()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4])
    os._exit(0)
