"""What each of two families makes of an answer at which they part, in words."""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.semantics.table import Effect
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.parting import Parting, Way


def in_words(way: Way, parting: Parting, side: int) -> str:
    """Return what one side makes of an answer."""
    at, after = parting.before[side], parting.after[side]
    if not at.live:
        return "it is not asked"
    other_ends = parting.before[1 - side].live and not parting.after[1 - side].live
    ends = ", and the chain goes on" if after.live and other_ends else ""
    if not after.live:
        ends = ", and the call ends" if after.is_all else ", and the chain ends"
    if way.replays and at.earlier is not None:
        return _followed_in_words(way, parting, side) + ends
    answer = parting.answer[-1]
    effect = way.fold.cells[way.rows[parting.line][answer]][at.verdict.mood]
    if effect in _OF_THE_FIRST and at.noted is not None:
        effect = Effect.KEEP
    said = _SAID[effect]
    if answer == ReturnCode.NEW_AUTHTOK_REQD:
        said = _SAID_OF_DEMANDS[effect]
        said = said.partition(",")[0] if not after.live else said
    elif at.verdict.mood is Mood.QUALIFIED:
        said = _SAID_BEHIND_DEMANDS.get(effect, said)
    return said + ends


_SAID = {
    Effect.KEEP: "it changes nothing",
    Effect.TAKE: "it is a yes",
    Effect.DENY: "it is a no",
    Effect.RESET: "all is forgotten",
    Effect.NOTE: "it is put aside",
    Effect.TELL: "it is told unless another line says yes",
    Effect.BLAME: "it is a no, told with the first error of all",
}
"""What an answer does, by its effect on the verdict."""

_OF_THE_FIRST = (Effect.NOTE, Effect.TELL)
"""Effects that only the first error has."""

_SAID_OF_DEMANDS = {
    **_SAID,
    Effect.TAKE: "a new password is wanted, unless a later line says no",
    Effect.DENY: "a new password is wanted, whatever later lines say",
    Effect.NOTE: "a new password is wanted, unless a later line says no",
    Effect.TELL: "a new password is wanted, unless another line says yes",
    Effect.BLAME: "a new password is wanted, whatever later lines say",
}
"""The same of the demand for a new password."""

_SAID_BEHIND_DEMANDS = {
    Effect.TAKE: "it is a yes, and no new password is wanted any more",
    Effect.KEEP: "a new password is still wanted",
}
"""The same of any other answer behind such a demand."""


def _followed_in_words(way: Way, parting: Parting, side: int) -> str:
    """Return what an answer is to a call that follows the path of an earlier one."""
    if way.rows[parting.line][parting.answer[0]] == Action.IGNORE:
        return "it has no say, as it had none before"
    before, after = parting.before[side].verdict, parting.after[side].verdict
    if before.mood is not Mood.DENIED and after.mood is Mood.DENIED:
        return "it is a no"
    return "it changes nothing" if before == after else "it is a yes"
