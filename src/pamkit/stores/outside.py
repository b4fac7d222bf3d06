"""What a driver performs effects with, on the spot: hashes, programs, waiting."""

from __future__ import annotations

import errno
import time

from pamkit.stores import programs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.program import Finished, Run, Running
    from pamkit.module.registry import Module
    from pamkit.stores.hashing import LibCrypt
    from pamkit.stores.root import Root


class SystemOutside:
    """The system; each of its functions may be called in any thread."""

    __slots__ = ("_hashing", "_root")

    def __init__(self, root: Root, hashing: LibCrypt) -> None:
        """Perform with this libcrypt; programs run for the system's own root only."""
        self._root, self._hashing = root, hashing

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash; `None` if the scheme is not known; `OSError` without libcrypt."""
        return self._hashing.crypt(token, setting)

    def run(self, effect: Run) -> Finished:
        """Run a program to its end; `OSError` if it cannot be started.

        Below another root none can: it would be the image's program on the host's accounts.
        """
        self._refuse_elsewhere()
        return programs.run(effect)

    def start(self, run: Run) -> Running:
        """Start a program to listen to, where one can be run."""
        self._refuse_elsewhere()
        return programs.start(run)

    def _refuse_elsewhere(self) -> None:
        if not self._root.is_system:
            reason = f"programs below the root `{self._root.path}` are not run"
            raise PermissionError(errno.EPERM, reason)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(max(0.0, seconds))

    def bring(self, path: str) -> Module | str:
        """Return the module in a file of Python, or why there is none.

        Below another root there is none: an image's code is not run among the host's.
        """
        if not self._root.is_system:
            return f"files of Python below the root `{self._root.path}` are not run"
        from pamkit.stores.python_file import module_in

        return module_in(path)
