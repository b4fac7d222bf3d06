"""The system's libpam.so.0, driven through ctypes in a process of its own.

A crash of C must not take the tests with it: `Worker` starts a child, asks it to run functions
on its `LibPam`, and raises `Crashed` if it dies.  The child gives up root, so that no audit
record is written, and silences syslog; what it reads lies in a private directory.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.oracle.case import CONF, MODULES, SET_SERVICE, Case, Heard, Result

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[2]
USER = b"applicant"
ANSWER = b"secret"
NOBODY = 65534

_SUCCESS, _BUF_ERR, _CONV_ERR = 0, 5, 19
_PAM_SERVICE = 1
_PROMPTS = (1, 2)
_HANGS = 60  # seconds after which a case is taken for a hang; one takes a millisecond
_ONLY_EMERGENCIES = 1  # LOG_UPTO(LOG_EMERG)

_FUNCTIONS = {
    "authenticate": "pam_authenticate",
    "setcred": "pam_setcred",
    "acct_mgmt": "pam_acct_mgmt",
    "open_session": "pam_open_session",
    "close_session": "pam_close_session",
    "chauthtok": "pam_chauthtok",
}


class _Message(ctypes.Structure):
    _fields_ = (("style", ctypes.c_int), ("text", ctypes.c_char_p))


class _Response(ctypes.Structure):
    _fields_ = (("text", ctypes.c_void_p), ("code", ctypes.c_int))


_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int,
    ctypes.c_int,
    ctypes.POINTER(ctypes.POINTER(_Message)),
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.c_void_p,
)


class _Conversation(ctypes.Structure):
    _fields_ = (("call", _CALLBACK), ("data", ctypes.c_void_p))


def modules_directory() -> Path | None:
    """Return where the system keeps `pam_debug.so`, or `None` if it has none."""
    places = ("lib/*/security", "usr/lib*/security", "usr/lib/*/security", "lib64/security")
    found = (path for place in places for path in Path("/").glob(f"{place}/pam_debug.so"))
    return next((path.parent for path in found), None)


class LibPam:
    """libpam in this process, reading its policies from one private directory."""

    def __init__(self, directory: str, mark: str) -> None:
        """Load libpam; ``directory`` is this process's own and starts out empty.

        ``mark`` is a file for `mark`.
        """
        libc = ctypes.CDLL(None)
        libc.setlogmask(_ONLY_EMERGENCIES)
        libc.calloc.restype = libc.strdup.restype = ctypes.c_void_p
        libc.calloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
        self._calloc, self._strdup = libc.calloc, libc.strdup
        # Global, for modules that were linked without libpam.
        library = ctypes.CDLL("libpam.so.0", mode=ctypes.RTLD_GLOBAL)
        self._start = library.pam_start_confdir
        self._set_item, self._end = library.pam_set_item, library.pam_end
        self._functions = {name: library[symbol] for name, symbol in _FUNCTIONS.items()}
        for function in self._functions.values():
            function.argtypes = (ctypes.c_void_p, ctypes.c_int)
        modules = modules_directory()
        # Held open, so that not every handle maps and unmaps it again.
        self._module = ctypes.CDLL(str(modules / "pam_debug.so")) if modules else None
        self._heard: list[Heard] = []
        self._conversation = _Conversation(_CALLBACK(self._converse), None)
        self._directory = directory
        self._words = (
            (CONF.encode(), os.fsencode(directory)),
            (MODULES.encode(), os.fsencode(modules or MODULES)),
        )
        self._placed: dict[str, bytes] = {}
        (Path(directory) / "dir").mkdir()
        self._mark = os.open(mark, os.O_WRONLY)

    def play(self, case: Case) -> Result:
        """Return what libpam answers to the calls of a case."""
        signal.alarm(_HANGS)
        self._place(case.files)
        handle = ctypes.c_void_p()
        start = self._start(
            os.fsencode(case.service),
            USER,
            ctypes.byref(self._conversation),
            os.fsencode(self._directory),
            ctypes.byref(handle),
        )
        if start != _SUCCESS:
            return Result(start, ())
        calls = []
        for name, value in case.calls:
            self._heard = []
            if name == SET_SERVICE:
                code = self._set_item(handle, _PAM_SERVICE, os.fsencode(str(value)))
            else:
                code = self._functions[name](handle, value)
            calls.append((code, tuple(self._heard)))
        self._end(handle, _SUCCESS)
        return Result(start, tuple(calls))

    def mark(self, number: int) -> None:
        """Leave word which case comes next, for whoever finds this process dead."""
        os.pwrite(self._mark, b"%020d" % number, 0)

    def _place(self, files: dict[str, bytes]) -> None:
        placed = self._placed
        for name in placed.keys() - files.keys():
            os.unlink(f"{self._directory}/{name}")
            del placed[name]
        for name, text in files.items():
            if placed.get(name) == text:
                continue
            placed[name] = text
            for word, meaning in self._words:
                text = text.replace(word, meaning)
            fd = os.open(f"{self._directory}/{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.write(fd, text)
            os.close(fd)

    def _converse(self, count: int, messages: Any, responses: Any, _: object) -> int:
        # C: whatever escapes from here would be read as 0, which is success.
        try:
            block = self._calloc(count, ctypes.sizeof(_Response))
            if not block:
                return _BUF_ERR
            for at in range(count):
                message = messages[at][0]
                self._heard.append(Heard(message.style, message.text))
                if message.style in _PROMPTS:
                    _Response.from_address(
                        block + at * ctypes.sizeof(_Response)
                    ).text = self._strdup(ANSWER)
            responses[0] = block
        except BaseException:  # noqa: BLE001  # see above
            return _CONV_ERR
        return _SUCCESS


def play_all(libpam: LibPam, cases: list[Case]) -> list[Result]:
    """Return what libpam answers to each case; for a `Worker` to ask for."""
    results = []
    for number, case in enumerate(cases):
        libpam.mark(number)
        results.append(libpam.play(case))
    return results


class Crashed(Exception):
    """The child died: ``status`` is its exit status, ``number`` the case it had marked."""

    def __init__(self, status: int, number: int) -> None:
        """Say how and at what."""
        super().__init__(f"the libpam worker died with status {status} at case {number}")
        self.status, self.number = status, number


class Worker:
    """A child process with a `LibPam`; a context manager."""

    def __init__(self) -> None:
        """Start the child in a private directory, in memory if the machine can."""
        memory = "/dev/shm"
        where = memory if os.access(memory, os.W_OK | os.X_OK) else None
        self._home = tempfile.mkdtemp(prefix="pamkit-oracle-", dir=where)
        self._conf = f"{self._home}/conf"
        self._mark = f"{self._home}/mark"
        Path(self._conf).mkdir(mode=0o700)
        Path(self._mark).touch()
        if os.geteuid() == 0:
            for path in (self._home, self._conf, self._mark):
                os.chown(path, NOBODY, NOBODY)
        self._start()

    def __enter__(self) -> Self:
        """Use the worker."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the child and remove its directory."""
        self._stop()
        shutil.rmtree(self._home)

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self._child.pid

    def ask(self, function: Callable[..., T], *args: object) -> T:
        """Return ``function(libpam, *args)`` as the child computes it; raises `Crashed`.

        After a crash there is a new child.  What the function raises is raised here.
        """
        self.send(function, *args)
        return self.answer()  # type: ignore[no-any-return]  # the child ran this function

    def send(self, function: Callable[..., object], *args: object) -> None:
        """Ask the child for something, without waiting."""
        assert self._child.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            pickle.dump((function, args), self._child.stdin)
            self._child.stdin.flush()

    def fileno(self) -> int:
        """Return what can be waited on (`select`) for an answer."""
        assert self._child.stdout is not None
        return self._child.stdout.fileno()

    def answer(self) -> Any:
        """Wait for the answer to what was sent."""
        assert self._child.stdout is not None
        try:
            good, value = pickle.load(self._child.stdout)  # noqa: S301  # our own child
        except EOFError:
            status = self._child.wait()
            number = int(Path(self._mark).read_bytes() or b"-1")
            self._stop()
            shutil.rmtree(self._conf)
            Path(self._conf).mkdir(mode=0o700)
            if os.geteuid() == 0:
                os.chown(self._conf, NOBODY, NOBODY)
            self._start()
            raise Crashed(status, number) from None
        if not good:
            raise RuntimeError(f"in the libpam worker:\n{value}")
        return value

    def _start(self) -> None:
        environment = {
            "LC_ALL": "C",
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        }
        self._child = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from tests.oracle.libpam import serve; serve()",
                self._conf,
                self._mark,
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment,
        )

    def _stop(self) -> None:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.close()
        self._child.wait()
        self._child.stdout.close()


def serve() -> None:
    """Be the child: run what is asked for until there is no more."""
    import traceback

    import tests.oracle.compare
    import tests.oracle.detect  # noqa: F401  # loaded while root's files can still be read

    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    conf, mark = sys.argv[1:]
    libpam = LibPam(conf, mark)
    # INVARIANT: nothing is imported behind this line; root's own files cannot be read any more.
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    while True:
        try:
            function, args = pickle.load(asked)  # noqa: S301  # our own parent
            reply = (True, function(libpam, *args))
        except EOFError:
            return
        except Exception:  # noqa: BLE001  # told to the parent
            reply = (False, traceback.format_exc())
        signal.alarm(0)
        pickle.dump(reply, answers)
        answers.flush()
