"""Home directories that are noted, not made."""

from __future__ import annotations

from pamkit.module.world import FileStatus

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Account
    from pamkit.testing.files import MemoryFiles


class MemoryHomes:
    """Homes that were made, by path: skeletons, permission bits, mask and owner."""

    def __init__(self, files: MemoryFiles) -> None:
        """Put homes among ``files``."""
        self._files = files
        self.made: dict[str, tuple[tuple[str, ...], int, int, int, int]] = {}
        self.fault: OSError | None = None
        """What is raised instead of making one."""

    def make(self, account: Account, *, skeletons: tuple[str, ...], mode: int, mask: int) -> None:
        """Note a home, or raise the fault."""
        if self.fault is not None:
            raise self.fault
        self.made[account.home] = skeletons, mode, mask, account.uid, account.gid
        self._files.statuses[account.home] = FileStatus("directory", mode, account.uid, account.gid)
