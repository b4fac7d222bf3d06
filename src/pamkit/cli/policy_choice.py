"""Which files the paths of a command line name: policies, and those in a directory."""

from __future__ import annotations

import os

from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError
from pamkit.policy.leftover import leftover
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.module.world import Files
    from pamkit.stores.root import Root

DIRECTORY, CONF = "pam.d", "pam.conf"

LINK = "a symbolic link"


class Choice(Record):
    """A file: what the user calls it, its absolute path below the root, and how it was found.

    ``left_out`` says why a file of a directory is not taken (empty if it is).
    """

    name: str
    path: str
    is_named: bool
    left_out: str = ""

    @property
    def is_conf(self) -> bool:
        """Whether it has the five columns of a pam.conf."""
        return is_conf(self.path)


def is_conf(path: str) -> bool:
    """Whether a file of this name is a pam.conf; in a pam.d it is the policy of a service."""
    directory, _, name = path.rpartition("/")
    return name == CONF and directory.rpartition("/")[2] != DIRECTORY


def path_of(word: str, root: Root) -> str:
    """Return the absolute path below the root that a word names; `UsageError` if it is none."""
    if not word:
        raise UsageError("expected a path, found a blank one")
    if word.startswith("/"):
        return word
    if not root.is_system:
        raise UsageError(
            f"expected an absolute path, found `{shown(word)}`",
            "with --root, paths are those below it",
        )
    return os.path.join(os.getcwd(), word)


def choices(files: Files, name: str, path: str, *, follow: bool) -> Iterator[Choice]:
    """Yield a file, or the files of a directory; `OSError` if there is neither.

    A link to a directory is that directory: to name it is to mean what is in it.
    """
    if files.status(path).kind != "directory":
        yield Choice(name, path, is_named=True)
        return
    for each in files.names(path):
        inside, called = f"{path.rstrip('/')}/{each}", f"{name.rstrip('/')}/{each}"
        reason = leftover(each) or _not_a_file(files, inside, follow=follow)
        yield Choice(called, inside, is_named=False, left_out=reason)


def _not_a_file(files: Files, path: str, *, follow: bool) -> str:
    try:
        kind = files.status(path, follow=follow).kind
    except OSError:
        return ""  # reading it says why it cannot be read
    if kind == "link":
        return f"{LINK} (`--follow` takes what it leads to)"
    return "" if kind == "file" else f"no file, but a {_KINDS.get(kind, kind)}"


_KINDS = {"character": "device", "block": "device", "fifo": "FIFO"}
