"""Access to files as a user, in this thread, for a while."""

from __future__ import annotations

import errno
import os
from _thread import get_ident

from pamkit.stores import syscalls

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from pamkit.module.world import Account


class ActAs:
    """While it is entered, this thread opens files with the rights of a user.

    INVARIANT: no ``await`` inside; what else runs in this thread would act as the user too.
    C: `pam_modutil_drop_priv`, which changes the groups of every thread; programs started
    meanwhile are not confined, for real and effective user stay.
    """

    __slots__ = ("_account", "_before", "_groups_of", "_thread")

    def __init__(self, account: Account, groups_of: Callable[[str, int], tuple[int, ...]]) -> None:
        """Act as ``account``, with the groups that ``groups_of`` gives."""
        self._account, self._groups_of = account, groups_of
        self._before: tuple[int, int, list[int]] | None = None
        self._thread: int | None = None

    def __enter__(self) -> None:
        """Become the user; `PermissionError` if that is not possible, and nothing is changed."""
        account, euid = self._account, os.geteuid()
        if self._before is not None or syscalls.file_user() != euid:
            raise PermissionError(errno.EBUSY, "this thread acts as a user already")
        # Root is root to files already, and a user himself; the rest needs root.
        if account.uid == euid:
            return
        if euid != 0 or syscalls.keeps_rights():
            raise PermissionError(errno.EPERM, "only root can act as another user")
        groups = self._groups()
        before = (euid, os.getegid(), os.getgroups())
        try:
            syscalls.set_groups(groups)
            syscalls.set_file_ids(account.uid, account.gid)
        except BaseException:
            _restore(*before)
            raise
        self._before, self._thread = before, get_ident()

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        """Become oneself again; `PermissionError` if that fails."""
        before, self._before = self._before, None
        if before is None:
            return
        if self._thread != get_ident():
            raise PermissionError(errno.EPERM, "another thread acts as the user")
        _restore(*before)

    def _groups(self) -> tuple[int, ...]:
        try:
            return self._groups_of(self._account.name, self._account.gid)
        except OSError:
            return ()  # C: where the groups cannot be found the user has none


def _restore(uid: int, gid: int, groups: list[int]) -> None:
    syscalls.set_file_ids(uid, gid)
    syscalls.set_groups(groups)
