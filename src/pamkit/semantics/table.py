"""The meaning of PAM: 24 cells, and the function that reads them.

    action  | undecided | granted | qualified | denied | ends the chain
    --------|-----------|---------|-----------|--------|---------------------
    ignore  | keep      | keep    | keep      | keep   | never
    ok      | take      | take    | keep      | keep   | never
    done    | take      | take    | keep      | keep   | if not denied by then
    bad     | deny      | deny    | deny      | keep   | never
    die     | deny      | deny    | deny      | keep   | always
    reset   | reset     | reset   | reset     | reset  | never

Everything that decides lies in this file and in `walk`; the one other fold is that of `replay`,
which the seed page wants.  The table does not know who drives it.
"""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.names import Names


class Effect(Names):
    """What happens to a verdict."""

    KEEP = 0
    TAKE = 1
    DENY = 2
    RESET = 3


class Ending(Names):
    """When an action ends its chain or substack."""

    NEVER = 0
    ALWAYS = 1
    IF_POSITIVE = 2


_K, _T, _D, _R = Effect.KEEP, Effect.TAKE, Effect.DENY, Effect.RESET

CELLS = {
    # action: (undecided, granted, qualified, denied)
    Action.IGNORE: (_K, _K, _K, _K),
    Action.OK: (_T, _T, _K, _K),
    Action.DONE: (_T, _T, _K, _K),
    Action.BAD: (_D, _D, _D, _K),
    Action.DIE: (_D, _D, _D, _K),
    Action.RESET: (_R, _R, _R, _R),
}
"""The table above, by action and mood."""

ENDINGS = {
    Action.IGNORE: Ending.NEVER,
    Action.OK: Ending.NEVER,
    Action.DONE: Ending.IF_POSITIVE,
    Action.BAD: Ending.NEVER,
    Action.DIE: Ending.ALWAYS,
    Action.RESET: Ending.NEVER,
}
"""The last column of the table above."""

POSITIVE = frozenset({Mood.GRANTED, Mood.QUALIFIED})


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
    now: Verdict, action: int, answer: int, entry: Verdict, *, counts: bool = True
) -> tuple[Verdict, bool]:
    """Fold one answer into the verdict; return it, and whether the chain ends here.

    ``entry`` is the verdict with which the chain or substack was entered, for `reset`.
    With ``counts`` false the answer cannot be taken: `ignore` in a replayed chain.
    """
    effect = CELLS[action][now.mood]  # type: ignore[index]  # an action equals its number
    if effect is Effect.TAKE:
        after = take(answer) if counts else now
    elif effect is Effect.DENY:
        after = deny(answer)
    elif effect is Effect.RESET:
        after = entry
    else:
        after = now
    ending = ENDINGS[action]  # type: ignore[index]  # an action equals its number
    ends = ending is Ending.ALWAYS or (ending is Ending.IF_POSITIVE and after.mood in POSITIVE)
    return after, ends
