"""Places where peers run: a mount namespace in which policies, modules and accounts are ours.

Everybody reads the same files by the same names, and the machine is left as it is.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.speed import build

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

POLICIES = "/etc/pam.d"
_SETTLES = 2.2
"""Seconds after which pamkit keeps a policy: before, two changes of a file could look like one."""

FACILITIES = ("auth", "account", "password", "session")
DENY = "".join(f"{facility} required pam_deny.so\n" for facility in FACILITIES)
"""The smallest `other`: libpam reads it at every start, whatever the service."""


class Place:
    """A directory of what lies over the machine's own files, for programs that run in it."""

    def __init__(self, directory: Path) -> None:
        """Nothing is laid over anything yet."""
        directory.mkdir(parents=True)
        directory.chmod(0o755)
        self._directory = directory
        self._mounts: dict[str, Path] = {}
        self._written = 0.0
        self.modules: tuple[Path, ...] = ()
        self.nothing: tuple[str, ...] = ()
        self.delaying: tuple[str, ...] = ()

    def write_policies(self, policies: Mapping[str, str]) -> None:
        """Lay policies over those of the machine, by name; an `other` comes with them."""
        there = self._directory / "pam.d"
        there.mkdir(exist_ok=True)
        for name, text in ({"other": DENY} | dict(policies)).items():
            (there / name).write_text(text)
        self._mounts[POLICIES] = there
        self._written = time.monotonic()

    def build_modules(
        self, nothing: Iterable[str], *, delays: Iterable[str] = (), real: Iterable[str] = ()
    ) -> None:
        """Lay modules over those of the machine: each a file of its own that does nothing.

        ``real`` are modules of the machine that stay as they are.
        """
        there, theirs = self._directory / "security", module_directory()
        there.mkdir()
        self.nothing, self.delaying = tuple(nothing), tuple(delays)
        build.module(there / "nothing")
        build.module(there / "delays", delays=True)
        for template, names in (("nothing", self.nothing), ("delays", self.delaying)):
            for name in names:
                shutil.copyfile(there / template, there / f"{name}.so")
        for name in real:
            shutil.copyfile(theirs / f"{name}.so", there / f"{name}.so")
        for template in ("nothing", "delays"):
            (there / template).unlink()
        self._mounts[str(theirs)] = there
        self.modules = tuple(sorted(there.glob("*.so")))

    def lay(self, path: str, content: str, *, mode: int = 0o644) -> None:
        """Lay a file over one of the machine."""
        there = self._directory / Path(path).name
        there.write_text(content)
        there.chmod(mode)
        self._mounts[path] = there

    def command(self, words: Iterable[str]) -> list[str]:
        """Return what starts a program in this place."""
        mounts = [word for path, there in self._mounts.items() for word in (str(there), path)]
        script = (
            'while [ "$1" != -- ]; do mount --bind "$1" "$2" || exit; shift 2; done;'
            ' shift; exec "$@"'
        )
        flags = ["-m"] if os.geteuid() == 0 else ["-Urm"]
        return ["unshare", *flags, "sh", "-c", script, "sh", *mounts, "--", *words]

    def settle(self) -> None:
        """Wait until policies are old enough to be kept."""
        time.sleep(max(0.0, self._written + _SETTLES - time.monotonic()))


def why_not() -> str | None:
    """Return why there can be no place here; `None` if there can."""
    flags = ["-m"] if os.geteuid() == 0 else ["-Urm"]
    if shutil.which("unshare") is None:
        return "there is no unshare, of util-linux"
    done = subprocess.run(["unshare", *flags, "true"], capture_output=True, check=False)
    return "a mount namespace cannot be made" if done.returncode else None


def module_directory() -> Path:
    """Return where the modules of this machine are; `OSError` if there are none."""
    for pattern in ("lib/*/security", "lib64/security", "usr/lib*/security", "usr/lib/*/security"):
        for found in sorted(Path("/").glob(f"{pattern}/pam_permit.so")):
            return found.parent
    raise OSError("this machine has no pam_permit.so")
