"""What is claimed of a service where nobody says what: by its role, what is meant to hold there.

A claim that does not hold of a policy as a distribution ships it is a question to whoever wrote
it; `docs/verify.md` answers those that are known.
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design
from pamkit.analysis.claims import (
    DUE_MUST_CHANGE_FIRST,
    NO_GRANT_WITHOUT_PROOF,
    ROOT_WITHOUT_NETWORK,
    WRONG_PASSWORD_NEVER_GRANTS,
    can_get_in_without_network,
    never_logs_in,
)
from pamkit.analysis.claims_of_asking import (
    NEW_TOKEN_IS_THERE,
    TOKEN_IS_THERE,
    UNKNOWN_USER_IS_NOT_TOLD,
)
from pamkit.analysis.claims_of_counting import (
    FAILURES_ARE_COUNTED,
    LOCKED_IS_REFUSED_WHERE_COUNTED,
    SUCCESS_FORGETS,
)
from pamkit.analysis.claims_of_following import (
    CLOSE_FOLLOWS_OPEN,
    SETCRED_FOLLOWS,
    SETCRED_ON_ITS_OWN,
)
from pamkit.analysis.claims_of_passwords import (
    HISTORY_IS_ASKED,
    NEW_PASSWORD_IS_JUDGED,
    OLD_PASSWORD_IS_CHECKED,
    PASSES_AGREE,
)
from pamkit.analysis.roles import (
    BECOME,
    CALLER,
    CONSOLE,
    DESKTOP,
    JOB,
    LOCKER,
    NETWORK,
    OTHER,
    OWN_ACCOUNT,
    PASSWORD,
    REMOTE,
    STRANGER,
    role_of,
)
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.claims import Claim
    from pamkit.analysis.roles import Role

_PROOF = (NO_GRANT_WITHOUT_PROOF, WRONG_PASSWORD_NEVER_GRANTS, TOKEN_IS_THERE)
_COUNTING = (LOCKED_IS_REFUSED_WHERE_COUNTED, FAILURES_ARE_COUNTED, SUCCESS_FORGETS)
_ACCOUNT = (never_logs_in("expired"), DUE_MUST_CHANGE_FIRST)
_LOCAL = (can_get_in_without_network("local"),)
_CHANGE = (
    NEW_TOKEN_IS_THERE,
    PASSES_AGREE,
    OLD_PASSWORD_IS_CHECKED,
    NEW_PASSWORD_IS_JUDGED,
    HISTORY_IS_ASKED,
)
_WORK = (SETCRED_FOLLOWS, CLOSE_FOLLOWS_OPEN)
_LOGIN = (*_PROOF, UNKNOWN_USER_IS_NOT_TOLD, *_COUNTING, *_ACCOUNT, *_WORK)

_OF_ROLE: dict[Role, tuple[Claim, ...]] = {
    CONSOLE: (*_LOGIN, ROOT_WITHOUT_NETWORK, *_LOCAL, *_CHANGE),
    REMOTE: (*_LOGIN, *_LOCAL, SETCRED_ON_ITS_OWN),
    DESKTOP: (*_LOGIN, *_LOCAL),
    LOCKER: (*_PROOF, *_LOCAL),
    BECOME: (*_PROOF, *_COUNTING, *_LOCAL, *_WORK),
    CALLER: (*_PROOF, *_COUNTING, *_LOCAL, *_WORK),
    OWN_ACCOUNT: _PROOF,
    PASSWORD: _CHANGE,
    JOB: (SETCRED_ON_ITS_OWN, CLOSE_FOLLOWS_OPEN),
    NETWORK: (*_PROOF, UNKNOWN_USER_IS_NOT_TOLD, *_COUNTING),
    OTHER: (NO_GRANT_WITHOUT_PROOF, WRONG_PASSWORD_NEVER_GRANTS),
    STRANGER: (*_PROOF, SETCRED_FOLLOWS),
}
"""Tools of root, files that are made to be included and automatic logins claim nothing."""


def claims_for(role: Role) -> tuple[Claim, ...]:
    """Return what is meant to hold of every service of a role."""
    return _OF_ROLE.get(role, ())


def default_claims(service: str) -> tuple[Claim, ...]:
    """Return what is meant to hold of a service, by its name."""
    claims = claims_for(role_of(service))
    if service in _NEEDS_NO_CREDENTIALS:
        claims = tuple(claim for claim in claims if claim is not SETCRED_ON_ITS_OWN)
    if grants_by_design(service):
        return tuple(claim for claim in claims if claim.primitive is not Primitive.AUTHENTICATE)
    return claims


_NEEDS_NO_CREDENTIALS = ("systemd-user", "elogind-user")
"""Services whose programs go on if setcred fails."""
