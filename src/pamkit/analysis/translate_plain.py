"""Places of a walk without the codes that were told on the way: yes or no does not hang on them."""

from __future__ import annotations

from pamkit.semantics.verdict import Mood, Verdict
from pamkit.vocab.codes import ReturnCode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.semantics.walk import Cursor

_CODES = {
    Mood.UNDECIDED: ReturnCode.AUTH_ERR,
    Mood.GRANTED: ReturnCode.SUCCESS,
    Mood.QUALIFIED: ReturnCode.NEW_AUTHTOK_REQD,
    Mood.DENIED: ReturnCode.AUTH_ERR,
}
_PLAIN = {mood: Verdict(mood, code) for mood, code in _CODES.items()}


def plain(verdict: Verdict) -> Verdict:
    """Return a verdict without its code."""
    return _PLAIN[verdict.mood]


def plain_place(at: Cursor | Verdict) -> Cursor | Verdict:
    """Return a place without the codes that were told on the way to it."""
    if isinstance(at, Verdict):
        return plain(at)
    frames = tuple(frame.changed(entry=plain(frame.entry)) for frame in at.frames)
    noted = None if at.noted is None else ReturnCode.AUTH_ERR
    return at.changed(frames=frames, verdict=plain(at.verdict), noted=noted)
