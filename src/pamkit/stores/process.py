"""The process that runs the transaction, behind `world.Process`."""

from __future__ import annotations

import os
import sys


class ThisProcess:
    """The process this code runs in."""

    __slots__ = ()

    def uid(self) -> int:
        """Return the real user number."""
        return os.getuid()

    def euid(self) -> int:
        """Return the effective user number."""
        return os.geteuid()

    def directory(self) -> str:
        """Return where the process is; `OSError` if that is nowhere any more."""
        return _text(os.getcwd())

    def login_name(self) -> str:
        """Return who logged in on the terminal, or ``""``: `getlogin(3)` believes its records."""
        try:
            return _text(os.getlogin())
        except OSError:
            return ""

    def terminal(self) -> str:
        """Return the name of the terminal on standard input, or ``""``."""
        try:
            return _text(os.ttyname(0))
        except OSError:
            return ""

    def host_name(self) -> str:
        """Return the name of this machine."""
        return _text(os.uname().nodename)


def _text(name: str) -> str:
    """Return a name as all texts are decoded here, whatever the locale says."""
    data = name.encode(sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())
    return data.decode("utf-8", "surrogateescape")
