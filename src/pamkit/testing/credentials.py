"""Shadow entries in memory, and a lock that is held while they change."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.module.world import GroupShadow, Shadow
    from pamkit.vocab.secret import Secret


class Held:
    """The lock of the credentials, as a context manager."""

    def __init__(self, owner: MemoryCredentials) -> None:
        """Lock ``owner``."""
        self._owner = owner

    def __enter__(self) -> None:
        """Take the lock; `BlockingIOError` if the test says that another has it."""
        if self._owner.busy:
            raise BlockingIOError("another process holds the lock")
        self._owner.locked = True

    def __exit__(self, *_: object) -> None:
        """Give the lock back."""
        self._owner.locked = False


class MemoryCredentials:
    """Shadow entries in a mapping."""

    def __init__(self, entries: Iterable[Shadow] = (), *, readable: bool = True) -> None:
        """Serve these entries; with ``readable`` false, as to an ordinary user: not at all."""
        self.entries = {entry.name: entry for entry in entries}
        self.readable = readable
        self.busy = False
        self.locked = False
        self.remembered: dict[str, list[str]] | None = None
        """The history of hashes by user; `None`: no history is kept."""
        self.history_file = ""
        """Where the history was looked for or written last; `""` is the usual place."""
        self.fault: OSError | None = None
        """Raised by everything that touches the history."""
        self.groups: dict[str, GroupShadow] = {}

    def shadow(self, name: str) -> Shadow | None:
        """Return an entry; `PermissionError` if it may not be read."""
        if not self.readable:
            raise PermissionError("the shadow file may not be read")
        return self.entries.get(name)

    def lock(self) -> Held:
        """Hold the lock of the account files."""
        return Held(self)

    def change(self, name: str, hashed: Secret, *, last_change: int) -> bool:
        """Store a new hash; the lock must be held."""
        assert self.locked, "a password is changed without the lock"  # noqa: S101  # a test double
        if name not in self.entries:
            return False
        self.entries[name] = self.entries[name].changed(hashed=hashed, last_change=last_change)
        return True

    def group_shadow(self, name: str) -> GroupShadow | None:
        """Return a group's entry; `PermissionError` if it may not be read."""
        if not self.readable:
            raise PermissionError("the shadow file may not be read")
        return self.groups.get(name)

    def history(self, name: str, *, file: str = "") -> tuple[str, ...] | None:
        """Return the remembered hashes, newest last; ``file`` is noted."""
        self.history_file = file
        if self.fault is not None:
            raise self.fault
        return None if self.remembered is None else tuple(self.remembered.get(name, ()))

    def remember(
        self,
        name: str,
        uid: int,
        hashed: Secret,
        *,
        keep: int,
        file: str = "",
        create: bool = False,
        backup: Callable[[OSError], object] | None = None,
    ) -> bool:
        """Add a hash to the history; the lock must be held.  There are no backups."""
        assert self.locked, "history is written without the lock"  # noqa: S101  # a test double
        self.history_file = file
        if self.fault is not None:
            raise self.fault
        if self.remembered is None:
            if not create:
                return False
            self.remembered = {}
        text = hashed.expose().decode()
        before = self.remembered.get(name, [])
        added = before if before[-1:] == [text] else [*before, text]
        self.remembered[name] = added[-keep:] if keep else []
        return True
