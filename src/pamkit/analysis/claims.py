"""The sentences that can be proved of a policy, or broken by a run.

A claim is about the end of a run, of one primitive or of several calls, for whoever the
circumstances describe: either no run may end so (*never*), or some run must (*can*), or what is
seen of the runs must be the same on two days (*alike*).  Those that need more words have files of
their own (`claims_of_...`); all of them together are in `claim_names`.
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
from pamkit.analysis.lockstep import Beside, Call
from pamkit.analysis.model import ASSUMED, BLANK, PROVED, TRUSTED
from pamkit.module.facts import PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pamkit.analysis.explore import End
    from pamkit.analysis.lockstep import Marks, Seen, Watch
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility

    BesideThePoint = Callable[[Mapping[Facility, Chain], Declarations], str]


class Quantity(Names):
    """Of how many runs a claim speaks."""

    NEVER = 0
    CAN = 1
    ALIKE = 2


def note_what_it_says(marks: Marks, seen: Seen) -> Marks:
    """Mark what the rows of the modules say of an answer; of proofs only that there was one.

    What it was that was proved would make a point of each set of proofs.
    """
    said = (mark for mark in seen.outcome.marks if not mark.startswith(ASSUMED))
    return marks.union(PROVED if mark.startswith(PROVED) else mark for mark in said)


class Claim(Record):
    """A sentence about a service.

    ``given`` are the circumstances it is about, ``holds_of`` says of an end whether it is the one
    that the claim speaks of; with ``healthy`` only what is usual happens (see `analysis.model`):
    such a claim says nothing of a day on which a module cannot do its work.  ``calls`` is what a
    program asks for (none: the primitive), ``watch`` notes what the claim has to know of a run, and
    ``beside_the_point`` gives the reason why it says nothing of a service (empty: it does).
    ``other`` is the second day of a claim of two; ``shown`` is the walk that a witness shows.
    """

    name: str
    sentence: str
    primitive: Primitive
    quantity: Quantity
    holds_of: Callable[[End], bool]
    given: tuple[tuple[str, str], ...] = ()
    healthy: bool = False
    calls: tuple[Call, ...] = ()
    watch: Watch = note_what_it_says
    beside_the_point: BesideThePoint | None = None
    other: tuple[tuple[str, str], ...] = ()
    shown: int | None = None


def note_nothing(marks: Marks, _: Seen) -> Marks:
    """Mark nothing: for claims about the end alone."""
    return marks


def is_granted(end: End) -> bool:
    """Whether a run ended with yes."""
    return end.verdict.mood is Mood.GRANTED


def _without_proof(end: End) -> bool:
    return is_granted(end) and end.marks.isdisjoint((TRUSTED, BLANK, PROVED))


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
    lambda end: is_granted(end) and end.marks.isdisjoint((TRUSTED, PROVED)),
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

_CLASSES: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "root": ("root", ((USER, "root"),)),
    "system": ("an account of the system", ((USER, "system"),)),
    "local": ("a local user", ((USER, "local"),)),
    "directory": ("a user of the directory", ((USER, "directory"),)),
    "locked": ("a local user who is locked out", ((USER, "local"), (LOCKED, "yes"))),
    "expired": ("a local user whose account has expired", ((USER, "local"), (EXPIRED, "yes"))),
}
"""Kinds of users that there are claims about: what they are called, and what is so of them."""

CLASSES = tuple(_CLASSES)
"""Kinds of users that there are claims about."""

AUTHENTICATING = (Call(Primitive.AUTHENTICATE),)

LOGIN = (
    Call(Primitive.AUTHENTICATE, None, (Beside(Primitive.SETCRED),)),
    Call(Primitive.ACCT_MGMT),
    Call(Primitive.OPEN_SESSION),
)
"""What a login program asks for; setcred goes the way of authenticate."""


def day_of(user: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Return a good day of a kind of user, but for what is said."""
    day = dict((*_GOOD_DAY, (EXPIRED, "no"), (DUE, "no"), *_CLASSES[user][1], *more))
    return tuple(day.items())


def can_get_in(user: str) -> Claim:
    """Return the claim that a kind of user can be let in by authenticate."""
    return Claim(
        f"{user}-can-get-in",
        f"{_CLASSES[user][0]}, with the right password, can be let in",
        Primitive.AUTHENTICATE,
        Quantity.CAN,
        is_granted,
        day_of(user),
        healthy=True,
        watch=note_nothing,
    )


def can_never_get_in(user: str) -> Claim:
    """Return the claim that a kind of user is never let in by authenticate."""
    return can_get_in(user).changed(
        name=f"{user}-can-never-get-in",
        sentence=f"{_CLASSES[user][0]} is never let in, even with the right password",
        quantity=Quantity.NEVER,
    )


