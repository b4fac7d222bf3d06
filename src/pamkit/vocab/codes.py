"""The return codes of Linux-PAM: number, C name, policy word and text in one row each."""

from __future__ import annotations

from pamkit.vocab.names import Names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class ReturnCode(Names):
    """What a hook, a chain or a library call answers; numbers are Linux-PAM's.

    A number that has no name stays what it is: ``ReturnCode(99)`` is 99 and is called
    `UNKNOWN`, so that nothing a module answers is lost on the way to a log.

    Source: ``security/_pam_types.h``.
    """

    SUCCESS = 0
    OPEN_ERR = 1
    SYMBOL_ERR = 2
    SERVICE_ERR = 3
    SYSTEM_ERR = 4
    BUF_ERR = 5
    PERM_DENIED = 6
    AUTH_ERR = 7
    CRED_INSUFFICIENT = 8
    AUTHINFO_UNAVAIL = 9
    USER_UNKNOWN = 10
    MAXTRIES = 11
    NEW_AUTHTOK_REQD = 12
    ACCT_EXPIRED = 13
    SESSION_ERR = 14
    CRED_UNAVAIL = 15
    CRED_EXPIRED = 16
    CRED_ERR = 17
    NO_MODULE_DATA = 18
    CONV_ERR = 19
    AUTHTOK_ERR = 20
    AUTHTOK_RECOVERY_ERR = 21
    AUTHTOK_LOCK_BUSY = 22
    AUTHTOK_DISABLE_AGING = 23
    TRY_AGAIN = 24
    IGNORE = 25
    ABORT = 26
    AUTHTOK_EXPIRED = 27
    MODULE_UNKNOWN = 28
    BAD_ITEM = 29
    CONV_AGAIN = 30
    INCOMPLETE = 31

    @classmethod
    def _missing_(cls, number: object) -> Any:
        stranger = int.__new__(cls, number)  # type: ignore[call-overload]  # any int
        stranger.name = "UNKNOWN"
        return stranger


CODE_COUNT = 32
"""How many return codes a control can tell apart (`_PAM_RETURN_VALUES`)."""

# code: (word in `[value=action]`, text of pam_strerror).  C: scripts match on these texts.
_ROWS = {
    ReturnCode.SUCCESS: ("success", "Success"),
    ReturnCode.OPEN_ERR: ("open_err", "Failed to load module"),
    ReturnCode.SYMBOL_ERR: ("symbol_err", "Symbol not found"),
    ReturnCode.SERVICE_ERR: ("service_err", "Error in service module"),
    ReturnCode.SYSTEM_ERR: ("system_err", "System error"),
    ReturnCode.BUF_ERR: ("buf_err", "Memory buffer error"),
    ReturnCode.PERM_DENIED: ("perm_denied", "Permission denied"),
    ReturnCode.AUTH_ERR: ("auth_err", "Authentication failure"),
    ReturnCode.CRED_INSUFFICIENT: (
        "cred_insufficient",
        "Insufficient credentials to access authentication data",
    ),
    ReturnCode.AUTHINFO_UNAVAIL: (
        "authinfo_unavail",
        "Authentication service cannot retrieve authentication info",
    ),
    ReturnCode.USER_UNKNOWN: (
        "user_unknown",
        "User not known to the underlying authentication module",
    ),
    ReturnCode.MAXTRIES: ("maxtries", "Have exhausted maximum number of retries for service"),
    ReturnCode.NEW_AUTHTOK_REQD: (
        "new_authtok_reqd",
        "Authentication token is no longer valid; new one required",
    ),
    ReturnCode.ACCT_EXPIRED: ("acct_expired", "User account has expired"),
    ReturnCode.SESSION_ERR: (
        "session_err",
        "Cannot make/remove an entry for the specified session",
    ),
    ReturnCode.CRED_UNAVAIL: (
        "cred_unavail",
        "Authentication service cannot retrieve user credentials",
    ),
    ReturnCode.CRED_EXPIRED: ("cred_expired", "User credentials expired"),
    ReturnCode.CRED_ERR: ("cred_err", "Failure setting user credentials"),
    ReturnCode.NO_MODULE_DATA: ("no_module_data", "No module specific data is present"),
    ReturnCode.CONV_ERR: ("conv_err", "Conversation error"),
    ReturnCode.AUTHTOK_ERR: ("authtok_err", "Authentication token manipulation error"),
    # C: the policy word is `authtok_recover_err`; the C name's spelling is refused there.
    ReturnCode.AUTHTOK_RECOVERY_ERR: (
        "authtok_recover_err",
        "Authentication information cannot be recovered",
    ),
    ReturnCode.AUTHTOK_LOCK_BUSY: ("authtok_lock_busy", "Authentication token lock busy"),
    ReturnCode.AUTHTOK_DISABLE_AGING: (
        "authtok_disable_aging",
        "Authentication token aging disabled",
    ),
    ReturnCode.TRY_AGAIN: ("try_again", "Failed preliminary check by password service"),
    ReturnCode.IGNORE: ("ignore", "The return value should be ignored by PAM dispatch"),
    ReturnCode.ABORT: ("abort", "Critical error - immediate abort"),
    ReturnCode.AUTHTOK_EXPIRED: ("authtok_expired", "Authentication token expired"),
    ReturnCode.MODULE_UNKNOWN: ("module_unknown", "Module is unknown"),
    ReturnCode.BAD_ITEM: ("bad_item", "Bad item passed to pam_*_item()"),
    ReturnCode.CONV_AGAIN: ("conv_again", "Conversation is waiting for event"),
    ReturnCode.INCOMPLETE: ("incomplete", "Application needs to call libpam again"),
}

WORDS = tuple(_ROWS[code][0] for code in ReturnCode)
"""The word of each code in a `[value=action]` control, indexed by number."""

CODES_BY_WORD = {word: code for code, (word, _) in _ROWS.items()}
"""Policy word to code."""


def text(code: int) -> str:
    """Return the sentence `pam_strerror(3)` gives for a code; seed requirement A24."""
    row = _ROWS.get(ReturnCode(code))
    return row[1] if row else "Unknown PAM error"


def c_name(code: int) -> str:
    """Return the C name of a code (`PAM_AUTH_ERR`), or the bare number of an unknown one."""
    known = ReturnCode(code)
    return f"PAM_{known.name}" if known in _ROWS else str(int(code))
