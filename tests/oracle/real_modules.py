"""The system's real modules under the system's libpam, asked from a child process.

What a trial needs is in the trial: policy, user, items, environment, answers, private files.
The child can give up root first, silences syslog, and never waits: libpam hands the delays it
wants to a callback.
"""

from __future__ import annotations

import ctypes
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]
FILES = "/~files"
"""Stands for the directory of a trial's private files, in its policy and files."""
NOBODY = 65534
SERVICE = b"probe"

_SUCCESS, _CONV_ERR = 0, 19
_USER, _FAIL_DELAY = 2, 10
_PROMPTS = (1, 2)
_ONLY_EMERGENCIES = 1  # LOG_UPTO(LOG_EMERG)


class Trial(NamedTuple):
    """One transaction: what it starts from, and the primitives that are called.

    ``answers`` are given to prompts, in order; when they are used up the conversation fails.
    ``files`` are laid in a private directory; `None` makes a directory.
    """

    policy: str
    calls: tuple[tuple[str, int], ...]
    user: str | None = "root"
    items: tuple[tuple[int, str], ...] = ()
    environment: tuple[str, ...] = ()
    answers: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes | None], ...] = ()


class Outcome(NamedTuple):
    """What came of a trial: codes, messages, environment and user at the end, delays wanted."""

    codes: tuple[int, ...]
    heard: tuple[tuple[int, bytes], ...]
    environment: tuple[bytes, ...]
    user: bytes | None
    delays: tuple[int, ...] = ()


def play(trials: list[Trial], *, as_root: bool = False) -> list[Outcome]:
    """Return what libpam makes of trials, in a child that stays root only if asked to."""
    directory = tempfile.mkdtemp(prefix="pamkit-modules-")
    try:
        if os.geteuid() == 0:
            os.chown(directory, NOBODY, NOBODY)
            os.chmod(directory, 0o755)
        done = subprocess.run(
            [sys.executable, "-c", "from tests.oracle.real_modules import serve; serve()"],
            input=pickle.dumps((directory, as_root, trials)),
            stdout=subprocess.PIPE,
            check=True,
            cwd=ROOT,
            env={"LC_ALL": "C", "PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    finally:
        shutil.rmtree(directory)
    outcomes: list[Outcome] = pickle.loads(done.stdout)  # noqa: S301  # our own child
    return outcomes


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

_DELAY = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_uint, ctypes.c_void_p)


class _Conversation(ctypes.Structure):
    _fields_ = (("call", _CALLBACK), ("data", ctypes.c_void_p))


class _Stage:
    """libpam in this process, for one trial after the other."""

    def __init__(self, directory: str) -> None:
        self._directory = directory
        self._libc = ctypes.CDLL(None)
        self._libc.setlogmask(_ONLY_EMERGENCIES)
        self._libc.calloc.restype = self._libc.strdup.restype = ctypes.c_void_p
        self._libc.calloc.argtypes = (ctypes.c_size_t, ctypes.c_size_t)
        self._pam = ctypes.CDLL("libpam.so.0", mode=ctypes.RTLD_GLOBAL)
        self._pam.pam_getenvlist.restype = ctypes.POINTER(ctypes.c_char_p)
        self._heard: list[tuple[int, bytes]] = []
        self._answers: list[str] = []
        self._delays: list[int] = []
        self._conversation = _Conversation(_CALLBACK(self._converse), None)
        self._on_delay = _DELAY(lambda _, microseconds, __: self._delays.append(microseconds))

    def play(self, trial: Trial) -> Outcome:
        """Carry out one trial."""
        self._heard, self._answers, self._delays = [], list(trial.answers), []
        lay_out(self._directory, trial.files)
        policy = trial.policy.replace(FILES, f"{self._directory}/files")
        Path(self._directory, os.fsdecode(SERVICE)).write_bytes(os.fsencode(policy))
        handle = ctypes.c_void_p()
        user = None if trial.user is None else os.fsencode(trial.user)
        code = self._pam.pam_start_confdir(
            SERVICE,
            user,
            ctypes.byref(self._conversation),
            os.fsencode(self._directory),
            ctypes.byref(handle),
        )
        assert code == _SUCCESS
        self._pam.pam_set_item(handle, _FAIL_DELAY, self._on_delay)
        for item, value in trial.items:
            self._pam.pam_set_item(handle, item, os.fsencode(value))
        for assignment in trial.environment:
            self._pam.pam_putenv(handle, os.fsencode(assignment))
        codes = [self._pam[f"pam_{name}"](handle, flags) for name, flags in trial.calls]
        outcome = Outcome(
            tuple(codes),
            tuple(self._heard),
            tuple(self._environment(handle)),
            self._user(handle),
            tuple(self._delays),
        )
        self._pam.pam_end(handle, _SUCCESS)
        return outcome

    def _environment(self, handle: ctypes.c_void_p) -> list[bytes]:
        found, at = [], 0
        variables = self._pam.pam_getenvlist(handle)
        while variables[at] is not None:
            found.append(variables[at])
            at += 1
        return found

    def _user(self, handle: ctypes.c_void_p) -> bytes | None:
        user = ctypes.c_char_p()
        self._pam.pam_get_item(handle, _USER, ctypes.byref(user))
        return user.value

    def _converse(self, count: int, messages: Any, responses: Any, _: object) -> int:
        # C: whatever escapes from here would be read as 0, which is success.
        try:
            size = ctypes.sizeof(_Response)
            block = self._libc.calloc(count, size)
            for at in range(count):
                message = messages[at][0]
                self._heard.append((message.style, message.text))
                if message.style in _PROMPTS:
                    answer = os.fsencode(self._answers.pop(0))
                    _Response.from_address(block + at * size).text = self._libc.strdup(answer)
            responses[0] = block
        except BaseException:  # noqa: BLE001  # see above
            return _CONV_ERR
        return _SUCCESS


def lay_out(directory: str, files: tuple[tuple[str, bytes | None], ...]) -> None:
    """Put a trial's files in place of those of the one before."""
    place = Path(directory, "files")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for name, content in files:
        if content is None:
            (place / name).mkdir()
        else:
            content = content.replace(FILES.encode(), bytes(place))
            (place / name).write_bytes(content)


def serve() -> None:
    """Be the child: play what stands on standard input, and write what came of it."""
    directory, as_root, trials = pickle.load(sys.stdin.buffer)  # noqa: S301  # our own parent
    stage = _Stage(directory)
    if os.geteuid() == 0 and not as_root:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    pickle.dump([stage.play(trial) for trial in trials], sys.stdout.buffer)
