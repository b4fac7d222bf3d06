"""Audit records: what the kernel's audit is told of a call, and what becomes of the call then.

Source: `pam_audit.c` of Linux-PAM, with Debian's libaudit.  A system that must be audited lets
nobody in whose record cannot be written; one without audit is not held up.
"""

from __future__ import annotations

import errno
import os

from pamkit.stores.audit_record import NO_AUDIT, AuditRecord
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pamkit.module.world import Log
    from pamkit.policy.chain import Link
    from pamkit.semantics.trace import Run

USER_AUTH = 1100
USER_ACCT = 1101
CRED_ACQ = 1103
CRED_DISP = 1104
USER_START = 1105
USER_END = 1106
USER_CHAUTHTOK = 1108
USER_ERR = 1109
CRED_REFR = 1110
"""C: types of records, ``linux/audit.h`` and ``libaudit.h``."""

UNKNOWN = "?"
"""What stands for a name that is not known, or grantors that there are none of."""


_OF_PRIMITIVE = {
    Primitive.AUTHENTICATE: (USER_AUTH, "authentication"),
    Primitive.ACCT_MGMT: (USER_ACCT, "accounting"),
    Primitive.OPEN_SESSION: (USER_START, "session_open"),
    Primitive.CLOSE_SESSION: (USER_END, "session_close"),
    Primitive.CHAUTHTOK: (USER_CHAUTHTOK, "chauthtok"),
}

_OF_CREDENTIALS = (
    (Flag.ESTABLISH_CRED, CRED_ACQ),
    (Flag.REINITIALIZE_CRED | Flag.REFRESH_CRED, CRED_REFR),
    (Flag.DELETE_CRED, CRED_DISP),
)
"""What setcred was asked for, and the type of its record; the first that fits counts."""


class AuditTrail:
    """The records of one transaction."""

    __slots__ = ("_last_error", "_log", "_logged", "_send", "_texts")

    def __init__(
        self, send: Callable[[AuditRecord], int], texts: Mapping[Item, str], log: Log
    ) -> None:
        """Write records with ``send``; ``texts`` are the items of the handle as they are then.

        ``send`` returns 0, or a negative error if the record was not taken; it raises
        `OSError` if there is no way to the kernel's audit.
        """
        self._send, self._texts, self._log = send, texts, log
        self._logged = False
        self._last_error: int | None = None

    def after_run(self, run: Run) -> int:
        """Write the record of a finished run; return the code for the application."""
        return self.after_call(run.primitive, run.flags, run.code, run.grantors)

    def after_call(
        self, primitive: Primitive, flags: int, code: int, grantors: Iterable[Link] = ()
    ) -> int:
        """Write the record of a call, also of one that asked no module or is not finished.

        Returns ``code``, or `SYSTEM_ERR` if the record should have been written and was not.
        C: a preliminary check of chauthtok that succeeds has none; its second pass will.
        """
        preliminary = primitive is Primitive.CHAUTHTOK and not flags & Flag.UPDATE_AUTHTOK
        if preliminary and code == ReturnCode.SUCCESS:
            return code
        kind, words = _kind(primitive, flags)
        names = grantor_names(grantors) if code == ReturnCode.SUCCESS else ""
        return self._write(kind, f"{words} grantors={names or UNKNOWN}", code, code)

    def at_end(self) -> None:
        """Write the record of a transaction that had none: `pam_end(3)`.

        C: so ends one for a user that does not exist, whom sshd only pretends to ask for.
        """
        if not self._logged:
            words = f"bad_ident grantors={UNKNOWN}"
            self._write(USER_ERR, words, ReturnCode.USER_UNKNOWN, ReturnCode.USER_UNKNOWN)

    def message(self, kind: int, text: str, code: int) -> int:
        """Write a record of a module's own: `pam_modutil_audit_write`.

        Returns `SUCCESS` if it was written, ``code`` if there is no audit, else `SYSTEM_ERR`.
        """
        return self._write(kind, text, code, ReturnCode.SUCCESS)

    def _write(self, kind: int, words: str, code: int, written: int) -> int:
        """Return ``written`` after the record, ``code`` without audit, `SYSTEM_ERR` if it fails."""
        user = self._texts.get(Item.USER) if code != ReturnCode.USER_UNKNOWN else None
        record = AuditRecord(
            kind=kind,
            op=f"PAM:{words}",
            user=UNKNOWN if user is None else user,
            host=self._texts.get(Item.RHOST),
            tty=self._texts.get(Item.TTY),
            success=code == ReturnCode.SUCCESS,
        )
        try:
            error = -self._send(record)
        except OSError as failure:
            if failure.errno in NO_AUDIT:
                return code  # nobody wants a record
            self._complain(f"audit_open() failed: {_words(failure.errno)}")
            return ReturnCode.SYSTEM_ERR
        self._logged = True
        # C: EPERM is ignored: who may not write records may still lock a screen.
        if error in (0, errno.EPERM):
            return written
        if error != self._last_error:
            self._last_error = error
            self._complain(f"audit_log_acct_message() failed: {_words(error)}")
        return ReturnCode.SYSTEM_ERR

    def _complain(self, text: str) -> None:
        self._log.write(Priority.CRIT, f"PAM {text}")


def grantor_names(links: Iterable[Link]) -> str:
    """Return the names of modules as a record lists them: without directory and ending."""
    return ",".join(_short(link.module) for link in links)


def _kind(primitive: Primitive, flags: int) -> tuple[int, str]:
    if primitive is not Primitive.SETCRED:
        return _OF_PRIMITIVE[primitive]
    for bits, kind in _OF_CREDENTIALS:
        if flags & bits:
            return kind, "setcred"
    return USER_ERR, "setcred"


def _short(module: str) -> str:
    name = module.rpartition("/")[2]
    return name.rpartition(".")[0] if "." in name else name


def _words(code: int | None) -> str:
    return os.strerror(code or 0)
