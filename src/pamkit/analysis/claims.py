"""The sentences that can be proved of a policy, or broken by a run.

A claim is about the end of one primitive, for whoever the circumstances describe: either no run may
end so (*never*), or some run must (*can*).
"""

from __future__ import annotations

from pamkit.analysis.circumstance import (
    CALLER,
    DUE,
    EXPIRED,
    LOCKED,
    NOLOGIN,
    REACHABLE,
    SECRET,
    USER,
)
from pamkit.analysis.model import BLANK, PROVED, TRUSTED
from pamkit.semantics.verdict import Mood
from pamkit.vocab.facility import Primitive
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.analysis.explore import End


class Quantity(Names):
    """Of how many runs a claim speaks."""

    NEVER = 0
    CAN = 1


class Claim(Record):
    """A sentence about a service.

    ``given`` are the circumstances it is about, ``holds_of`` says of an end whether it is the one
    that the claim speaks of; with ``healthy`` only what is usual happens (see `analysis.model`):
    such a claim says nothing of a day on which a module cannot do its work.
    """

    name: str
    sentence: str
    primitive: Primitive
    quantity: Quantity
    holds_of: Callable[[End], bool]
    given: tuple[tuple[str, str], ...] = ()
    healthy: bool = False


def is_granted(end: End) -> bool:
    """Whether a run ended with yes."""
    return end.verdict.mood is Mood.GRANTED


def _without_proof(end: End) -> bool:
    excused = TRUSTED in end.marks or BLANK in end.marks
    return is_granted(end) and not excused and not _proofs(end)


def _proofs(end: End) -> tuple[str, ...]:
    return tuple(mark for mark in sorted(end.marks) if mark.startswith(PROVED))


NO_GRANT_WITHOUT_PROOF = Claim(
    "no-grant-without-proof",
    "nobody is let in who proved nothing: no secret, no thing, no trait",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    _without_proof,
)

NO_BLANK_PASSWORD = Claim(
    "no-blank-password",
    "nobody is let in with an empty password",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    lambda end: is_granted(end) and BLANK in end.marks,
)

WRONG_PASSWORD_NEVER_GRANTS = Claim(
    "wrong-password-never-grants",
    "whoever gives a wrong password, and proves nothing else, is never let in",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    lambda end: is_granted(end) and not _proofs(end),
    ((SECRET, "wrong"), (CALLER, "other")),
)

LOCKED_IS_REFUSED = Claim(
    "locked-is-refused",
    "a user who is locked out is refused, even with the right password",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    lambda end: is_granted(end) and TRUSTED not in end.marks,
    ((USER, "local"), (LOCKED, "yes"), (CALLER, "other")),
    healthy=True,
)

_GOOD_DAY = ((SECRET, "right"), (LOCKED, "no"), (NOLOGIN, "no"), (CALLER, "other"))

ROOT_CAN_GET_IN = Claim(
    "root-can-get-in",
    "root, with the right password, can be let in",
    Primitive.AUTHENTICATE,
    Quantity.CAN,
    is_granted,
    ((USER, "root"), *_GOOD_DAY),
    healthy=True,
)

ROOT_WITHOUT_NETWORK = Claim(
    "root-can-get-in-without-network",
    "root, with the right password, can be let in while no other machine answers",
    Primitive.AUTHENTICATE,
    Quantity.CAN,
    is_granted,
    ((USER, "root"), *_GOOD_DAY, (REACHABLE, "no")),
    healthy=True,
)

LOCAL_CAN_GET_IN = Claim(
    "local-can-get-in",
    "a local user, with the right password, can be let in",
    Primitive.AUTHENTICATE,
    Quantity.CAN,
    is_granted,
    ((USER, "local"), *_GOOD_DAY),
    healthy=True,
)

EXPIRED_IS_REFUSED = Claim(
    "expired-is-refused",
    "a local user whose account has expired is refused by the account check",
    Primitive.ACCT_MGMT,
    Quantity.NEVER,
    is_granted,
    ((USER, "local"), (EXPIRED, "yes"), (NOLOGIN, "no"), (LOCKED, "no")),
    healthy=True,
)

DUE_IS_SAID = Claim(
    "due-is-said",
    "a local user whose password has to be changed first is told so by the account check",
    Primitive.ACCT_MGMT,
    Quantity.NEVER,
    is_granted,
    ((USER, "local"), (EXPIRED, "no"), (DUE, "yes"), (NOLOGIN, "no"), (LOCKED, "no")),
    healthy=True,
)

CLAIMS = (
    NO_GRANT_WITHOUT_PROOF,
    NO_BLANK_PASSWORD,
    WRONG_PASSWORD_NEVER_GRANTS,
    LOCKED_IS_REFUSED,
    ROOT_CAN_GET_IN,
    ROOT_WITHOUT_NETWORK,
    LOCAL_CAN_GET_IN,
    EXPIRED_IS_REFUSED,
    DUE_IS_SAID,
)
"""Claims that have no words of their own."""


def needs(module: str) -> Claim:
    """Return the claim that nobody is let in unless a module succeeded (`pam_oath`)."""
    mark = succeeded(module)
    return Claim(
        f"needs-{module}",
        f"nobody is let in unless `{module}` has answered success",
        Primitive.AUTHENTICATE,
        Quantity.NEVER,
        lambda end: is_granted(end) and mark not in end.marks,
    )


def succeeded(module: str) -> str:
    """Return the mark that a module answered success."""
    return f"succeeded {module}"
