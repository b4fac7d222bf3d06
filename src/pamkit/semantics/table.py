"""The meaning of a chain: 24 cells for Linux-PAM, and the function that reads such a table.

    action  | undecided | granted | qualified | denied | ends the chain
    --------|-----------|---------|-----------|--------|---------------------
    ignore  | keep      | keep    | keep      | keep   | never
    ok      | take      | take    | keep      | keep   | never
    done    | take      | take    | keep      | keep   | if not denied by then
    bad     | deny      | deny    | deny      | keep   | never
    die     | deny      | deny    | deny      | keep   | always
    reset   | reset     | reset   | reset     | reset  | never

Everything that decides lies in this file and in `walk`; the one other fold is that of `replay`,
which the seed page wants.  The table does not know who drives it.  The other families of PAM have
tables of their own (`fold_openpam`, `fold_sun`), which the same function reads.
"""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.semantics.verdict import START, Mood, Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.names import Names
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Effect(Names):
    """What happens to a verdict.

    In other families than Linux-PAM's an error may be *noted*, the first one only: then the
    verdict stays (`NOTE`), or it says that error as long as nobody says yes (`TELL`).  `BLAME`
    denies with what was noted, where something was.
    """

    KEEP = 0
    TAKE = 1
    DENY = 2
    RESET = 3
    NOTE = 4
    TELL = 5
    BLAME = 6


class Ending(Names):
    """When an action ends its chain or substack."""

    NEVER = 0
    ALWAYS = 1
    IF_POSITIVE = 2


_K, _T, _D, _R = Effect.KEEP, Effect.TAKE, Effect.DENY, Effect.RESET

CELLS: dict[int, tuple[Effect, ...]] = {
    # action: (undecided, granted, qualified, denied)
    Action.IGNORE: (_K, _K, _K, _K),
    Action.OK: (_T, _T, _K, _K),
    Action.DONE: (_T, _T, _K, _K),
    Action.BAD: (_D, _D, _D, _K),
    Action.DIE: (_D, _D, _D, _K),
    Action.RESET: (_R, _R, _R, _R),
}
"""The table above, by action and mood."""

ENDINGS: dict[int, Ending] = {
    Action.IGNORE: Ending.NEVER,
    Action.OK: Ending.NEVER,
    Action.DONE: Ending.IF_POSITIVE,
    Action.BAD: Ending.NEVER,
    Action.DIE: Ending.ALWAYS,
    Action.RESET: Ending.NEVER,
}
"""The last column of the table above."""

POSITIVE = frozenset({Mood.GRANTED, Mood.QUALIFIED})


class Fold(Record, eq=False):
    """How the answers of a chain become one verdict.

    ``cells`` has an effect for each action and mood, ``endings`` when an action ends the chain.
    ``start`` is the verdict before the first answer, ``empty`` that on a chain without links.
    """

    cells: Mapping[int, tuple[Effect, ...]]
    endings: Mapping[int, Ending]
    start: Verdict
    empty: Verdict


LINUX_FOLD = Fold(CELLS, ENDINGS, START, START)
"""The table above; a chain starts with no, and an empty one ends with it."""


def take(code: int) -> Verdict:
    """Return the verdict that counts an answer: granted only if the answer was success."""
    # Yes is given here and nowhere else: a module that counts has answered success.
    return Verdict(Mood.GRANTED if code == ReturnCode.SUCCESS else Mood.QUALIFIED, code)


def deny(code: int) -> Verdict:
    """Return the verdict that denies; it never carries success or ignore."""
    if code in (ReturnCode.SUCCESS, ReturnCode.IGNORE):
        code = ReturnCode.PERM_DENIED
    return Verdict(Mood.DENIED, code)


def step(
    now: Verdict,
    action: int,
    answer: int,
    entry: Verdict,
    *,
    counts: bool = True,
    fold: Fold = LINUX_FOLD,
    noted: int | None = None,
) -> tuple[Verdict, bool]:
    """Fold one answer into the verdict; return it, and whether the chain ends here.

    ``entry`` is the verdict with which the chain or substack was entered, for `reset`.
    With ``counts`` false the answer cannot be taken: `ignore` in a replayed chain.
    ``noted`` is the error that was noted before.  Raises `KeyError` for an action that the
    family does not have: its chains are folded by its own table only.
    """
    effect = fold.cells[action][now.mood]
    if effect is Effect.TAKE:
        after = take(answer) if counts else now
    elif effect is Effect.DENY:
        after = deny(answer)
    elif effect is Effect.RESET:
        after = entry
    elif effect is Effect.KEEP:
        after = now
    elif effect is Effect.BLAME:
        after = deny(answer if noted is None else noted)
    else:
        after = now if noted is not None else _with_note(now, effect, answer)
    ending = fold.endings[action]
    ends = ending is Ending.ALWAYS or (ending is Ending.IF_POSITIVE and after.mood in POSITIVE)
    return after, ends


def notes(now: Verdict, action: int, fold: Fold) -> bool:
    """Whether an error with this action is noted, if it is the first."""
    return fold.cells[action][now.mood] in _NOTING


_NOTING = (Effect.NOTE, Effect.TELL)


def _with_note(now: Verdict, effect: Effect, answer: int) -> Verdict:
    """Return the verdict after the first error that is noted: in no family it is a no."""
    if answer == ReturnCode.NEW_AUTHTOK_REQD:
        return Verdict(Mood.QUALIFIED, answer)
    return Verdict(now.mood, answer) if effect is Effect.TELL else now
