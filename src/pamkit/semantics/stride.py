"""One answer folded into a walk, fresh or replayed, and the step that goes on record for it."""

from __future__ import annotations

from pamkit.policy.control import Action
from pamkit.semantics.trace import Step
from pamkit.semantics.verdict import Verdict
from pamkit.semantics.walk import Cursor, advance
from pamkit.vocab.codes import CODE_COUNT, ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.semantics.replay import Replay

    Stand = Cursor | Replay
    """Where a walk stands that has not ended."""


def stride(
    stand: Stand, answer: int, *, judged: int | None = None, jump_counts: bool = False
) -> Stand | Verdict:
    """Return where a walk stands after an answer.

    ``judged`` is the code that chooses the action of a fresh walk where it is not the answer.
    """
    if not isinstance(stand, Cursor):
        from pamkit.semantics.replay import advance_replay

        return advance_replay(stand, answer, jump_counts=jump_counts)
    if judged is not None:
        return advance(stand, answer, judged=judged, jump_counts=jump_counts)
    # Without the quirk an ignored link that jumps has no say: libpam would hand `ignore` out.
    return advance(stand, answer, jump_counts=jump_counts and answer != ReturnCode.IGNORE)


def step_of(
    stand: Stand, answer: int, after: Stand | Verdict, *, judged: int | None = None, note: str = ""
) -> Step:
    """Return what goes on record for an answer that led from ``stand`` to ``after``."""
    link = stand.link
    if not isinstance(stand, Cursor):
        judged = stand.judged
    elif judged is None:
        judged = answer
    action = link.actions[judged] if 0 <= judged < CODE_COUNT else int(Action.BAD)
    frames = stand.frames if isinstance(stand, Cursor) else stand.here.frames
    verdict = after if isinstance(after, Verdict) else after.verdict
    return Step(link, answer, judged, action, stand.verdict, verdict, len(frames) - 1, note)


def is_past_end(stand: Stand, action: int) -> bool:
    """Whether an action is a jump that goes past the end of its chain or substack."""
    frame = (stand if isinstance(stand, Cursor) else stand.here).frames[-1]
    return action > 0 and frame.at + 1 + action > len(frame.links)
