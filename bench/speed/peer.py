"""Transactions through one Python binding, as they are asked for on standard input.

Usage: ``python -P peer.py PEER [--nop NAME ...] [--delay NAME ...] [--policies NAME=VALUE ...]``.
Requests and answers are those of c/peer.c.  ``--nop`` names modules that pamkit is given as ones
that do nothing, ``--delay`` those that ask for a delay; ``--policies`` are settings of its cache.
Nothing is imported beside the binding and what is needed to time it: this program is what is
measured.
"""

from __future__ import annotations

import os
import sys
import threading
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    Once = Callable[[str, str, str], None]
    """Does one transaction: calls, user, service; raises if it is refused."""

    Brought = Callable[[str], dict[str, Any] | None]
    """Returns the modules that an application brings for a service."""

TASKS = 32
"""Transactions that the asynchronous peer has under way at once."""


class Unable(Exception):
    """What this peer cannot do."""


def pamela() -> Once:
    """Return a transaction through pamela's handle."""
    import pamela

    verbs: dict[str, tuple[Any, int]] = {
        "a": (pamela.PAM_AUTHENTICATE, 0),
        "c": (pamela.PAM_SETCRED, 2),
        "d": (pamela.PAM_SETCRED, 4),
        "m": (pamela.PAM_ACCT_MGMT, 0),
        "o": (pamela.PAM_OPEN_SESSION, 0),
        "x": (pamela.PAM_CLOSE_SESSION, 0),
    }

    def once(calls: str, user: str, service: str) -> None:
        converse = pamela.new_simple_password_conv(("x",), "utf8")
        handle = pamela.pam_start(service, user, conv_func=converse)
        for letter in calls:
            verb, flags = verbs[letter]
            code = verb(handle, flags)
            if code:
                raise Unable(f"{service}: {letter}: code {code}")
        pamela.pam_end(handle)

    return once


def python_pam() -> Once:
    """Return a transaction through python-pam; its authenticate also checks the account."""
    import pam

    def once(calls: str, user: str, service: str) -> None:
        if calls != "acmox":
            raise Unable("it knows whole logins only")
        binding = pam.PamAuthenticator()
        if not binding.authenticate(user, "x", service=service, call_end=False, resetcreds=True):
            raise Unable(f"{service}: {binding.reason}")
        if binding.open_session() or binding.close_session():
            raise Unable(f"{service}: {binding.reason}")
        binding.end()

    return once


def pamkit_sync(brought: Brought, **settings: Any) -> Once:
    """Return a transaction through pamkit, called one after the other."""
    from pamkit import Transaction

    def once(calls: str, user: str, service: str) -> None:
        modules = brought(service)
        with Transaction(service, user, modules=modules, **settings) as transaction:
            if calls == "acmox":  # a whole login is written down as a program would write it
                transaction.authenticate()
                transaction.setcred(2)
                transaction.acct_mgmt()
                transaction.open_session()
                transaction.close_session()
                return
            for letter in calls:
                if letter == "a":
                    transaction.authenticate()
                elif letter == "c":
                    transaction.setcred(2)
                elif letter == "d":
                    transaction.setcred(4)
                elif letter == "m":
                    transaction.acct_mgmt()
                elif letter == "o":
                    transaction.open_session()
                else:
                    transaction.close_session()

    return once


def pamkit_async(brought: Brought, **settings: Any) -> Callable[[str, str, str, int, int], float]:
    """Return what does many transactions in one event loop, some at once."""
    import asyncio

    from pamkit import aio

    async def once(calls: str, user: str, service: str) -> None:
        transaction = aio.Transaction(service, user, modules=brought(service), **settings)
        try:
            for letter in calls:
                if letter == "a":
                    await transaction.authenticate()
                elif letter == "c":
                    await transaction.setcred(2)
                elif letter == "d":
                    await transaction.setcred(4)
                elif letter == "m":
                    await transaction.acct_mgmt()
                elif letter == "o":
                    await transaction.open_session()
                else:
                    await transaction.close_session()
        finally:
            transaction.end()

    async def some(calls: str, user: str, services: list[str]) -> None:
        for service in services:
            await once(calls, user, service)

    async def all_of_them(calls: str, user: str, names: list[str]) -> float:
        before = time.perf_counter()
        await asyncio.gather(*(some(calls, user, names[at::TASKS]) for at in range(TASKS)))
        return time.perf_counter() - before

    loop = asyncio.new_event_loop()

    def run(calls: str, user: str, service: str, many: int, count: int) -> float:
        return loop.run_until_complete(all_of_them(calls, user, _names(service, many, count)))

    return run