def can_get_in_without_network(user: str) -> Claim:
    """Return the claim that a kind of user can be let in although no other machine answers."""
    claim = can_get_in(user)
    return claim.changed(
        name=f"{user}-can-get-in-without-network",
        sentence=f"{claim.sentence} while no other machine answers",
        given=day_of(user, (REACHABLE, "no")),
    )


def can_log_in(user: str) -> Claim:
    """Return the claim that a kind of user can come through a whole login."""
    return Claim(
        f"{user}-can-log-in",
        f"{_CLASSES[user][0]}, with the right password, can come through a whole login",
        Primitive.AUTHENTICATE,
        Quantity.CAN,
        is_granted,
        day_of(user),
        healthy=True,
        calls=LOGIN,
        watch=note_nothing,
    )


def never_logs_in(user: str) -> Claim:
    """Return the claim that a kind of user never comes through a whole login."""
    return can_log_in(user).changed(
        name=f"{user}-never-logs-in",
        sentence=f"{_CLASSES[user][0]} never comes through a whole login",
        quantity=Quantity.NEVER,
    )


DUE_MUST_CHANGE_FIRST = Claim(
    "due-must-change-first",
    "a local user whose password has to be changed first does not come through a login without it",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    is_granted,
    day_of("local", (DUE, "yes")),
    healthy=True,
    calls=LOGIN,
    watch=note_nothing,
)

ALWAYS_REFUSES = Claim(
    "always-refuses",
    "nobody is ever let in",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    is_granted,
    watch=note_nothing,
)


def _note_kinds(marks: Marks, seen: Seen) -> Marks:
    """Mark of what kinds the proofs are: what somebody knows, holds or is."""
    said = seen.outcome.marks
    found = {mark for mark in said if mark == TRUSTED}
    if any(mark.startswith(PROVED) for mark in said):
        kinds = {f"{_KIND} {name}" for fact, name in _KINDS if seen.subject.states(fact)}
        found |= kinds or {f"{_KIND} of {seen.subject.name}"}
    return marks | found


_KIND = "kind"
_KINDS = ((PROVES_IDENTITY, "knows"), (PROVES_POSSESSION, "holds"), (PROVES_TRAIT, "is"))

TWO_FACTORS = Claim(
    "two-factors",
    "nobody is let in who has not proved two things of different kinds: to know, to hold, to be",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    lambda end: (
        is_granted(end)
        and TRUSTED not in end.marks
        and sum(mark.startswith(_KIND) for mark in end.marks) < 2
    ),
    watch=_note_kinds,
)

ROOT_CAN_GET_IN = can_get_in("root")
ROOT_WITHOUT_NETWORK = can_get_in_without_network("root")
LOCAL_CAN_GET_IN = can_get_in("local")

EXPIRED_IS_REFUSED = Claim(
    "expired-is-refused",
    "a local user whose account has expired is refused by the account check",
    Primitive.ACCT_MGMT,
    Quantity.NEVER,
    is_granted,
    ((USER, "local"), (EXPIRED, "yes"), (NOLOGIN, "no"), (LOCKED, "no")),
    healthy=True,
    watch=note_nothing,
)

DUE_IS_SAID = Claim(
    "due-is-said",
    "a local user whose password has to be changed first is told so by the account check",
    Primitive.ACCT_MGMT,
    Quantity.NEVER,
    is_granted,
    ((USER, "local"), (EXPIRED, "no"), (DUE, "yes"), (NOLOGIN, "no"), (LOCKED, "no")),
    healthy=True,
    watch=note_nothing,
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
"""Claims that everything else is measured by; `claim_names` has all that there are."""


def needs(module: str) -> Claim:
    """Return the claim that nobody is let in unless a module succeeded (`pam_oath`)."""
    mark = succeeded(module)

    def note(marks: Marks, seen: Seen) -> Marks:
        if seen.outcome.code != ReturnCode.SUCCESS or seen.link.refusal:
            return marks
        return marks | {mark} if seen.subject.name == module else marks

    return Claim(
        f"needs-{module}",
        f"nobody is let in unless `{module}` has answered success",
        Primitive.AUTHENTICATE,
        Quantity.NEVER,
        lambda end: is_granted(end) and mark not in end.marks,
        watch=note,
    )


def robust_against(module: str) -> Claim:
    """Return the claim that a failure of a module lets nobody in whom the module would not."""
    return Claim(
        f"robust-against-{module}",
        f"nobody is let in only because `{module}` is missing, or fails",
        Primitive.AUTHENTICATE,
        Quantity.NEVER,
        lambda end: not is_granted(end) and end.others[0].mood is Mood.GRANTED,
        healthy=True,
        calls=(
            Call(Primitive.AUTHENTICATE, None, (Beside(Primitive.AUTHENTICATE, failing=module),)),
        ),
        watch=note_nothing,
        shown=1,
    )


def succeeded(module: str) -> str:
    """Return the mark that a module answered success."""
    return f"succeeded {module}"
