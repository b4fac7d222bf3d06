"""Where policy text comes from: a protocol, and one in memory."""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Protocol

    class PolicySource(Protocol):
        """Gives the text of policy files by absolute path."""

        def read(self, path: str) -> Reading:
            """Return what reading the file at ``path`` gave."""

        def is_directory(self, path: str) -> bool:
            """Whether ``path`` is a directory."""


class Outcome(Names):
    """How reading a file went."""

    READ = 0
    MISSING = 1
    UNREADABLE = 2
    CUT_SHORT = 3


class Reading(Record):
    """What reading a file gave: its text, or why there is none.

    `CUT_SHORT` means that a read failed after the file was open; ``text`` is what came before.
    """

    outcome: Outcome
    text: str = ""
    reason: str = ""


class Layout(Record):
    """Where an installation keeps its policies.

    ``directories`` are searched in order; if none exists, ``conf_file`` is read instead.
    With ``confdir`` only that directory counts (`pam_start_confdir(3)`).
    """

    directories: tuple[str, ...] = ("/etc/pam.d", "/usr/lib/pam.d", "/usr/share/pam/pam.d")
    conf_file: str = "/etc/pam.conf"
    confdir: str | None = None


class MemorySource:
    """Policy files held in a mapping from path to text."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Serve ``files``; their directories exist because they do."""
        self._files = dict(files)

    def read(self, path: str) -> Reading:
        """Return the text at ``path``, or `MISSING`."""
        if path in self._files:
            return Reading(Outcome.READ, self._files[path])
        if self.is_directory(path):
            return Reading(Outcome.CUT_SHORT, reason="is a directory")
        return Reading(Outcome.MISSING, reason="no such file")

    def is_directory(self, path: str) -> bool:
        """Whether some file lies below ``path``."""
        return any(name.startswith(path.rstrip("/") + "/") for name in self._files)
