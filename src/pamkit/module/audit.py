"""Audit records of modules: what the kernel's audit is told of refusals and locks.

Source: `pam_modutil_audit_write(3)`, `libaudit.h`.
"""

from __future__ import annotations

from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import ModuleCall

ANOM_LOGIN_FAILURES = 2100
ANOM_LOGIN_TIME = 2101
ANOM_LOGIN_SESSIONS = 2102
ANOM_LOGIN_LOCATION = 2104
RESP_ACCT_UNLOCK_TIMED = 2206
RESP_ACCT_LOCK = 2207
"""C: types of records, ``libaudit.h``."""


def audit_refusal(call: ModuleCall[Any], kind: int, op: str, *, granted: bool = False) -> None:
    """Write a record about the applicant, and log it if the record is lost.

    For a call that is refused in any case: nothing else becomes of a lost record.  ``granted`` is
    what the record says of the call.
    """
    user = call.item(Item.USER)
    try:
        call.world.audit.write(
            kind,
            f"PAM:{op}",
            user="?" if user is None else user,
            host=call.item(Item.RHOST),
            tty=call.item(Item.TTY),
            granted=granted,
        )
    except OSError as fault:
        call.log(Priority.CRIT, f"{fault.filename}() failed: {fault.strerror}")


def audit_lock(
    call: ModuleCall[Any], kind: int, op: str, *, host: str | None = None, tty: str | None = None
) -> bool:
    """Write a record about the lock of an account; return whether it is not lost.

    Without ``host`` and ``tty`` the record is about where the process is.  A machine that keeps no
    records loses none.
    """
    try:
        call.world.audit.write(kind, op, user=None, host=host, tty=tty, granted=True)
    except OSError as fault:
        call.log(Priority.ERR, f"Error sending audit message: {fault.strerror}")
        return False
    return True
