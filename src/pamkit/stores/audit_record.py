"""Audit records, and how they go to the kernel: the form that libaudit gives them.

Only our own libpam.so.0 writes records; in a Python process there is no audit (`c_by_ctypes`).
"""

from __future__ import annotations

import errno

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.stores.c_library import CLibrary

NO_AUDIT = frozenset({errno.EINVAL, errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT})
"""C: why the socket cannot be opened where the kernel has no audit."""


class AuditRecord(Record):
    """One record as libaudit takes it; ``host`` and ``tty`` may be `None`, it looks for them then.

    `audit_log_acct_message(3)`; without a user `audit_log_user_message(3)` of ``op=...``.
    """

    kind: int
    op: str
    user: str | None
    host: str | None
    tty: str | None
    success: bool


def sender(c_library: CLibrary) -> Callable[[AuditRecord], int]:
    """Return what sends records to the kernel's audit by a C library.

    It returns 0, or a negative error if a record was not taken; it raises `OSError` if there is
    no way to the kernel's audit.
    """

    def send(record: AuditRecord) -> int:
        return c_library.audit(
            record.kind,
            _encoded(record.op),
            None if record.user is None else _encoded(record.user),
            None if record.host is None else _encoded(record.host),
            None if record.tty is None else _encoded(record.tty),
            record.success,
        )

    return send


def _encoded(text: str) -> bytes:
    """Return a text as C takes it; a record must not be lost to a character."""
    text = text.partition("\0")[0]  # C: no text has a NUL in it
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace")
