"""The numbers of the other PAM families beside those of Linux-PAM."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag

# Codes 0-27 as Sun, XSSO, illumos, OpenPAM, macOS and CDE number them; 28 is XSSO's.
SUN_CODES = {
    ReturnCode.SUCCESS: 0,
    ReturnCode.OPEN_ERR: 1,
    ReturnCode.SYMBOL_ERR: 2,
    ReturnCode.SERVICE_ERR: 3,
    ReturnCode.SYSTEM_ERR: 4,
    ReturnCode.BUF_ERR: 5,
    ReturnCode.CONV_ERR: 6,
    ReturnCode.PERM_DENIED: 7,
    ReturnCode.MAXTRIES: 8,
    ReturnCode.AUTH_ERR: 9,
    ReturnCode.NEW_AUTHTOK_REQD: 10,
    ReturnCode.CRED_INSUFFICIENT: 11,
    ReturnCode.AUTHINFO_UNAVAIL: 12,
    ReturnCode.USER_UNKNOWN: 13,
    ReturnCode.CRED_UNAVAIL: 14,
    ReturnCode.CRED_EXPIRED: 15,
    ReturnCode.CRED_ERR: 16,
    ReturnCode.ACCT_EXPIRED: 17,
    ReturnCode.AUTHTOK_EXPIRED: 18,
    ReturnCode.SESSION_ERR: 19,
    ReturnCode.AUTHTOK_ERR: 20,
    ReturnCode.AUTHTOK_RECOVERY_ERR: 21,
    ReturnCode.AUTHTOK_LOCK_BUSY: 22,
    ReturnCode.AUTHTOK_DISABLE_AGING: 23,
    ReturnCode.NO_MODULE_DATA: 24,
    ReturnCode.IGNORE: 25,
    ReturnCode.ABORT: 26,
    ReturnCode.TRY_AGAIN: 27,
    ReturnCode.MODULE_UNKNOWN: 28,
}
"""Return codes of the Sun family by our code."""

OPENPAM_CODES = SUN_CODES | {ReturnCode.BAD_ITEM: 31}
"""Return codes of OpenPAM and macOS; 29, 30, 32 and 33 have no Linux-PAM counterpart."""

SUN_FLAGS = {
    Flag.SILENT: 0x80000000,
    Flag.DISALLOW_NULL_AUTHTOK: 0x1,
    Flag.ESTABLISH_CRED: 0x1,
    Flag.DELETE_CRED: 0x2,
    Flag.REINITIALIZE_CRED: 0x4,
    Flag.REFRESH_CRED: 0x8,
    Flag.CHANGE_EXPIRED_AUTHTOK: 0x4,
    Flag.PRELIM_CHECK: 0x1,
    Flag.UPDATE_AUTHTOK: 0x2,
}
"""Flag bits of the Sun family; one bit means different things to different calls there."""

_BACK = {number: code for code, number in SUN_CODES.items()}


def from_sun(number: int) -> ReturnCode:
    """Return our code for a Sun-family number; `SYSTEM_ERR` for one that has no counterpart."""
    return _BACK.get(number, ReturnCode.SYSTEM_ERR)


def to_sun(code: ReturnCode) -> int:
    """Return the Sun-family number of a code; `PAM_SYSTEM_ERR` for one it does not have."""
    return SUN_CODES.get(code, SUN_CODES[ReturnCode.SYSTEM_ERR])
