"""How OpenPAM and macOS fold the answers of a chain.

    action  | undecided | granted | qualified | denied | ends the chain
    --------|-----------|---------|-----------|--------|---------------------
    ignore  | keep      | keep    | keep      | keep   | never
    ok      | take      | take    | keep      | keep   | never
    done    | take      | take    | keep      | keep   | if not denied by then
    note    | note      | note    | keep      | keep   | never
    bad     | deny      | deny    | deny      | keep   | never
    die     | blame     | blame   | blame     | keep   | always

The error of a `sufficient` or `optional` entry is noted.  It says why only where a `requisite`
entry fails behind it; but "must change the password" stays.  In setcred and in the preliminary
pass of chauthtok `done` never ends the chain: every module is asked.

OpenPAM wants one yes, and says `system_err` without one.  macOS is older: there a chain starts
with yes, and only an error that counts turns it.

Source: OpenPAM's `openpam_dispatch` (2014) and Apple's (OpenPAM-34); `pam.conf(5)` of FreeBSD.
"""

from __future__ import annotations

from pamkit.policy.control import NOTE, Action
from pamkit.semantics.table import CELLS, ENDINGS, Effect, Ending, Fold, deny
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

_K, _N, _B = Effect.KEEP, Effect.NOTE, Effect.BLAME

OPENPAM_CELLS: dict[int, tuple[Effect, ...]] = {
    # action: (undecided, granted, qualified, denied)
    Action.IGNORE: CELLS[Action.IGNORE],
    Action.OK: CELLS[Action.OK],
    Action.DONE: CELLS[Action.DONE],
    NOTE: (_N, _N, _K, _K),
    Action.BAD: CELLS[Action.BAD],
    Action.DIE: (_B, _B, _B, _K),
}
"""The table above, by action and mood."""

OPENPAM_ENDINGS: dict[int, Ending] = {
    **{action: ENDINGS[action] for action in Action if action in OPENPAM_CELLS},
    NOTE: Ending.NEVER,
}
"""The last column of the table above."""

_DENY_MODULE = {
    Primitive.AUTHENTICATE: ReturnCode.AUTH_ERR,
    Primitive.SETCRED: ReturnCode.CRED_ERR,
    Primitive.ACCT_MGMT: ReturnCode.AUTH_ERR,
    Primitive.OPEN_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CLOSE_SESSION: ReturnCode.SESSION_ERR,
    Primitive.CHAUTHTOK: ReturnCode.AUTHTOK_ERR,
}
"""What macOS tells of a facility without lines: it puts `required pam_deny` there."""

_NO_YES = Verdict(Mood.UNDECIDED, ReturnCode.SYSTEM_ERR)

# DIALECT: macos says yes where nobody said no, although nobody said yes either.
_NO_NO = Verdict(Mood.GRANTED, ReturnCode.SUCCESS)


def _folds(start: Verdict, empty: Verdict) -> tuple[Fold, Fold]:
    """Return the fold in which a yes may end the chain, and that in which every link is asked."""
    usual = Fold(OPENPAM_CELLS, OPENPAM_ENDINGS, start, empty)
    all_asked = {**OPENPAM_ENDINGS, Action.DONE: Ending.NEVER}
    return usual, Fold(OPENPAM_CELLS, all_asked, start, empty)


_OPENPAM = _folds(_NO_YES, _NO_YES)

_FOLDS = {
    "openpam": dict.fromkeys(Primitive, _OPENPAM),
    "netbsd": dict.fromkeys(Primitive, _OPENPAM),
    "macos": {primitive: _folds(_NO_NO, deny(code)) for primitive, code in _DENY_MODULE.items()},
}


def fold(name: str, primitive: Primitive, *, is_check: bool) -> Fold:
    """Return the fold of a dialect; ``is_check``: the preliminary pass of chauthtok."""
    usual, all_asked = _FOLDS[name][primitive]
    return all_asked if is_check or primitive is Primitive.SETCRED else usual
