"""Plays logins on the system's pam_unix.so and on ours, on account files of their own.

Run as a program, in a mount namespace of its own, with a directory and cases (JSON on stdin).
The directory is one installation: its `etc` lies over `/etc` for C, and pamkit is given it as
its root.  C's syslog goes to a socket of ours, its delay to a callback that does not wait.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pamkit.modules import pam_unix
from pamkit.stores.outside import SystemOutside
from pamkit.stores.system import system_outside, system_world
from pamkit.testing.log import MemoryLog
from pamkit.testing.policies import Trial
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from tests.oracle.libpam import _CALLBACK, _Conversation, _Response

SERVICE = "oracle"
_ROOT = Path(__file__).resolve().parents[2]
_PROMPTS = (1, 2)
_ITEMS = {"tty": Item.TTY, "ruser": Item.RUSER, "rhost": Item.RHOST}
_CONV_ERR, _DELAY_ITEM = 19, 10
_DELAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)

# Lay the installation over /etc, and over /dev one whose log is ours.
_SCRIPT = """
set -e
mkdir -p "$0/dev"
for name in null zero random urandom tty; do
    if [ -e "/dev/$name" ]; then : > "$0/dev/$name"; mount --bind "/dev/$name" "$0/dev/$name"; fi
done
mount --rbind "$0/dev" /dev
mount --bind "$0/etc" /etc
exec "$@"
"""


class Case(NamedTuple):
    """One transaction: who, what is answered to each prompt, and which calls with which flags.

    ``uid`` and ``euid`` are the real and effective user numbers during the calls.  The item
    `keep` is none: it names the case, whose account files are kept under `kept/NAME` while the
    next case begins with those of the first.
    """

    user: str
    calls: list[tuple[str, int]]
    answers: list[str | None] = []  # noqa: RUF012  # nobody changes the default
    options: str = ""
    uid: int = 0
    items: dict[str, str] = {}  # noqa: RUF012  # nobody changes the default
    euid: int = 0


class Outcome(NamedTuple):
    """What came of it: codes, messages as style and text, log lines, and delays asked for."""

    codes: list[int]
    heard: list[tuple[int, str]]
    log: list[str]
    delays: int


def play_all(directory: Path, cases: list[Case], *, side: str) -> list[Outcome]:
    """Return what a side makes of the cases, with account files below a directory.

    ``side``: `c`; `ours`, with the directory for a root; `ours-here`, where it lies over `/etc`
    and programs of the system may be run.
    """
    done = subprocess.run(
        [
            *("unshare", "-m", "sh", "-c", _SCRIPT, str(directory)),
            *(sys.executable, "-m", "tests.oracle.unix_driver", str(directory), side),
        ],
        input=json.dumps(cases),
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "PYTHONPATH": f"{_ROOT}/src", "LC_ALL": "C"},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [
        Outcome(codes, [(style, text) for style, text in heard], log, delays)
        for codes, heard, log, delays in json.loads(done.stdout)
    ]


def _policy(options: str) -> str:
    lines = (
        f"{f} required pam_unix.so {options}" for f in ("auth", "account", "password", "session")
    )
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _acting_for(case: Case) -> Iterator[None]:
    os.setresuid(case.uid, case.euid, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


class _C:
    """libpam and its pam_unix.so, in this process."""

    def __init__(self, directory: Path) -> None:
        self._policies = directory / "pam.d"
        self._policies.mkdir(exist_ok=True)
        (self._policies / "other").write_text(_policy(""))
        self._library = ctypes.CDLL("libpam.so.0")
        libc = ctypes.CDLL(None)
        libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
        self._libc = libc
        self._log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        Path("/dev/log").unlink(missing_ok=True)  # the private one, of the case before
        self._log.bind("/dev/log")
        self._log.setblocking(False)
        Path("/dev/log").chmod(0o666)

    def play(self, case: Case) -> Outcome:
        library, handle = self._library, ctypes.c_void_p()
        (self._policies / SERVICE).write_text(_policy(case.options))
        heard: list[tuple[int, str]] = []
        log: list[str] = []
        delays = []
        answers = iter(case.answers)

        def converse(count: int, messages: Any, responses: Any, _: object) -> int:
            # C: whatever escapes from here would be read as 0, which is success.
            try:
                size = ctypes.sizeof(_Response)
                block = self._libc.calloc(count, size)
                for at in range(count):
                    message = messages[at][0]
                    heard.append((message.style, message.text.decode()))
                    if message.style in _PROMPTS:
                        answer = next(answers)
                        if answer is not None:
                            copy = self._libc.strdup(answer.encode())
                            _Response.from_address(block + at * size).text = copy
                responses[0] = block
            except BaseException:  # noqa: BLE001  # see above
                return _CONV_ERR
            return 0

        conversation = _Conversation(_CALLBACK(converse), None)
        delay = _DELAY(lambda code, usec, data: delays.append(usec) if usec and code else None)
        code = library.pam_start_confdir(
            SERVICE.encode(),
            case.user.encode(),
            ctypes.byref(conversation),
            os.fsencode(self._policies),
            ctypes.byref(handle),
        )
        assert code == 0, code
        library.pam_set_item(handle, _DELAY_ITEM, delay)
        for name, value in case.items.items():
            library.pam_set_item(handle, int(_ITEMS[name]), value.encode())
        codes = []
        for name, flags in case.calls:
            with _acting_for(case):
                codes.append(library[f"pam_{name}"](handle, flags))
            log += self._logged()
        library.pam_end(handle, 0)
        return Outcome(codes, heard, log + self._logged(), len(delays))

    def _logged(self) -> list[str]:
        lines: list[str] = []
        while True:
            try:
                line = self._log.recv(8192).decode()
            except BlockingIOError:
                return lines
            lines.append(line.partition(": ")[2].rstrip("\0"))


class _NotWaiting:
    """The system outside, but for the waiting."""

    def __init__(self, outside: SystemOutside) -> None:
        self.crypt, self.run, self.bring = outside.crypt, outside.run, outside.bring
        self.start = outside.start
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        if seconds:
            self.slept.append(seconds)


class _Ours:
    """pamkit, with the directory for its root; or with `/`, where the same files lie."""

    def __init__(self, root: Path) -> None:
        self._directory = str(root)

    def play(self, case: Case) -> Outcome:
        heard: list[tuple[int, str]] = []
        answers = iter(case.answers)

        def converse(messages: tuple[Any, ...]) -> list[str | None]:
            heard.extend((int(message.style), message.text) for message in messages)
            return [next(answers) if message.wants_answer else None for message in messages]

        log, outside = MemoryLog(), _NotWaiting(system_outside(self._directory))
        trial = Trial(
            _policy(case.options),
            pam_unix,
            world=system_world(self._directory).changed(log=log),
            user=case.user,
            service=SERVICE,
            conversation=converse,
            outside=outside,
            items={_ITEMS[name]: value for name, value in case.items.items()},
        )
        with _acting_for(case):
            codes = [int(trial.call(Primitive[name.upper()], flags)) for name, flags in case.calls]
        trial.end()
        return Outcome(codes, heard, log.texts, len(outside.slept))


def _keep(directory: Path, first: dict[str, bytes], name: str) -> None:
    """Put the account files of a case aside, and the first ones back."""
    kept = directory / "kept" / name
    kept.mkdir(parents=True)
    for file, content in first.items():
        (kept / file).write_bytes((directory / "etc" / file).read_bytes())
        (directory / "etc" / file).write_bytes(content)


def main() -> None:
    """Play the cases on stdin; write the outcomes to stdout."""
    directory, side = Path(sys.argv[1]), sys.argv[2]
    places = {"ours": directory, "ours-here": Path("/")}
    player = _C(directory) if side == "c" else _Ours(places[side])
    first = {name: (directory / "etc" / name).read_bytes() for name in ("passwd", "shadow")}
    outcomes = []
    for fields in json.load(sys.stdin):
        case = Case(*fields)
        keep = case.items.pop("keep", None)
        outcomes.append(player.play(case))
        if keep is not None:
            _keep(directory, first, keep)
    json.dump(outcomes, sys.stdout)


if __name__ == "__main__":
    main()
