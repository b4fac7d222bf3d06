"""A command that gets pamkit's libraries in place of the system's, in a file system of its own.

The command runs in a private mount namespace (mount_namespaces(7)): every file that programs get
for `libpam.so.0` and its companions is covered there by pamkit's, for setuid programs too.  The
process becomes the command, so that its exit status, its signals and its terminal are its own;
when the last process of the namespace ends, nothing is left.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

from pamkit.native.core_path import core_path, with_core_path
from pamkit.native.place import unreachable
from pamkit.native.problem import Problem
from pamkit.native.put import put
from pamkit.native.recipe import CORE, LIBRARIES
from pamkit.native.search import files_called

NOT_FOUND, NOT_STARTED = 127, 126
"""Exit statuses of a command that is not there, or cannot be run (as of a shell)."""


def try_out(directory: Path, command: list[str]) -> NoReturn:
    """Become a command that uses the libraries of a directory; raise `Problem` if it cannot be.

    Needs root, of the machine or of a user namespace.
    """
    if os.geteuid() != 0:
        raise Problem(
            "only root can cover the system's libraries, in a file system of its own",
            "for programs that are not setuid: `unshare -Ur pamkit native try -- COMMAND`",
        )
    unshare = shutil.which("unshare")
    if unshare is None:
        raise Problem("there is no `unshare`", "apt install util-linux")
    directory = directory.resolve()
    if _is_real_root() and (closed := unreachable(directory)):
        raise Problem(
            f"other users cannot reach `{directory}`: `{closed}` is closed to them",
            "programs that give up root could not load the core; `pamkit native build` as root"
            " builds where they can",
        )
    if not files_called("libpam.so.0", like=directory / "libpam.so.0"):
        raise Problem("the system has no `libpam.so.0` that could be covered")
    sys.stdout.flush()
    sys.stderr.flush()
    inside = [sys.executable, "-I", "-c", _INSIDE, os.pathsep.join(sys.path), str(directory)]
    os.execv(  # noqa: S606  # no shell is wanted
        unshare, ["unshare", "--mount", "--propagation", "private", "--", *inside, *command]
    )


def enter(directory: Path, command: list[str]) -> NoReturn:
    """Cover the libraries, here and now, and become the command.

    For a process that is alone in its mount namespace.
    """
    try:
        _cover(directory)
    except (Problem, OSError, subprocess.CalledProcessError) as fault:
        said = fault.stderr.strip() if isinstance(fault, subprocess.CalledProcessError) else fault
        print(f"pamkit: the libraries cannot be covered: {said}", file=sys.stderr)
        sys.exit(2)
    # What Python ignores for itself, it would hand on.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(command[0], command)  # noqa: S606  # what was asked for
    except FileNotFoundError:
        print(f"pamkit: there is no command `{command[0]}`", file=sys.stderr)
        sys.exit(NOT_FOUND)
    except OSError as fault:
        reason = (fault.strerror or "").lower()
        print(f"pamkit: `{command[0]}` cannot be run: {reason}", file=sys.stderr)
        sys.exit(NOT_STARTED)


_INSIDE = """
import sys
sys.path[:] = sys.argv[1].split(":")
from pathlib import Path
from pamkit.native.trial import enter
enter(Path(sys.argv[2]), sys.argv[3:])
"""


def _cover(directory: Path) -> None:
    """Put the libraries over the system's, with a core that all programs can reach."""
    library = directory / "libpam.so.0"
    # Looked up before anything is covered.
    covered = {row: files_called(row.soname, like=library) for row in LIBRARIES if row.soname}
    if core_path(library.read_bytes()) != str(directory / CORE):
        _renew(directory)
    for row, files in covered.items():
        for file in files:
            _mount("--bind", str(directory / row.file), str(file))


def _renew(directory: Path) -> None:
    """Cover a directory with copies of its libraries that know where they are."""
    copies = {
        row.file: with_core_path((directory / row.file).read_bytes(), directory / CORE)
        for row in LIBRARIES
    }
    _mount("-t", "tmpfs", "-o", "mode=755,nosuid,nodev", "pamkit", str(directory))
    for name, data in copies.items():
        put(directory / name, data)


def _mount(*words: str) -> None:
    subprocess.run(  # noqa: S603  # in a namespace of our own
        ["mount", *words],  # noqa: S607  # found as root finds it
        capture_output=True,
        text=True,
        check=True,
    )


def _is_real_root() -> bool:
    """Whether there are other users; in most user namespaces there are none."""
    try:
        words = Path("/proc/self/uid_map").read_text(encoding="ascii").split()
    except OSError:
        return True
    return words == ["0", "0", "4294967295"]
