"""Whole logins with a password through pamkit, like `logins.c`.

Usage: ``python logins.py threads|processes|tasks WORKERS EACH SERVICE USER PASSWORD``; prints the
seconds until the last one is done, and how many hashes were computed in all.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

import pamkit
from pamkit import aio
from pamkit.stores import hashing

hashed = [0]
_HASHES = threading.Lock()


def count_hashes() -> None:
    """Have every hash counted from now on."""
    crypt = hashing.LibCrypt.crypt

    def counting(self: hashing.LibCrypt, token: bytes, setting: str) -> str | None:
        with _HASHES:
            hashed[0] += 1
        return crypt(self, token, setting)

    hashing.LibCrypt.crypt = counting  # type: ignore[method-assign]  # that is how it counts


def login(service: str, user: str, password: str) -> None:
    """Log somebody in and out."""
    with pamkit.login(user, password, service=service):
        pass


async def login_async(service: str, user: str, password: str) -> None:
    """Log somebody in and out without holding a thread."""
    async with await aio.login(user, password, service=service):
        pass


def in_threads(workers: int, each: int, *who: str) -> None:
    """Log in from threads."""

    def work() -> None:
        for _ in range(each):
            login(*who)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def in_processes(workers: int, each: int, *who: str) -> None:
    """Log in from processes; each adds its hashes to those of this one."""
    pipes = []
    for _ in range(workers):
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                for _ in range(each):
                    login(*who)
                os.write(writer, b"%d" % hashed[0])
            finally:
                os._exit(0)
        os.close(writer)
        pipes.append(reader)
    for reader in pipes:
        hashed[0] += int(os.read(reader, 20))
        os.close(reader)
        os.wait()


def in_tasks(workers: int, each: int, *who: str) -> None:
    """Log in from tasks of one event loop."""

    async def work() -> None:
        for _ in range(each):
            await login_async(*who)

    async def together() -> None:
        await asyncio.gather(*(work() for _ in range(workers)))

    asyncio.run(together())


KINDS = {"threads": in_threads, "processes": in_processes, "tasks": in_tasks}


def main(kind: str, workers: int, each: int, *who: str) -> None:
    """Time logins after one that warms up."""
    count_hashes()
    KINDS[kind](1, 1, *who)
    hashed[0] = 0
    before = time.perf_counter()
    KINDS[kind](workers, each, *who)
    print(time.perf_counter() - before, hashed[0])


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), *sys.argv[4:])
