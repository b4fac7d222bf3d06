"""A libpam.so.0 behind its C door: played by a C program, with a native module in the policies.

The program (`door_driver.c`) is linked against ``libpam.so.0`` and gets that of the system, or
that of a directory (``LD_LIBRARY_PATH``).  It gives up root first, so that no audit record is
written.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, NamedTuple, Self

from tests.oracle.case import CONF, MODULES, SET_SERVICE, Case
from tests.oracle.door_cases import END, HALF, PROBE
from tests.oracle.libpam import NOBODY, ROOT, modules_directory

HEADERS = ROOT / "src/pamkit/native/c/include"
DIED = "! the driver died with status "
"""Begins the last line of what a transaction printed that the driver did not survive."""

_HERE = Path(__file__).resolve().parent
_COMPILE = (
    *("cc", "-std=gnu11", "-O2", "-fvisibility=hidden", "-fstack-protector-strong"),
    *("-D_FORTIFY_SOURCE=2", "-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"),
)
_MEMORY = "/dev/shm"
_UNPRIVILEGED = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--")
# A directory over `/etc`, for this process alone.
_WITH_ETC = (
    *("unshare", "--mount", "--propagation", "private", "sh", "-ec"),
    'mount --bind "$0" /etc; exec "$@"',
)


class Program(NamedTuple):
    """The driver and the two native modules, compiled."""

    driver: Path
    probe: Path
    half: Path


def compile_program(directory: Path) -> Program:
    """Compile driver and modules into a directory that everybody may read and run from."""
    program = Program(directory / "driver", directory / "p.so", directory / "h.so")
    native = ("-shared", "-fPIC")
    _compile("door_driver.c", program.driver)
    _compile("door_probe.c", program.probe, *native)
    _compile("door_probe.c", program.half, *native, "-DPROBE_HALF")
    return program


def _compile(source: str, target: Path, *options: str) -> None:
    inputs = (f"-I{HEADERS}", str(_HERE / source), "-l:libpam.so.0")
    subprocess.run([*_COMPILE, *options, "-o", str(target), *inputs], check=True)


class Door(NamedTuple):
    """One library to be judged: that in a directory, or the system's.

    ``etc`` is mounted over `/etc` for the driver (this takes root); ``environment`` is added to a
    nearly empty one.
    """

    program: Program
    library: Path | None = None
    etc: Path | None = None
    environment: tuple[tuple[str, str], ...] = ()

    def start(self, script: IO[bytes], output: IO[bytes]) -> subprocess.Popen[bytes]:
        """Start the driver on a script."""
        environment = {"LC_ALL": "C", "PATH": os.environ.get("PATH", os.defpath)}
        command = [str(self.program.driver), *self._kept()]
        if self.library:
            command = ["env", f"LD_LIBRARY_PATH={self.library}", *command]
        if os.geteuid() == 0:
            command = [*_UNPRIVILEGED, *command]
        if self.etc:
            command = [*_WITH_ETC, str(self.etc), *command]
        return subprocess.Popen(
            command, stdin=script, stdout=output, env={**environment, **dict(self.environment)}
        )

    def check(self, said: str) -> None:
        """Raise `RuntimeError` if the library met is not the one that was meant.

        A directory that the driver may not read would be passed over without a word.
        """
        _, _, path = said.partition(" ")
        met = Path(path).parent
        if self.library and not (met.exists() and met.samefile(self.library)):
            raise RuntimeError(f"the driver was to meet libpam in {self.library}; it {said!r}")

    def _kept(self) -> list[str]:
        system = modules_directory()
        return [
            str(self.program.probe),
            str(self.program.half),
            *([str(system / "pam_debug.so")] if system else []),
        ]


class Stage:
    """Where cases lie while they are played; a context manager."""

    def __init__(self, program: Program) -> None:
        """Make a directory, in memory if the machine can.

        Its name is short: a line of a policy that is too long with it is another policy.
        """
        where = _MEMORY if os.access(_MEMORY, os.W_OK | os.X_OK) else None
        self._home = tempfile.mkdtemp(prefix="pk", dir=where)
        os.chmod(self._home, 0o755)
        self._words = (
            (PROBE, os.fsencode(program.probe)),
            (HALF, os.fsencode(program.half)),
            (MODULES.encode(), os.fsencode(modules_directory() or MODULES)),
        )

    def __enter__(self) -> Self:
        """Use the stage."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove the directory."""
        shutil.rmtree(self._home)

    def play(self, doors: Sequence[Door], cases: Sequence[Case]) -> list[tuple[str, ...]]:
        """Return for each case what the driver printed, behind each of the doors."""
        scripts = [self.place(number, case) for number, case in enumerate(cases)]
        played = self.run(doors, scripts)
        for number in range(len(cases)):
            shutil.rmtree(f"{self._home}/{number}")
        return played

    def place(self, number: int, case: Case) -> str:
        """Write the files of a case; return its part of a script."""
        directory = f"{self._home}/{number}"
        os.mkdir(directory)
        os.mkdir(f"{directory}/dir")
        for name, text in case.files.items():
            for word, meaning in ((CONF.encode(), os.fsencode(directory)), *self._words):
                text = text.replace(word, meaning)
            fd = os.open(f"{directory}/{name}", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
            os.write(fd, text)
            os.close(fd)
        return script(directory, case)

    def run(self, doors: Sequence[Door], scripts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return for each script what the driver printed, behind each of the doors."""
        done: list[list[str]] = [[] for _ in doors]
        while any(len(texts) < len(scripts) for texts in done):
            self._run_on(doors, scripts, done)
        return list(zip(*done, strict=True))

    def _run_on(self, doors: Sequence[Door], scripts: Sequence[str], done: list[list[str]]) -> None:
        """Run each driver until it has played what is left, or dies."""
        running = []
        for at, (door, texts) in enumerate(zip(doors, done, strict=True)):
            if len(texts) == len(scripts):
                continue
            asked, answered = f"{self._home}/asked{at}", f"{self._home}/answered{at}"
            Path(asked).write_text("".join(scripts[len(texts) :]))
            with open(asked, "rb") as source, open(answered, "wb") as target:
                running.append((door, texts, answered, door.start(source, target)))
        for door, texts, answered, child in running:
            status = child.wait()
            head, _, rest = Path(answered).read_text().partition("\n")
            if not head.startswith("library "):
                raise RuntimeError(f"the driver did not start (status {status}): {head}")
            door.check(head)
            *whole, last = re.split(r"^\.\n", rest, flags=re.MULTILINE)
            texts += whole
            if len(texts) < len(scripts):
                texts.append(f"{last}{DIED}{status}\n")


def script(confdir: str, case: Case) -> str:
    """Return what the driver reads to play a case; without a directory, in the system's."""
    lines = [f"confdir {confdir}", f"start {case.service}"]
    lines += map(_line, case.calls)
    if not case.calls or case.calls[-1][0] != END:
        lines.append(f"{END} 0")
    return "".join(f"{line}\n" for line in lines)


def _line(call: tuple[str, int | str]) -> str:
    name, value = call
    return (
        f"{name} {value}"
        if name == END
        else (f"service {value}" if name == SET_SERVICE else f"call {name} {value}")
    )
