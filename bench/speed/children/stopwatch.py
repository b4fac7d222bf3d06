"""Times whole processes, in turn, from a process that does little else.

Usage: ``python stopwatch.py ROUNDS < COMMANDS``, a JSON object of commands by name; prints the
milliseconds of each by name, ``[wall, cpu]`` for every round.  The first round warms up.  A command
sees no variable but PATH, and has to succeed.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main(rounds: int) -> int:
    """Run the commands; return the exit status."""
    commands: dict[str, list[str]] = json.load(sys.stdin)
    seen: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for at in range(rounds + 1):
        for name, command in commands.items():
            wall, cpu, status = once(command)
            if status:
                print(f"{name.replace(chr(0), ', ')} fails", file=sys.stderr)
                return 1
            if at:
                seen[name].append((wall, cpu))
    print(json.dumps(seen))
    return 0


def once(command: list[str]) -> tuple[float, float, int]:
    """Return the milliseconds of a command, those of CPU, and its status."""
    silent = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
    ]
    before = time.perf_counter()
    environment = {"PATH": os.environ["PATH"]}
    child = os.posix_spawnp(command[0], command, environment, file_actions=silent)
    _, status, used = os.wait4(child, 0)
    wall = time.perf_counter() - before
    return 1000 * wall, 1000 * (used.ru_utime + used.ru_stime), status


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
