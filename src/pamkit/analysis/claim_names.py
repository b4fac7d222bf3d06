"""Every claim by its name, and the families of claims whose names have a word of the asker's."""

from __future__ import annotations

from pamkit.analysis.claims import (
    ALWAYS_REFUSES,
    CLAIMS,
    CLASSES,
    DUE_MUST_CHANGE_FIRST,
    TWO_FACTORS,
    can_get_in,
    can_get_in_without_network,
    can_log_in,
    can_never_get_in,
    needs,
    never_logs_in,
    robust_against,
)
from pamkit.analysis.claims_of_asking import (
    NEW_TOKEN_IS_THERE,
    TOKEN_IS_THERE,
    UNKNOWN_USER_IS_NOT_TOLD,
)
from pamkit.analysis.claims_of_counting import FAILURES_ARE_COUNTED, SUCCESS_FORGETS
from pamkit.analysis.claims_of_following import (
    CLOSE_FOLLOWS_OPEN,
    SAME_IN_EVERY_DIALECT,
    SETCRED_FOLLOWS,
    SETCRED_ON_ITS_OWN,
)
from pamkit.analysis.claims_of_passwords import (
    HISTORY_IS_ASKED,
    NEW_PASSWORD_IS_JUDGED,
    OLD_PASSWORD_IS_CHECKED,
    PASSES_AGREE,
)
from pamkit.analysis.claims_of_running import SAYING, asks
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.claims import Claim

_OF_ALL_KINDS = (can_get_in, can_never_get_in, can_log_in, never_logs_in)

EVERY: dict[str, Claim] = {
    claim.name: claim
    for claim in (
        *CLAIMS,
        ALWAYS_REFUSES,
        TWO_FACTORS,
        FAILURES_ARE_COUNTED,
        SUCCESS_FORGETS,
        TOKEN_IS_THERE,
        UNKNOWN_USER_IS_NOT_TOLD,
        SETCRED_FOLLOWS,
        SETCRED_ON_ITS_OWN,
        SAME_IN_EVERY_DIALECT,
        CLOSE_FOLLOWS_OPEN,
        PASSES_AGREE,
        OLD_PASSWORD_IS_CHECKED,
        NEW_PASSWORD_IS_JUDGED,
        HISTORY_IS_ASKED,
        NEW_TOKEN_IS_THERE,
        DUE_MUST_CHANGE_FIRST,
        can_get_in_without_network("local"),
        *(make(user) for make in _OF_ALL_KINDS for user in CLASSES),
    )
}
"""Claims that have no word of the asker's, by name."""

FAMILIES = {
    "needs-": (needs, "nobody is let in unless the module has answered success"),
    "robust-against-": (
        robust_against,
        "nobody is let in only because the module is missing, or fails",
    ),
    **{
        start: (asks(start, primitive), SAYING)
        for start, primitive in (
            ("auth-asks-", Primitive.AUTHENTICATE),
            ("account-asks-", Primitive.ACCT_MGMT),
            ("session-asks-", Primitive.OPEN_SESSION),
            ("password-asks-", Primitive.CHAUTHTOK),
        )
    },
}
"""What stands in front of the name of a module, with what makes the claim, and what it says."""


def claim_named(name: str) -> Claim | None:
    """Return the claim with a name (`needs-pam_oath` too); `None` if there is none."""
    for start, (make, _) in FAMILIES.items():
        module = name.removeprefix(start)
        if module != name and module.startswith("pam_"):
            return make(module)
    return EVERY.get(name)
