"""Which codes each primitive may legally answer."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_C = ReturnCode

# Any hook may say these: nothing to do, it broke, or the conversation did.
_ALWAYS = frozenset(
    {
        _C.SUCCESS,
        _C.IGNORE,
        _C.OPEN_ERR,
        _C.SYMBOL_ERR,
        _C.SERVICE_ERR,
        _C.SYSTEM_ERR,
        _C.BUF_ERR,
        _C.CONV_ERR,
        _C.CONV_AGAIN,
        _C.INCOMPLETE,
        _C.PERM_DENIED,
        _C.ABORT,
        _C.USER_UNKNOWN,
        _C.MODULE_UNKNOWN,
    }
)

ANSWERS = {
    Primitive.AUTHENTICATE: _ALWAYS
    | {
        _C.AUTH_ERR,
        _C.CRED_INSUFFICIENT,
        _C.AUTHINFO_UNAVAIL,
        _C.MAXTRIES,
        _C.NEW_AUTHTOK_REQD,
        _C.ACCT_EXPIRED,
        _C.AUTHTOK_ERR,
        _C.AUTHTOK_RECOVERY_ERR,
        _C.TRY_AGAIN,
        _C.AUTHTOK_EXPIRED,
    },
    # What comes behind the credential codes is authenticate's answer, which pam_unix repeats
    # with `likeauth`.
    Primitive.SETCRED: _ALWAYS
    | {
        _C.CRED_UNAVAIL,
        _C.CRED_EXPIRED,
        _C.CRED_ERR,
        _C.AUTH_ERR,
        _C.AUTHINFO_UNAVAIL,
        _C.AUTHTOK_ERR,
        _C.MAXTRIES,
    },
    Primitive.ACCT_MGMT: _ALWAYS
    | {
        _C.AUTH_ERR,
        _C.ACCT_EXPIRED,
        _C.NEW_AUTHTOK_REQD,
        _C.AUTHTOK_EXPIRED,
        _C.AUTHINFO_UNAVAIL,
        _C.CRED_INSUFFICIENT,
    },
    Primitive.OPEN_SESSION: _ALWAYS | {_C.SESSION_ERR},
    Primitive.CLOSE_SESSION: _ALWAYS | {_C.SESSION_ERR},
    Primitive.CHAUTHTOK: _ALWAYS
    | {
        _C.ACCT_EXPIRED,
        _C.AUTH_ERR,
        _C.AUTHTOK_ERR,
        _C.AUTHTOK_RECOVERY_ERR,
        _C.AUTHTOK_LOCK_BUSY,
        _C.AUTHTOK_DISABLE_AGING,
        _C.AUTHTOK_EXPIRED,
        _C.AUTHINFO_UNAVAIL,
        _C.MAXTRIES,
        _C.TRY_AGAIN,
    },
}
"""What the manual pages of the six `pam_sm_*` functions allow, joined over the families.

Sources: `pam_sm_authenticate(3)` and its sisters; seed requirements A17 to A21, B22, B23.
"""
