"""Claims about calls that follow others: setcred after authenticate, close after open.

They are judged as the policy was read: with the quirk `answers-steer-replay` as libpam walks, else
as pamkit does.
"""

from __future__ import annotations

from pamkit.analysis.claims import Claim, Quantity, is_granted, note_nothing
from pamkit.analysis.lockstep import Beside, Call
from pamkit.policy.dialect import DIALECTS
from pamkit.semantics.verdict import Mood
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.explore import End


def _only_the_first_is_granted(end: End) -> bool:
    return is_granted(end) and end.others[0].mood is not Mood.GRANTED


SETCRED_FOLLOWS = Claim(
    "setcred-follows",
    "whenever authenticate lets somebody in, setcred succeeds",
    Primitive.SETCRED,
    Quantity.NEVER,
    _only_the_first_is_granted,
    healthy=True,
    calls=(Call(Primitive.AUTHENTICATE, None, (Beside(Primitive.SETCRED),)),),
    watch=note_nothing,
)

SETCRED_ON_ITS_OWN = Claim(
    "setcred-on-its-own",
    "setcred succeeds where nobody was authenticated: for a key of ssh, for a job of cron",
    Primitive.SETCRED,
    Quantity.NEVER,
    lambda end: not is_granted(end),
    healthy=True,
    watch=note_nothing,
)

CLOSE_FOLLOWS_OPEN = Claim(
    "close-follows-open",
    "every session that was opened can be closed",
    Primitive.CLOSE_SESSION,
    Quantity.NEVER,
    _only_the_first_is_granted,
    healthy=True,
    calls=(Call(Primitive.OPEN_SESSION, None, (Beside(Primitive.CLOSE_SESSION),)),),
    watch=note_nothing,
)

SAME_IN_EVERY_DIALECT = Claim(
    "same-in-every-dialect",
    "setcred answers the same behind authenticate in every dialect of Linux-PAM",
    Primitive.SETCRED,
    Quantity.NEVER,
    lambda end: is_granted(end) and len({other.mood is Mood.GRANTED for other in end.others}) > 1,
    healthy=True,
    calls=(
        Call(
            Primitive.AUTHENTICATE,
            None,
            tuple(
                Beside(Primitive.SETCRED, jump_counts=dialect.jump_counts)
                for dialect in DIALECTS.values()
            ),
        ),
    ),
    watch=note_nothing,
)
