"""Many threads, one process: what each transaction gives is what it gives where it is alone.

Usage: ``python -X dev -m tests.stress.threads [--seconds N] [--threads N] [--seed N]``

Each service has two policies that take turns: files are put in the place of others while threads
begin transactions.  What either gives is worked out beforehand, one transaction after the other;
under way, every result must be one of the two, whole.  Some threads run many transactions on an
event loop and cancel some of them at chance moments, others leave conversations unanswered, and
interrupt hooks.  The interpreter changes threads as often as it can.

`-X dev` checks memory (`PYTHONMALLOC=debug`), and tells of coroutines that nobody awaited.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import random
import sys
import tempfile
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pamkit
from pamkit import aio
from pamkit.engine.driver import NotYet
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.vocab.codes import CODES_BY_WORD, WORDS
from pamkit.vocab.facility import Primitive
from pamkit.vocab.message import Style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.module.call import ModuleCall
    from pamkit.vocab.message import Message

SERVICES = ("alpha", "beta", "gamma", "delta")
_WORDS = ("success", "success", "success", "ignore", "auth_err", "new_authtok_reqd", "cred_err")
_CONTROLS = (
    *("required", "requisite", "sufficient", "optional"),
    *("[success=1 default=ignore]", "[success=ok default=bad]", "[success=done default=die]"),
)
_FACILITIES = ("auth", "account", "session")
_VERBS = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session")


class Given(NamedTuple):
    """What one transaction gave: a code for each verb, and what was asked on the way."""

    codes: tuple[str, ...]
    asked: tuple[tuple[str, int, int], ...]


class Interrupt(BaseException):
    """Comes from nowhere, in the middle of a hook."""


class _Options(Options):
    words: tuple[str, ...] = rest("what the hook answers, and how")


def _module(name: str) -> Module:
    """Return a module whose hooks answer the word of their line, at once or after a question."""

    async def asks(call: ModuleCall[_Options], code: int) -> int:
        await call.ask(Style.PROMPT_ECHO_ON, f"{name}?")
        return code

    def hook(call: ModuleCall[_Options]) -> Any:
        words = call.options.words
        code = CODES_BY_WORD[words[0]]
        if call.primitive is Primitive.AUTHENTICATE and "ask" in words:
            return asks(call, code)
        if "interrupt" in words and call.getenv("interrupt"):
            raise Interrupt
        # What the hook sees is this line and this transaction, to the end.
        if call.args != words or call.item(pamkit.Item.USER) != call.getenv("user"):
            raise AssertionError((call.args, words))
        return code

    answers = dict.fromkeys(Primitive, " ".join(WORDS))
    shown = [example("alpha", f"auth required {name}.so success")]
    declaration = declare(name, options=_Options, answers=answers, examples=shown)
    return Module(name, declaration, dict.fromkeys(Primitive, hook))


MODULES = {name: _module(name) for name in ("pam_one", "pam_two", "pam_three")}


def policy(draw: random.Random, version: int) -> str:
    """Return a policy as chance has it; its version stands on every line."""
    lines = []
    for facility in _FACILITIES:
        for _ in range(draw.randrange(1, 8)):
            words = [draw.choice(_WORDS), f"v{version}"]
            words += ["ask"] * (draw.random() < 0.15) + ["interrupt"] * (draw.random() < 0.1)
            module = draw.choice(tuple(MODULES))
            control = draw.choice(_CONTROLS)
            lines.append(f"{facility} {control} {module}.so {' '.join(words)}\n")
    lines.append("password required pam_one.so success\n")
    return "".join(lines)


def answer(messages: Sequence[Message]) -> list[str]:
    """Answer every question."""
    return ["yes"] * len(messages)


def _given(transaction: Any, codes: list[str]) -> Given:
    asked = tuple(
        (run.primitive.name, step.link.number, int(step.answer))
        for run in transaction.trace
        for step in run.steps
    )
    versions = {
        word
        for run in transaction.trace
        for step in run.steps
        for word in step.link.args
        if word[0] == "v"
    }
    if len(versions) > 1:
        raise AssertionError(f"two policies in one transaction: {versions}")
    return Given(tuple(codes), asked)


def run(service: str, user: str, settings: dict[str, Any]) -> Given:
    """Return what a transaction gives."""
    with pamkit.Transaction(service, user, conversation=answer, **settings) as transaction:
        transaction.env["user"] = user
        codes = []
        for verb in _VERBS:
            try:
                getattr(transaction, verb)()
                codes.append("SUCCESS")
            except pamkit.PamError as refused:
                codes.append(refused.code.name)
        return _given(transaction, codes)


async def run_async(service: str, user: str, settings: dict[str, Any]) -> Given:
    """Return what an asynchronous transaction gives; its conversation takes a while."""

    async def later(messages: Sequence[Message]) -> list[str]:
        await asyncio.sleep(0)
        return answer(messages)

    async with aio.Transaction(service, user, conversation=later, **settings) as transaction:
        transaction.env["user"] = user
        codes = []
        for verb in _VERBS:
            try:
                await getattr(transaction, verb)()
                codes.append("SUCCESS")
            except pamkit.PamError as refused:
                codes.append(refused.code.name)
            await asyncio.sleep(0)
        return _given(transaction, codes)


def leave_half_done(service: str, user: str, settings: dict[str, Any], *, interrupt: bool) -> None:
    """Begin a transaction and leave it in the middle of a call."""

    def nobody(messages: Sequence[Message]) -> list[str]:
        raise NotYet

    with pamkit.Transaction(service, user, conversation=nobody, **settings) as transaction:
        transaction.env["user"] = user
        if interrupt:
            transaction.env["interrupt"] = "1"
        for verb in _VERBS:
            try:
                getattr(transaction, verb)()
            except (pamkit.PamError, Interrupt):
                continue


class Stress:
    """Threads that run transactions, one that changes policies, and what was found wrong."""

    def __init__(self, place: Path, seed: int) -> None:
        """Lay out two policies for each service, and work out what each gives."""
        self.place, self.seed = place, seed
        draw = random.Random(seed)  # chance that can be had again
        self.settings = {"confdir": str(place), "modules": MODULES, "dialect": "debian"}
        self.texts = {
            service: tuple(policy(draw, version) for version in range(2)) for service in SERVICES
        }
        deny = "".join(f"{each} required pam_one.so auth_err v0\n" for each in _FACILITIES)
        (place / "other").write_text(deny)
        self.expected: dict[str, tuple[Given, ...]] = {}
        for service, texts in self.texts.items():
            given = []
            for text in texts:
                self.replace(service, text)
                given.append(run(service, "alone", self.settings))
            self.expected[service] = tuple(given)
        self.stops = threading.Event()
        self.wrong: list[str] = []
        self.done = 0

    def replace(self, service: str, text: str) -> None:
        """Put a policy in the place of another, as an administrator's editor does."""
        beside = self.place / f".{service}.new"
        beside.write_text(text)
        os.replace(beside, self.place / service)

    def judge(self, service: str, given: Given) -> None:
        """Note a result that neither policy gives."""
        self.done += 1
        if given not in self.expected[service]:
            self.wrong.append(f"{service}: {given} is none of {self.expected[service]}")

    def swap(self) -> None:
        """Change policies until it is over; in between they stand long enough to be kept."""
        draw = random.Random(self.seed + 1)  # as above
        while not self.stops.is_set():
            for _ in range(20):
                service = draw.choice(SERVICES)
                self.replace(service, draw.choice(self.texts[service]))
                self.stops.wait(0.005)
            self.stops.wait(draw.choice((0.0, 0.2, 2.5)))

    def work(self, number: int) -> None:
        """Run transactions, one after the other."""
        draw = random.Random(self.seed + 10 + number)  # as above
        while not self.stops.is_set():
            service, user = draw.choice(SERVICES), f"u{number}"
            if draw.random() < 0.1:
                interrupt = draw.random() < 0.5
                leave_half_done(service, user, self.settings, interrupt=interrupt)
                continue
            self.judge(service, run(service, user, self.settings))

    def work_async(self, number: int) -> None:
        """Run many transactions at a time, and cancel some."""
        draw = random.Random(self.seed + 10 + number)  # as above

        async def one(user: str) -> None:
            service = draw.choice(SERVICES)
            self.judge(service, await run_async(service, user, self.settings))

        async def batch() -> None:
            asyncio.get_running_loop().slow_callback_duration = 60.0  # others have the interpreter
            tasks = [asyncio.ensure_future(one(f"a{number}-{each}")) for each in range(20)]
            for task in tasks:
                await asyncio.sleep(0)
                if draw.random() < 0.2:
                    task.cancel()
            for result in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(result, BaseException) and not isinstance(
                    result, asyncio.CancelledError
                ):
                    raise result

        while not self.stops.is_set():
            asyncio.run(batch())

    def guarded(self, work: Any, *args: Any) -> None:
        """Work, and note what gets out."""
        try:
            work(*args)
        except BaseException as fault:  # noqa: BLE001  # it is what the test is about
            self.wrong.append(f"{type(fault).__name__}: {fault}")
            self.stops.set()

    def last(self, seconds: float, threads: int) -> None:
        """Work with so many threads for so long."""
        crew = [threading.Thread(target=self.guarded, args=(self.swap,))]
        for number in range(threads):
            work = self.work_async if number % 4 == 3 else self.work
            crew.append(threading.Thread(target=self.guarded, args=(work, number)))
        for thread in crew:
            thread.start()
        self.stops.wait(seconds)
        self.stops.set()
        for thread in crew:
            thread.join()


def stress(seconds: float, *, threads: int = 8, seed: int = 1) -> tuple[int, list[str]]:
    """Return how many transactions were judged, and what was wrong."""
    interval = sys.getswitchinterval()
    with tempfile.TemporaryDirectory() as place, warnings.catch_warnings():
        warnings.simplefilter("error")
        found = Stress(Path(place), seed)
        sys.setswitchinterval(1e-6)
        try:
            found.last(seconds, threads)
        finally:
            sys.setswitchinterval(interval)
    gc.collect()
    return found.done, found.wrong


def main() -> int:
    """Run; 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    began = time.monotonic()
    done, wrong = stress(wanted.seconds, threads=wanted.threads, seed=wanted.seed)
    lasted = time.monotonic() - began
    print(f"{done} transactions in {lasted:.0f} s, {len(wrong)} wrong")
    for line in wrong[:10]:
        print(line)
    return 1 if wrong or not done else 0


if __name__ == "__main__":
    sys.exit(main())
