"""A terminal that belongs to a user for a while: its owner, its group, its mode; see login(1)."""

from __future__ import annotations

import os
import stat
import syslog

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_USUAL_MODE = 0o600
"""Nobody else may write there unless login.defs(5) says so."""


_NO_GROUP, _MOST_DIGITS = 0xFFFFFFFF, 10
"""C: `(gid_t) -1`, and how long a number of a group can be."""


class OwnTerminal:
    """Gives a terminal to a user on entering, and takes it back on leaving.

    ``group`` is a name or a number, and ``mode`` an octal number, as `TTYGROUP` and `TTYPERM` of
    login.defs(5) have them.  A terminal that cannot be changed stays as it is, which is logged.
    """

    def __init__(self, descriptor: int, uid: int, group: str | None, mode: str | None) -> None:
        """Hold the terminal behind ``descriptor`` for the user with number ``uid``."""
        self._descriptor, self._uid = descriptor, uid
        self._gid, self._mode = _number_of(group), _mode_of(mode)
        self._before: os.stat_result | None = None

    def __enter__(self) -> Self:
        """Give it to the user."""
        self._before = os.fstat(self._descriptor)
        self._change(self._uid, self._gid, self._mode)
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        """Take it back."""
        if self._before is not None:
            mode = stat.S_IMODE(self._before.st_mode)
            self._change(self._before.st_uid, self._before.st_gid, mode)

    def _change(self, uid: int, gid: int, mode: int) -> None:
        try:
            # By the descriptor: whatever lies at the path by now is not the terminal in use.
            os.fchown(self._descriptor, uid, gid)
            os.fchmod(self._descriptor, mode)
        except OSError as fault:
            reason = fault.strerror or type(fault).__name__
            syslog.syslog(syslog.LOG_WARNING, f"the terminal stays as it is: {reason}")


def _number_of(group: str | None) -> int:
    """Return the number of a group; -1, which changes nothing, for one that is not there."""
    import grp

    if not group:
        return -1
    if group.isdecimal() and group.isascii():
        # A slip in a file must not keep everybody out: with a number too large nobody comes in.
        return int(group) if len(group) <= _MOST_DIGITS and int(group) < _NO_GROUP else -1
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        return -1


def _mode_of(mode: str | None) -> int:
    try:
        said = int(mode or "", 8)
    except ValueError:
        return _USUAL_MODE
    return said if 0 <= said <= 0o777 else _USUAL_MODE
