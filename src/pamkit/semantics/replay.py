"""The path of one primitive followed by another: setcred after authenticate, close after open.

The seed page says it so: the stack is navigated "exactly the same way", "independent of the
`pam_sm_setcred` return codes"; what was ignored is ignored; everything else is "treated as
required"; the first error dominates (A13 to A16, A22, A23).
"""

from __future__ import annotations

from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.semantics.table import POSITIVE, deny, take
from pamkit.semantics.trace import Path
from pamkit.semantics.verdict import OVERRUN, Mood, Verdict
from pamkit.semantics.walk import Cursor, Links, begin, decide, land
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.record import Record

_GOOD = (ReturnCode.SUCCESS, ReturnCode.NEW_AUTHTOK_REQD)


class Replay(Record):
    """Where a replay stands: the recorded run, this run beside it, and the rest of the path.

    Both cursors are at the same link; each carries its own verdicts.
    """

    recorded: Cursor
    here: Cursor
    rest: Path

    @property
    def link(self) -> Link:
        """The link to ask."""
        return self.here.link

    @property
    def judged(self) -> int:
        """The code that was recorded for this link."""
        return self.rest[0][1]

    @property
    def verdict(self) -> Verdict:
        """How this run stands."""
        return self.here.verdict


def begin_replay(links: Links, path: Path) -> Replay | Verdict:
    """Return the first link of a recorded path; or, if it asked nobody, the verdict: no.

    Raises `ValueError` if the path does not belong to these links.
    """
    first = begin(links)
    return first if isinstance(first, Verdict) else _matched(Replay(first, first, path))


def advance_replay(replay: Replay, answer: int, *, jump_counts: bool = False) -> Replay | Verdict:
    """Return the next link of the recorded path, or the verdict of this run.

    The recorded code alone moves the cursors, so the path cannot depend on the answers (A14).
    """
    judged, here = replay.judged, replay.here.frames[-1]
    action = replay.link.actions[judged] if 0 <= judged < CODE_COUNT else Action.BAD
    recorded, at = decide(replay.recorded, judged)
    overran = action > 0 and at > len(here.links)
    verdict = (
        OVERRUN
        if overran
        else _fold(replay.verdict, action, answer, here.entry, jump_counts=jump_counts)
    )
    after = land(replay.recorded, recorded, at)
    beside = land(replay.here, verdict, at)
    if isinstance(after, Cursor) and isinstance(beside, Cursor):
        return _matched(Replay(after, beside, replay.rest[1:]))
    return _close(verdict, recorded)


def _matched(replay: Replay) -> Replay:
    if not replay.rest or replay.rest[0][0] != replay.link.number:
        raise ValueError("the recorded path does not belong to this chain")
    return replay


def _fold(now: Verdict, action: int, answer: int, entry: Verdict, *, jump_counts: bool) -> Verdict:
    """Fold an answer in: ignored entries do not count, all others are `required`."""
    if action > 0:
        if not jump_counts:
            return now
        action = Action.OK
    if action == Action.IGNORE:
        return now
    if action == Action.RESET:
        return entry
    if now.mood is Mood.DENIED:
        return now  # the first error dominates (A23)
    if action in (Action.BAD, Action.DIE):
        return deny(answer)
    if answer == ReturnCode.IGNORE:
        return now  # nothing to set is no failure
    if answer not in _GOOD:
        return deny(answer)
    return now if now.mood is Mood.QUALIFIED else take(answer)


def _close(verdict: Verdict, recorded: Verdict) -> Verdict:
    """Return the final verdict, given how the recorded run ended."""
    good = recorded.mood in POSITIVE and recorded.code in _GOOD
    if verdict.mood is Mood.DENIED:
        return verdict
    if not good:
        # The recorded run was refused: no answer of this one makes up for that (A5).
        return deny(ReturnCode.PERM_DENIED)
    if verdict.mood is Mood.UNDECIDED:
        # Yes, because authenticate succeeded on this path and every entry that counted there
        # had nothing to set.
        return take(ReturnCode.SUCCESS)
    return verdict
