"""A chain as the automaton it is, written for Linux-PAM: a line for each place, and jumps.

No line counts: each jumps to the line that goes on from there, and the last two say no and yes.
"""

from __future__ import annotations

from pamkit.analysis.translate_lines import DENY, PERMIT, Put
from pamkit.analysis.translate_plain import plain_place
from pamkit.analysis.translate_runs import PASSES
from pamkit.policy.control import KEYWORDS, Action, to_text
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import advance, begin
from pamkit.vocab.codes import CODE_COUNT, ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.translate_runs import Side
    from pamkit.semantics.walk import Cursor


MOST = 200
"""Lines that such a chain may have; nobody reads more."""

_NO = DENY.changed(control="requisite", actions=KEYWORDS["requisite"])
_YES = PERMIT.changed(control="required", actions=KEYWORDS["required"])


def with_jumps(old: Side) -> tuple[Put, ...] | None:
    """Return lines for a chain, for its first pass; `None` if they would be too many."""
    which = PASSES[old.chain.facility][0]
    fold = fold_of(old.chain.rules, which.primitive, update=which.update)
    start = plain_place(begin(old.chain.links, fold))
    places: dict[Cursor, tuple[Cursor | Verdict, ...]] = {}
    todo = [start]
    for at in todo:
        if isinstance(at, Verdict) or at in places:
            continue
        if len(places) == MOST:
            return None
        places[at] = tuple(plain_place(advance(at, code)) for code in range(CODE_COUNT))
        todo.extend(places[at])
    # Links are asked in the order of the text: every jump goes down.
    order = sorted(places, key=lambda at: at.link.number)
    index = {at: n for n, at in enumerate(order)}
    lines = []
    for n, at in enumerate(order):
        actions = tuple(_action(n, code, after, index) for code, after in enumerate(places[at]))
        link = at.link
        lines.append(Put(link.number, to_text(actions), actions, link.module, link.args))
    return (*lines, _NO, _YES)


def _action(n: int, code: int, after: Cursor | Verdict, index: dict[Cursor, int]) -> int:
    """Return what leads from a line to where an answer leads."""
    no = len(index)
    if not isinstance(after, Verdict):
        to = index[after]
    elif after.mood is Mood.GRANTED:
        to = no + 1
    elif code in (ReturnCode.SUCCESS, ReturnCode.IGNORE):
        to = no
    else:
        return Action.DIE
    return to - n - 1 or Action.IGNORE
