"""What lies beside the policies of a tree: companion files, modes of files, modules that are there.

A tree may be a part of a system only.  What is not in such a part is not known to be absent: every
question has `None` for an answer then, and a rule says nothing.
"""

from __future__ import annotations

from pamkit.policy.source import Outcome
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pamkit.policy.source import Reading

    class Beside(Protocol):
        """Gives the files of a tree by absolute path."""

        def read(self, path: str) -> Reading:
            """Return what reading the file at ``path`` gave."""

        def names(self, directory: str) -> tuple[str, ...]:
            """Return the names of the files in a directory, in order; none if it is not there."""

        def mode(self, path: str) -> Mode | None:
            """Return whose a file or directory is, and who may use it; `None` if nobody knows."""


MODULE_DIRECTORIES = (
    *("/usr/lib/security", "/usr/lib64/security", "/lib/security", "/lib64/security"),
    *("/usr/lib/x86_64-linux-gnu/security", "/lib/x86_64-linux-gnu/security"),
    *("/usr/lib/aarch64-linux-gnu/security", "/lib/aarch64-linux-gnu/security"),
    *("/usr/lib/arm-linux-gnueabihf/security", "/lib/arm-linux-gnueabihf/security"),
    *("/usr/lib/i386-linux-gnu/security", "/lib/i386-linux-gnu/security"),
)
"""Where distributions keep modules."""


class Mode(Record):
    """Who owns a file or directory, and its permission bits."""

    uid: int
    gid: int
    bits: int

    @property
    def is_roots_alone(self) -> bool:
        """Whether nobody but root can write it."""
        return self.uid == 0 and not self.bits & 0o002 and (self.gid == 0 or not self.bits & 0o020)


class Surroundings:
    """What can be known about what lies beside the policies; every file is read once.

    ``whole`` says that a file that is not there is missed, not elsewhere; with ``closed`` nothing
    beside the policies belongs to them (they are a directory of their own).
    """

    def __init__(self, beside: Beside, *, whole: bool, closed: bool = False) -> None:
        """Look into ``beside``."""
        self._beside, self._whole, self._closed = beside, whole, closed
        self._texts: dict[str, str | None] = {}

    def text(self, path: str) -> str | None:
        """Return what a file says; `""` if there is none, `None` if that is not known."""
        if path not in self._texts:
            self._texts[path] = self._text(path)
        return self._texts[path]

    def data(self, path: str) -> bytes | None:
        """Return the bytes of a file; `b""` if there is none, `None` if that is not known."""
        text = self.text(path)
        return None if text is None else text.encode("utf-8", "surrogateescape")

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names of the files in a directory that are known to be there."""
        return () if self._closed else self._beside.names(directory)

    def has(self, path: str) -> bool | None:
        """Whether there is a file; `None` if that is not known."""
        if self._closed:
            return None
        if self._beside.read(path).outcome is Outcome.MISSING:
            return False if self._whole else None
        return True

    def mode(self, path: str) -> Mode | None:
        """Return whose a file is, and who may use it; `None` if that is not known."""
        return None if self._closed else self._beside.mode(path)

    def modules(self) -> frozenset[str] | None:
        """Return the names of the modules that are installed (`pam_unix`); `None` if not known."""
        found = {
            name.removesuffix(".so")
            for directory in MODULE_DIRECTORIES
            for name in self.names(directory)
            if name.endswith(".so")
        }
        return frozenset(found) if found and self._whole else None

    def _text(self, path: str) -> str | None:
        if self._closed:
            return None
        reading = self._beside.read(path)
        if reading.outcome is Outcome.READ:
            return reading.text
        return "" if reading.outcome is Outcome.MISSING and self._whole else None
