"""What is said to the helper unix_chkpwd(8), and what its end means."""

from __future__ import annotations

from pamkit.formats.shadow_age import Age
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.message import MAX_RESPONSE
from pamkit.vocab.secret import Secret

PLACES = ("/usr/sbin/unix_chkpwd", "/sbin/unix_chkpwd")
"""Where distributions put the helper."""

_C = ReturnCode
_CHECKS = frozenset({_C.SUCCESS, _C.AUTH_ERR, _C.AUTHINFO_UNAVAIL, _C.USER_UNKNOWN})
_AGES = frozenset(
    {
        _C.SUCCESS,
        _C.AUTH_ERR,
        _C.AUTHINFO_UNAVAIL,
        _C.USER_UNKNOWN,
        _C.ACCT_EXPIRED,
        _C.NEW_AUTHTOK_REQD,
        _C.AUTHTOK_EXPIRED,
        _C.AUTHTOK_ERR,
    }
)


def password_input(token: Secret) -> Secret:
    """Return what the helper reads: the token and a NUL.

    At most 512 bytes: a longer one would fill the pipe before anybody reads (CVE-2015-3238).
    """
    return Secret(token.expose()[:MAX_RESPONSE] + b"\0")


def checked_password(status: int) -> ReturnCode:
    """Return the code an exit status of `nullok` or `nonull` stands for.

    A signal (negative) or a status the helper does not use is a refusal: a helper that is
    killed or is another program must not grant, nor be ignored.
    """
    return ReturnCode(status) if status in _CHECKS else ReturnCode.AUTH_ERR


def checked_age(status: int, output: bytes) -> Age:
    """Return the code and the days left that `chkexpiry` reports; unreadable is a refusal."""
    words = output[:31].split()
    days = words[0].removeprefix(b"-") if words else b""
    if status not in _AGES or not days.isdigit():
        return Age(ReturnCode.AUTH_ERR)
    return Age(ReturnCode(status), int(words[0]))
