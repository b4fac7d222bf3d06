"""The exceptions of the Python edge: refusal raises, and says what can be done."""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.failure import PamError as PamError
from pamkit.vocab.failure import PolicyError as PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Refused(PamError):
    """The answer is no."""


class WrongCredentials(Refused):
    """The secret was wrong."""

    code = ReturnCode.AUTH_ERR
    advice = "check the user name and the password"


class UserUnknown(Refused):
    """No such user; show `WrongCredentials` to strangers, so that they cannot list names."""

    code = ReturnCode.USER_UNKNOWN
    advice = "check the user name"


class MaxTries(Refused):
    """Too many attempts in this transaction."""

    code = ReturnCode.MAXTRIES
    advice = "start again later"


class TokenExpired(Refused):
    """The password must be changed before anything else: call `chauthtok`."""

    code = ReturnCode.NEW_AUTHTOK_REQD
    advice = "the password has to be changed now"


class TokenDead(Refused):
    """The password expired too long ago to be changed by its owner."""

    code = ReturnCode.AUTHTOK_EXPIRED
    advice = "an administrator has to set a new password"


class AccountExpired(Refused):
    """The account has expired."""

    code = ReturnCode.ACCT_EXPIRED
    advice = "an administrator has to renew the account"


class Denied(Refused):
    """A rule of the policy says no, or the account is locked."""

    code = ReturnCode.PERM_DENIED


class AccountLocked(Denied):
    """The account is locked after too many failures."""

    advice = "wait, or ask an administrator to unlock the account"


class CredentialsError(Refused):
    """Credentials could not be fetched, set, or have expired."""

    code = ReturnCode.CRED_ERR


class SessionError(Refused):
    """The session could not be opened or closed."""

    code = ReturnCode.SESSION_ERR


class TokenError(Refused):
    """The password could not be changed."""

    code = ReturnCode.AUTHTOK_ERR


class TryAgain(Refused):
    """Not now: a lock is held or a service is busy."""

    code = ReturnCode.TRY_AGAIN
    advice = "try again in a moment"


class ConversationEnded(Refused):
    """The applicant did not answer."""

    code = ReturnCode.CONV_ERR


class Unavailable(Refused):
    """What would know the answer cannot be reached."""

    code = ReturnCode.AUTHINFO_UNAVAIL
    advice = "the source of the account data cannot be read"


class Incomplete(PamError):
    """The transaction waits; call the same primitive again to go on."""

    code = ReturnCode.INCOMPLETE


BY_CODE: dict[ReturnCode, type[PamError]] = {
    ReturnCode.AUTH_ERR: WrongCredentials,
    ReturnCode.USER_UNKNOWN: UserUnknown,
    ReturnCode.MAXTRIES: MaxTries,
    ReturnCode.NEW_AUTHTOK_REQD: TokenExpired,
    ReturnCode.AUTHTOK_EXPIRED: TokenDead,
    ReturnCode.ACCT_EXPIRED: AccountExpired,
    ReturnCode.PERM_DENIED: Denied,
    ReturnCode.CRED_ERR: CredentialsError,
    ReturnCode.CRED_UNAVAIL: CredentialsError,
    ReturnCode.CRED_EXPIRED: CredentialsError,
    ReturnCode.CRED_INSUFFICIENT: CredentialsError,
    ReturnCode.SESSION_ERR: SessionError,
    ReturnCode.AUTHTOK_ERR: TokenError,
    ReturnCode.AUTHTOK_RECOVERY_ERR: TokenError,
    ReturnCode.AUTHTOK_DISABLE_AGING: TokenError,
    ReturnCode.AUTHTOK_LOCK_BUSY: TryAgain,
    ReturnCode.TRY_AGAIN: TryAgain,
    ReturnCode.CONV_ERR: ConversationEnded,
    ReturnCode.CONV_AGAIN: ConversationEnded,
    ReturnCode.AUTHINFO_UNAVAIL: Unavailable,
    ReturnCode.INCOMPLETE: Incomplete,
}
"""Which exception a refusing code becomes; any other code is plain `PamError`."""


def refusal(code: int, message: str = "", trace: tuple[Any, ...] = ()) -> PamError:
    """Return the exception for a code that is not success."""
    kind = BY_CODE.get(ReturnCode(code), PamError)
    return kind(code, message, trace)
