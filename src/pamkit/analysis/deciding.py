"""The line at which a run was decided: behind it no answer changes whether somebody is let by.

It need not be the line that the code comes from: where a refused password leads to pam_deny, which
cannot do otherwise, it was the password that decided.
"""

from __future__ import annotations

from pamkit.analysis import explore
from pamkit.analysis.explore import TooMany
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import Mood, Verdict
from pamkit.semantics.walk import Cursor, advance, begin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from pamkit.policy.chain import Link
    from pamkit.semantics.table import Fold
    from pamkit.semantics.walk import Links


def turning_point(
    links: Links,
    answers: Mapping[int, int],
    codes: Callable[[Link], Iterable[int]],
    fold: Fold = LINUX_FOLD,
) -> Link | None:
    """Return the line of a run whose answer was the last that mattered; `None` if none did.

    Behind it every run ends alike, granted or not, whatever the lines answer; before it that was
    open.  ``codes`` says what a line can answer besides what it answered in this run, which is in
    ``answers``, by the numbers of its links.  ``fold`` is that of the chain's family
    (`semantics.fold`).  Raises `TooMany`, and `ValueError` if the answers do not lead to an end.
    """

    def can(link: Link) -> frozenset[int]:
        there = answers.get(link.number)
        return frozenset(codes(link)) if there is None else frozenset((*codes(link), there))

    at = begin(links, fold)
    decided: Link | None = None
    while isinstance(at, Cursor) and _is_open(at, can):
        if at.link.number not in answers:
            raise ValueError("the answers end before the chain does")
        decided = at.link
        at = advance(at, answers[at.link.number])
    return decided


def _is_open(start: Cursor, codes: Callable[[Link], Iterable[int]]) -> bool:
    """Whether runs from here can end with yes, and can end with no."""
    seen: set[object] = set()
    ends: set[bool] = set()
    todo = [start]
    for at in todo:
        for code in codes(at.link):
            there = advance(at, code)
            if isinstance(there, Verdict):
                ends.add(there.mood is Mood.GRANTED)
                if len(ends) == 2:
                    return True
            elif (place := _place(there)) not in seen:
                if len(seen) >= explore.MOST:
                    raise TooMany
                seen.add(place)
                todo.append(there)
    return False


def _place(cursor: Cursor) -> tuple[int, tuple[Verdict, ...], Verdict, int | None]:
    entries = tuple(frame.entry for frame in cursor.frames)
    return cursor.link.number, entries, cursor.verdict, cursor.noted
