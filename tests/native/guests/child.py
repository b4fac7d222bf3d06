"""Programs in Python that take in native modules, each run in a process of its own.

A process has one libpam: where the tests themselves had the system's, no guest could come in.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

from tests.native.built import built_libraries

ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent

_BEFORE = """
import json, os, sys
sys.path[:0] = [{source!r}]
from pamkit.guests import host
host.library({library!r})
import pamkit

LINES = []
SAID = []

def policy(text, name="guests"):
    with open(os.path.join({scratch!r}, name), "w") as file:
        file.write(text.replace("GUEST", {guest!r}))

def transaction(text, user="alice", kind=pamkit.Transaction, **settings):
    policy(text)
    settings.setdefault("log", lambda priority, line: LINES.append(line))
    return kind("guests", user, confdir={scratch!r}, **settings)

def code(call, *args):
    try:
        call(*args)
    except pamkit.PamError as refused:
        return int(refused.code)
    return 0

def answering(*answers):
    left = list(answers)
    def conversation(messages):
        SAID.extend((int(m.style), m.text) for m in messages)
        return [left.pop(0) if m.wants_answer else None for m in messages]
    return conversation
"""


@cache
def guest(directory: Path) -> Path:
    """Build the module `guest.c` below a directory."""
    file = directory / "pam_guest.so"
    include = ROOT / "src" / "pamkit" / "native" / "c" / "include"
    library = built_libraries() / "libpam.so.0"
    subprocess.run(
        [
            "cc",
            "-std=gnu11",
            "-O1",
            "-fPIC",
            "-shared",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-I",
            include,
            "-o",
            file,
            HERE / "guest.c",
            library,
            "-lpthread",
        ],
        check=True,
    )
    return file


def run(program: str, scratch: Path, *, seconds: float = 60, python: str = sys.executable) -> Any:
    """Return what the program gave as ``RESULT``; it finds `transaction` and its like above."""
    text = _BEFORE.format(
        source=str(ROOT / "src"),
        library=str(built_libraries() / "libpam.so.0"),
        scratch=str(scratch),
        guest=str(guest(scratch.parent)),
    )
    text += program + "\nprint('@' + json.dumps(RESULT))\n"
    done = subprocess.run(
        [python, "-X", "faulthandler", "-c", text],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
    assert done.returncode == 0, f"status {done.returncode}\n{done.stderr}"
    assert not done.stderr, done.stderr
    return json.loads(done.stdout.rpartition("@")[2])
