"""Ways to directories that users may write in, or on the way to which they may.

A way is walked from the root, one open directory after the other.  Links are followed as long as
nobody but root could have put them there: from the first directory on that is not root's alone,
no link is followed any more (CVE-2025-6020).  Where something is to be mounted, each directory
from there on is mounted over itself as well: what is a mount point nobody can move away while the
login goes on.
"""

from __future__ import annotations

from pamkit.namespace.options import remark
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.call import ModuleCall
    from pamkit.module.mounts import Mounts, OpenDirectory
    from pamkit.namespace.options import NamespaceOptions

_OTHERS_WRITE = 0o022
_MOST_LINKS = 40
_EINVAL, _ELOOP, _ESTALE = 22, 40, 116


class Protection:
    """The directories that are mounted over themselves, by path."""

    __slots__ = ("_call", "_paths")

    def __init__(self, call: ModuleCall[NamespaceOptions]) -> None:
        """Protect nothing yet."""
        self._call = call
        self._paths: list[str] = []

    def cover(self, directory: OpenDirectory, path: str) -> None:
        """Mount a directory over itself, once; `OSError` if that fails, and it is logged."""
        if path in self._paths:
            return
        remark(self._call, f"Protect mount of {path} over itself", Priority.INFO)
        try:
            directory.cover(directory)
        except OSError as fault:
            said = f"Protect mount of {directory.place} failed: {fault.strerror}"
            self._call.log(Priority.ERR, said)
            raise
        self._paths.append(path)

    def lift(self) -> None:
        """Take all of it away, the last first; what is gone already is no fault.

        What is mounted over one of them must be gone, or it is taken away instead.
        """
        while self._paths:
            try:
                unmount(self._call.world.mounts, self._paths.pop())
            except OSError:
                continue


def open_directory(
    mounts: Mounts,
    path: str,
    *,
    protection: Protection | None = None,
    make: int | None = None,
    read: bool = False,
) -> OpenDirectory:
    """Return the directory at an absolute path; `OSError` if there is none that may be entered.

    ``make``: if its last name is missing it is made, with this mode.  ``read``: it can be changed
    as well as be looked at.
    """
    if not path.startswith("/"):
        raise OSError(_EINVAL, "Invalid argument")
    way = _Way(mounts, protection, read=read)
    try:
        names = path.rstrip("/").split("/")[1:]
        for at, name in enumerate(names, 1):
            way.step(name, make=make if at == len(names) else None)
        return way.end()
    finally:
        way.leave()


def unmount(mounts: Mounts, path: str) -> None:
    """Take away what is mounted at a path; `OSError` (`EINVAL`) if nothing is."""
    with open_directory(mounts, path) as directory:
        directory.uncover()


class _Way:
    """The directories that were walked through, from the root on, each held open."""

    __slots__ = ("_is_roots", "_links", "_mounts", "_names", "_protection", "_read", "_trail")

    def __init__(self, mounts: Mounts, protection: Protection | None, *, read: bool) -> None:
        self._mounts, self._protection, self._read = mounts, protection, read
        self._trail: list[OpenDirectory] = [mounts.root()]  # which is taken for root's alone
        self._names: list[str] = []
        self._is_roots = True
        """Whether nobody but root could change anything on the way so far."""
        self._links = 0

    def step(self, name: str, *, make: int | None) -> None:
        """Go on to a name, through links as long as they are root's."""
        pending = [name]
        while pending:
            name = pending.pop()
            target = self._followed(name)
            if target is None:
                self._enter(name, make if not pending else None)
                continue
            make = None  # where a link leads there is a directory, or nothing is made
            if target.startswith("/"):
                self._back_to(1)
            pending += [part for part in reversed(target.split("/")) if part]

    def end(self) -> OpenDirectory:
        """Return the directory that was come to; it is the caller's now."""
        return self._trail.pop()

    def leave(self) -> None:
        """Close what is left of the way."""
        while self._trail:
            self._trail.pop().__exit__(None, None, None)

    def _followed(self, name: str) -> str | None:
        """Return where a link leads that may be followed."""
        if not self._is_roots or name in ("", ".", ".."):
            return None
        target = self._trail[-1].link(name)
        if target is not None:
            self._links += 1
            if self._links > _MOST_LINKS:
                raise OSError(_ELOOP, "Too many levels of symbolic links")
        return target

    def _enter(self, name: str, make: int | None) -> None:
        if name in (".", ".."):
            self._back_to(max(len(self._trail) - (name == ".."), 1))
            return
        here = self._trail[-1]
        # INVARIANT: what is put here by a user who may is a directory, or it is not entered.
        found = self._entered(here, name, make)
        self._trail.append(found)
        self._names.append(name)
        if self._is_roots:
            status = found.status()
            self._is_roots = status.uid == 0 and not status.mode & _OTHERS_WRITE
            return
        if self._protection is None:
            return
        self._protection.cover(found, "/" + "/".join(self._names))
        # What is mounted there from now on has to be found, not what lies below it.
        again = here.enter(name, read=self._read)
        with found:
            self._trail[-1] = again
            if not again.is_same(found):
                raise OSError(_ESTALE, "Stale file handle")

    def _entered(self, here: OpenDirectory, name: str, make: int | None) -> OpenDirectory:
        try:
            return here.enter(name, read=self._read)
        except OSError:
            if make is None:
                raise
        here.make(name, make)
        return here.enter(name, read=self._read)

    def _back_to(self, depth: int) -> None:
        while len(self._trail) > depth:
            self._trail.pop().__exit__(None, None, None)
            self._names.pop()
