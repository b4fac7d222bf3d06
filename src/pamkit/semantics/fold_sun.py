"""How Sun's family folds the answers of a chain: Solaris, illumos, and CDE of 1996.

    action  | undecided | granted | qualified | denied | ends the chain
    --------|-----------|---------|-----------|--------|---------------------
    ignore  | keep      | keep    | keep      | keep   | never
    ok      | take      | take    | take      | keep   | never
    done    | take      | take    | take      | keep   | if not denied by then
    note    | tell      | keep    | keep      | keep   | never
    bad     | deny      | deny    | deny      | keep   | never
    die     | deny      | deny    | deny      | keep   | always
    settle  | take      | take    | take      | keep   | always

The first error of a `sufficient` or `optional` entry is told if nobody says yes, and lost if
anybody does: so is "must change the password".  Without any answer that counts, each primitive
has an error of its own.  `settle` is Solaris 11's `definitive`.  Every primitive, setcred and
close_session too, and both passes of chauthtok fold alike; only in CDE's setcred no yes ends the
chain.

Source: `pam.conf(5)` of Solaris 11 and illumos, `run_stack` of illumos, CDE's libpam of 1996.
"""

from __future__ import annotations

from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.semantics.table import CELLS, ENDINGS, Effect, Ending, Fold, deny
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_K, _T, _TELL = Effect.KEEP, Effect.TAKE, Effect.TELL

SUN_CELLS: dict[int, tuple[Effect, ...]] = {
    # action: (undecided, granted, qualified, denied)
    Action.IGNORE: CELLS[Action.IGNORE],
    Action.OK: (_T, _T, _T, _K),
    Action.DONE: (_T, _T, _T, _K),
    NOTE: (_TELL, _K, _K, _K),
    Action.BAD: CELLS[Action.BAD],
    Action.DIE: CELLS[Action.DIE],
    SETTLE: (_T, _T, _T, _K),
}
"""The table above, by action and mood."""

SUN_ENDINGS: dict[int, Ending] = {
    **{action: ENDINGS[action] for action in Action if action in SUN_CELLS},
    NOTE: Ending.NEVER,
    SETTLE: Ending.ALWAYS,
}
"""The last column of the table above."""

DEFAULTS = {
    Primitive.AUTHENTICATE: ReturnCode.AUTH_ERR,
    Primitive.SETCRED: ReturnCode.CRED_ERR,
    Primitive.ACCT_MGMT: ReturnCode.ACCT_EXPIRED,
    Primitive.OPEN_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CLOSE_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CHAUTHTOK: ReturnCode.AUTHTOK_ERR,
}
"""What is told where no answer counted."""

# DIALECT: illumos says yes to a facility without lines if the service has lines for another.
# That is never meant; Solaris's sources set this error first, and so do we.
_EMPTY = deny(ReturnCode.SYSTEM_ERR)

SUN_FOLDS = {
    primitive: Fold(SUN_CELLS, SUN_ENDINGS, Verdict(Mood.UNDECIDED, code), _EMPTY)
    for primitive, code in DEFAULTS.items()
}
"""The fold of each primitive."""

_ALL_ASKED = Fold(
    SUN_CELLS,
    {**SUN_ENDINGS, Action.DONE: Ending.NEVER},
    SUN_FOLDS[Primitive.SETCRED].start,
    _EMPTY,
)


_EMPTY_GRANTED = {
    primitive: usual.changed(empty=Verdict(Mood.GRANTED, ReturnCode.SUCCESS))
    for primitive, usual in SUN_FOLDS.items()
}
"""Under the quirk `empty-facility`: yes is said where nobody was asked."""


def fold(name: str, primitive: Primitive, *, empty_grants: bool = False) -> Fold:
    """Return the fold of a dialect for a primitive; ``empty_grants``: also of no lines at all."""
    if empty_grants:
        return _EMPTY_GRANTED[primitive]
    if name == "cde" and primitive is Primitive.SETCRED:
        return _ALL_ASKED
    return SUN_FOLDS[primitive]
