"""Files that others include and that are not at hand: taken for lines of which nobody knows.

A part of a tree, such as a repository or a package, lacks files that a whole system has.  What they
say is not known, so anything may come of them, the same in every place that includes them.
"""

from __future__ import annotations

from pamkit.policy.source import Outcome, Reading
from pamkit.vocab.facility import FACILITY_WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.source import Layout, PolicySource

ABSENT = "absent:"
"""What the names of modules begin with that stand for a file; the file's name follows."""


class PartSource:
    """A source of which files are missed by nobody but those that include them."""

    def __init__(self, source: PolicySource, layout: Layout, service: str) -> None:
        """Serve ``source``; only the files of ``service`` and `other` may be missing."""
        self._source, self._asked = source, (service, "other")
        confdir = layout.confdir
        self._directories = layout.directories if confdir is None else (confdir,)

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory."""
        return self._source.is_directory(path)

    def read(self, path: str) -> Reading:
        """Return what reading a file gave, or the lines that stand for it."""
        reading = self._source.read(path)
        directory, _, name = path.rpartition("/")
        if reading.outcome is not Outcome.MISSING or name in self._asked:
            return reading
        others = (each for each in self._directories if each != directory)
        if any(
            self._source.read(f"{each}/{name}").outcome is not Outcome.MISSING for each in others
        ):
            return reading
        return Reading(Outcome.READ, _lines(name))


def absent_file(module: str) -> str:
    """Return the name of the file that a module stands for; empty for a module."""
    name = module.removeprefix(ABSENT)
    return "" if name == module else name.partition(":")[0]


def _lines(name: str) -> str:
    """Return lines of which anything may come: a yes or a no that goes on, and one that ends it."""
    words = [word for word in FACILITY_WORDS if name.startswith(_SPLIT) and word in name]
    return "".join(
        f"{word} [success=ok new_authtok_reqd=ok ignore=ignore default=bad] {ABSENT}{name}\n"
        f"{word} [success=done ignore=ignore default=die] {ABSENT}{name}:end\n"
        for word in words or FACILITY_WORDS
    )


_SPLIT = ("common-", "base-")
"""Beginnings of the names of files that have the lines of one facility, and say of which."""