def nothing_modules(nops: list[str], delays: list[str]) -> dict[str, Any]:
    """Return modules by name that do nothing, or ask for a delay and do nothing else."""
    from pamkit.module.declaration import declare, example
    from pamkit.module.options import Options, rest
    from pamkit.module.registry import Module
    from pamkit.vocab.codes import ReturnCode
    from pamkit.vocab.facility import Primitive

    class AnyOptions(Options):
        words: tuple[str, ...] = rest("anything")

    success = ReturnCode.SUCCESS

    def nothing(call: Any) -> ReturnCode:
        return success

    def delaying(call: Any) -> ReturnCode:
        call.fail_delay(100_000)
        return success

    def module(name: str, hook: Any) -> Module:
        declaration = declare(
            name,
            options=AnyOptions,
            answers=dict.fromkeys(Primitive, "success"),
            examples=[example("bench", f"auth required {name}.so")],
        )
        return Module(name, declaration, dict.fromkeys(Primitive, hook))

    return {name: module(name, nothing) for name in nops} | {
        name: module(name, delaying) for name in delays
    }


def modules_of_services(modules: dict[str, Any]) -> Brought:
    """Return what gives the modules that a service names: an application brings no others."""
    known: dict[str, dict[str, Any] | None] = {}
    sets: dict[tuple[str, ...], dict[str, Any] | None] = {(): None}

    def brought(service: str) -> dict[str, Any] | None:
        if service not in known:
            with open(f"/etc/pam.d/{service}") as file:
                words = {word.removesuffix(".so") for word in file.read().split()}
            is_all = not words.isdisjoint({"@include", "include", "substack"})
            names = tuple(name for name in modules if is_all or name in words)
            # The same of them are the same object, whatever service names them.
            known[service] = sets.setdefault(names, {name: modules[name] for name in names})
        return known[service]

    return brought


def main(words: list[str]) -> None:
    """Answer requests until there are none."""
    peer, options = words[0], _options(words[1:])
    settings: dict[str, Any] = {}
    modules: dict[str, Any] = {}
    if peer.startswith("pamkit"):
        if options["--nop"] or options["--delay"]:
            modules = nothing_modules(options["--nop"], options["--delay"])
        if options["--policies"]:
            from pamkit.stores.policy_cache import PolicyCache

            rules = dict(word.split("=") for word in options["--policies"])
            fresh_for, watched = float(rules.get("fresh_for", 0)), "watched" in rules
            settings["policies"] = PolicyCache(fresh_for=fresh_for, watched=watched)
    if peer == "pamkit-async":
        run: Any = pamkit_async(modules_of_services(modules), **settings)
        once = None
    else:
        run, brought = None, modules_of_services(modules)
        once = pamkit_sync(brought, **settings) if peer == "pamkit" else _BINDINGS[peer]()
    for line in sys.stdin:
        if line == "mark\n":
            os.sched_yield()  # what counts instructions begins and ends here
            print(0, flush=True)
            continue
        calls, user, service, *numbers = line.split()
        many, count, threads, pinned = map(int, numbers)
        calls = calls.replace("-", "")
        try:
            if once is None:
                took = run(calls, user, service, many, count)
            elif threads == 1 and not pinned:
                took = _alone(once, calls, user, _names(service, many, count))
            else:
                names = _names(service, many, count)
                took = _in_threads(once, calls, user, names, threads, pinned=pinned == 1)
        except Exception as error:  # noqa: BLE001  # whatever it is, the benchmark has to say it
            print(f"! {type(error).__name__}: {error}".replace("\n", " "), flush=True)
        else:
            print(took * 1e6 / (count * threads), flush=True)


_BINDINGS = {"pamela": pamela, "python-pam": python_pam}


def _names(service: str, many: int, count: int) -> list[str]:
    if many == 1:
        return [service] * count
    return [f"{service}{at % many}" for at in range(count)]


def _alone(once: Once, calls: str, user: str, names: list[str]) -> float:
    before = time.perf_counter()
    for name in names:
        once(calls, user, name)
    return time.perf_counter() - before


def _in_threads(
    once: Once, calls: str, user: str, names: list[str], threads: int, *, pinned: bool
) -> float:
    begin = threading.Barrier(threads + 1)
    faults: list[BaseException] = []
    processors = sorted(os.sched_getaffinity(0))

    def work(number: int) -> None:
        if pinned:
            os.sched_setaffinity(0, {processors[number % len(processors)]})
        begin.wait()
        try:
            for name in names:
                once(calls, user, name)
        except BaseException as fault:  # noqa: BLE001  # it is raised where it is waited for
            faults.append(fault)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    before = time.perf_counter()
    begin.wait()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - before
    if faults:
        raise faults[0]
    return took


def _options(words: list[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"--nop": [], "--delay": [], "--policies": []}
    name = ""
    for word in words:
        if word in found:
            name = word
        else:
            found[name].append(word)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
