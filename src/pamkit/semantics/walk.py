"""The dispatcher without input or output: a frozen cursor, `begin` and `advance`.

Whoever drives asks the link the cursor names, gives the answer to `advance`, and gets the
next cursor, or the verdict.  A cursor can be kept, compared and taken up again; it carries the
fold of its family, so that nobody who drives it has to know that.
"""

from __future__ import annotations

from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import Action
from pamkit.semantics.table import LINUX_FOLD, Fold, notes, step
from pamkit.semantics.verdict import OVERRUN, Verdict
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.record import Record

Links = tuple[Link | Substack, ...]


class Frame(Record):
    """One chain or substack, how far we are in it, and the verdict it was entered with."""

    links: Links
    at: int
    entry: Verdict


class Cursor(Record):
    """Where a run stands: the link to ask next, and the verdict so far.

    The verdict is always the one that the chain would end with here.  ``noted`` is the first
    error that was put aside, in families that do so (`table.Effect`).
    """

    frames: tuple[Frame, ...]
    verdict: Verdict
    fold: Fold = LINUX_FOLD
    noted: int | None = None

    @property
    def link(self) -> Link:
        """The link to ask."""
        here = self.frames[-1]
        link = here.links[here.at]
        # INVARIANT: `_settle` never stops at a substack.
        assert isinstance(link, Link)  # noqa: S101  # said for type checkers
        return link


def begin(links: Links, fold: Fold = LINUX_FOLD) -> Cursor | Verdict:
    """Return the first link to ask; or, if there is none, the verdict, which is no."""
    first = _settle((Frame(links, 0, fold.start),), fold.start, fold, None)
    # DIALECT: macos starts with yes; a chain in which nobody is asked is never one.
    return fold.empty if isinstance(first, Verdict) else first


def advance(
    cursor: Cursor, answer: int, *, judged: int | None = None, jump_counts: bool = False
) -> Cursor | Verdict:
    """Return the link to ask after this answer; or, if there is none, the verdict.

    ``judged`` is the code that chooses the action where it is not the answer itself: the one
    recorded for the link by an earlier primitive.  ``jump_counts`` lets a link that jumps
    count like `ok` (DIALECT: linux, in setcred and close_session).
    """
    verdict, at = decide(cursor, answer, judged=judged, jump_counts=jump_counts)
    return land(cursor, verdict, at, _noted(cursor, answer))


def decide(
    cursor: Cursor, answer: int, *, judged: int | None = None, jump_counts: bool = False
) -> tuple[Verdict, int]:
    """Return the verdict after an answer, and the position in the same chain to go on from."""
    here, verdict, fold, noted = cursor.frames[-1], cursor.verdict, cursor.fold, cursor.noted
    judged = answer if judged is None else judged
    if 0 <= judged < CODE_COUNT:
        action = cursor.link.actions[judged]
    else:
        action, answer = Action.BAD, ReturnCode.PERM_DENIED
    # C: ignore is not counted where an earlier, other answer chose the action.
    counts = answer != ReturnCode.IGNORE or judged == answer
    if action <= 0:
        verdict, ended = step(
            verdict, action, answer, here.entry, counts=counts, fold=fold, noted=noted
        )
        return verdict, len(here.links) if ended else here.at + 1
    if jump_counts:
        verdict, _ = step(verdict, Action.OK, answer, here.entry, counts=counts)
    at = here.at + 1 + action
    return (OVERRUN if at > len(here.links) else verdict), at


def land(cursor: Cursor, verdict: Verdict, at: int, noted: int | None = None) -> Cursor | Verdict:
    """Return the link to ask from position ``at`` of the current chain; or the verdict."""
    here = cursor.frames[-1]
    frames = (*cursor.frames[:-1], Frame(here.links, at, here.entry))
    return _settle(frames, verdict, cursor.fold, noted)


def _noted(cursor: Cursor, answer: int) -> int | None:
    """Return the first error that was put aside, after this answer."""
    fold, noted = cursor.fold, cursor.noted
    if fold is LINUX_FOLD or noted is not None or not 0 <= answer < CODE_COUNT:
        return noted
    action = cursor.link.actions[answer]
    return answer if action <= 0 and notes(cursor.verdict, action, fold) else None


def _settle(
    frames: tuple[Frame, ...], verdict: Verdict, fold: Fold, noted: int | None
) -> Cursor | Verdict:
    """Leave chains that are at their end and enter substacks, until there is a link to ask."""
    while frames:
        here = frames[-1]
        if here.at >= len(here.links):
            frames = frames[:-1]
            continue
        link = here.links[here.at]
        if not isinstance(link, Substack):
            return Cursor(frames, verdict, fold, noted)
        behind = Frame(here.links, here.at + 1, here.entry)
        frames = (*frames[:-1], behind, Frame(link.links, 0, verdict))
    return verdict
