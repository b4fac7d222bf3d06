"""The kernel's audit, behind `world.Audit`."""

from __future__ import annotations

import errno
import os

from pamkit.stores.audit_record import NO_AUDIT, AuditRecord, sender
from pamkit.stores.c_library import c_library

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


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
    ) -> None:
        """Write a record; `OSError`, with the name of C's function, if it is lost."""
        try:
            error = -self._send(AuditRecord(kind, op, user, host, tty, granted))
        except OSError as fault:
            if fault.errno in NO_AUDIT:
                return  # nobody wants a record
            raise OSError(fault.errno, _words(fault.errno), "audit_open") from None
        # C: EPERM is ignored: who may not write records may still lock a screen.
        if error not in (0, errno.EPERM):
            function = "audit_log_user_message" if user is None else "audit_log_acct_message"
            raise OSError(error, _words(error), function)


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
    ) -> None:
        """Write nothing."""


def _words(code: int | None) -> str:
    return os.strerror(code or 0)
