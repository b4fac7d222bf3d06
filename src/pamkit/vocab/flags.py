"""The flag bits of Linux-PAM and the primitives that may see them."""

from __future__ import annotations

from pamkit.vocab.facility import Primitive
from pamkit.vocab.names import Names


class Flag(Names):
    """A bit an application or the library sets for a call; numbers are Linux-PAM's.

    Source: ``security/_pam_types.h``; seed requirements A7 to A12, B11.
    """

    DISALLOW_NULL_AUTHTOK = 0x0001
    ESTABLISH_CRED = 0x0002
    DELETE_CRED = 0x0004
    REINITIALIZE_CRED = 0x0008
    REFRESH_CRED = 0x0010
    CHANGE_EXPIRED_AUTHTOK = 0x0020
    UPDATE_AUTHTOK = 0x2000
    PRELIM_CHECK = 0x4000
    SILENT = 0x8000


CRED_FLAGS = Flag.ESTABLISH_CRED | Flag.DELETE_CRED | Flag.REINITIALIZE_CRED | Flag.REFRESH_CRED
"""The four actions of setcred; they exclude one another (XSSO P702, pam_setcred)."""

PASS_FLAGS = Flag.PRELIM_CHECK | Flag.UPDATE_AUTHTOK
"""Bits the library itself sets for the two passes of chauthtok."""

ALLOWED = {
    Primitive.AUTHENTICATE: Flag.SILENT | Flag.DISALLOW_NULL_AUTHTOK,
    Primitive.SETCRED: Flag.SILENT | CRED_FLAGS,
    Primitive.ACCT_MGMT: Flag.SILENT | Flag.DISALLOW_NULL_AUTHTOK,
    Primitive.OPEN_SESSION: int(Flag.SILENT),
    Primitive.CLOSE_SESSION: int(Flag.SILENT),
    Primitive.CHAUTHTOK: Flag.SILENT | Flag.CHANGE_EXPIRED_AUTHTOK,
}
"""The bits an application may set for each primitive; seed requirement B13 for sessions."""

DATA_SILENT = 0x40000000
"""Told to cleanups at the end: tear down in this process only, leave the outside alone."""

DATA_REPLACE = 0x20000000
"""Told to a cleanup: the data goes because something else takes its name."""


def words(bits: int) -> str:
    """Return flag bits in words, as in `SILENT|REFRESH_CRED`; `0` for none."""
    names = [flag.name for flag in Flag if bits & flag]
    rest = bits & ~sum(Flag)
    return "|".join([*names, *([hex(rest)] if rest else [])]) or "0"
