"""The kernel's audit, behind `world.Audit`."""

from __future__ import annotations

import errno
import os
import struct

from pamkit.stores.audit_record import NO_AUDIT, AuditRecord, sender
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_GET, _TERMINAL_GET, _TERMINAL_SET = 1000, 1016, 1017
_STATUS = struct.Struct("=4I")
"""C: the first fields of `struct audit_status`: mask, enabled, failure, process."""

_TERMINAL = struct.Struct("=2I")
"""C: `struct audit_tty_status`; kernels before 3.10 had the first field only."""

_PATIENCE = 3000
"""Milliseconds that the kernel may take for an answer."""


class KernelAudit:
    """The audit of the kernel we run under."""

    __slots__ = ("_send",)

    def __init__(self, send: Callable[[AuditRecord], int] | None = None) -> None:
        """Write records with ``send``, as `sender` returns one; without it with the C library's."""
        self._send = send or sender(c_library)

    def write(
        self,
        kind: int,
        op: str,
        *,
        user: str | None,
        host: str | None,
        tty: str | None,
        granted: bool,
    ) -> bool:
        """Write a record; `OSError`, with the name of C's function, if it is lost."""
        try:
            error = -self._send(AuditRecord(kind, op, user, host, tty, granted))
        except OSError as fault:
            if fault.errno in NO_AUDIT:
                return False  # nobody wants a record
            raise OSError(fault.errno, _words(fault.errno), "audit_open") from None
        # C: EPERM is ignored: who may not write records may still lock a screen.
        if error not in (0, errno.EPERM):
            function = "audit_log_user_message" if user is None else "audit_log_acct_message"
            raise OSError(error, _words(error), function)
        return error == 0

    def collector(self) -> int:
        """Return the process that takes the records, 0 if there is none; `AUDIT_GET`."""
        status = c_library.audit_ask(_GET, b"", _STATUS.size, _PATIENCE)
        number: int = _STATUS.unpack(status)[3]
        return number

    def terminal(self) -> tuple[int, int]:
        """Return whether terminals are recorded, and passwords there; `AUDIT_TTY_GET`."""
        enabled, passwords = _TERMINAL.unpack(
            c_library.audit_ask(_TERMINAL_GET, b"", _TERMINAL.size, _PATIENCE)
        )
        return enabled, passwords

    def set_terminal(self, *, enabled: int, passwords: int) -> None:
        """Change that; `AUDIT_TTY_SET`."""
        c_library.audit_ask(_TERMINAL_SET, _TERMINAL.pack(enabled, passwords), 0, _PATIENCE)


class NoAudit:
    """The audit of another machine, which this kernel must not be told of."""

    __slots__ = ()

    def write(
        self,
        kind: int,
        op: str,
        *,
        user: str | None,
        host: str | None,
        tty: str | None,
        granted: bool,
    ) -> bool:
        """Write nothing."""
        return False

    def collector(self) -> int:
        """Refuse: whether records of another machine are taken cannot be told."""
        raise _refused()

    def terminal(self) -> tuple[int, int]:
        """Refuse: this process is none of another machine."""
        raise _refused()

    def set_terminal(self, *, enabled: int, passwords: int) -> None:
        """Refuse, as `terminal` does."""
        raise _refused()


def _refused() -> PermissionError:
    return PermissionError(errno.EPERM, os.strerror(errno.EPERM))


def _words(code: int | None) -> str:
    return os.strerror(code or 0)
