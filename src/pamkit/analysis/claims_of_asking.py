"""Claims about what is asked: by whom, before it is needed, and alike of everybody."""

from __future__ import annotations

from pamkit.analysis.circumstance import SECRET, USER
from pamkit.analysis.claims import Claim, Quantity, day_of
from pamkit.analysis.lockstep import Call
from pamkit.analysis.model import PROVED
from pamkit.module.facts import (
    ASKS_CODE,
    ASKS_NEW_SECRET,
    ASKS_PRESENCE,
    ASKS_SECRET,
    CHANGES_SECRET,
    JUDGES_SECRET,
    OWN_USERS_ONLY,
    PROVES_IDENTITY,
    USES_SECRET,
)
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.explore import End
    from pamkit.analysis.lockstep import Marks, Seen
    from pamkit.analysis.model import Subject

_THERE = "there"
_LACKING = "lacking"
_PROMPTS = "prompts"


def _note_token(marks: Marks, seen: Seen) -> Marks:
    """Mark where a secret is asked for, and where one is used that nobody has asked for."""
    subject = seen.subject
    if _THERE in marks or seen.link.refusal:
        return marks
    if seen.call.update is False:
        return marks  # the first pass needs no new password
    if seen.primitive is Primitive.CHAUTHTOK:
        asks = subject.states(ASKS_NEW_SECRET) and not (
            subject.states(OWN_USERS_ONLY) and seen.outcome.code == ReturnCode.USER_UNKNOWN
        )
        needs = subject.states(CHANGES_SECRET) or subject.states(JUDGES_SECRET)
    else:
        # It may also be a module that asks for two things at once.
        asks = subject.states(ASKS_SECRET) or subject.states(ASKS_CODE)
        needs = subject.states(PROVES_IDENTITY)
    if asks or subject.declaration is None:
        return marks | {_THERE}
    if needs and subject.states(USES_SECRET) and not _finds_nobody(seen):
        return marks | {_LACKING}
    return marks


def _finds_nobody(seen: Seen) -> bool:
    """Whether it is said that the module has no such user: then it asks for nothing."""
    return any(name == USER for name, _ in seen.outcome.settles) and not seen.outcome.marks


def _lacks(end: End) -> bool:
    return _LACKING in end.marks


TOKEN_IS_THERE = Claim(
    "token-is-there",
    "no module is told to use a password that nobody has asked for",
    Primitive.AUTHENTICATE,
    Quantity.NEVER,
    _lacks,
    healthy=True,
    watch=_note_token,
)

NEW_TOKEN_IS_THERE = Claim(
    "new-token-is-there",
    "no module is told to use a new password that nobody has asked for",
    Primitive.CHAUTHTOK,
    Quantity.NEVER,
    _lacks,
    healthy=True,
    calls=(Call(Primitive.CHAUTHTOK, update=False), Call(Primitive.CHAUTHTOK, update=True)),
    watch=_note_token,
)


def _note_prompts(marks: Marks, seen: Seen) -> Marks:
    """Keep the list of what the applicant was asked for, as one mark, and whether they had it."""
    if seen.link.refusal:
        return marks
    said = next((mark for mark in marks if mark != PROVED), _PROMPTS)
    prompts = said.split(", ")[1:]
    more = [name for name in _asked(seen.subject) if name != "password" or name not in prompts]
    had = any(mark.startswith(PROVED) for mark in (*marks, *seen.outcome.marks))
    return frozenset({", ".join((_PROMPTS, *prompts, *more)), *((PROVED,) if had else ())})


def _asked(subject: Subject) -> tuple[str, ...]:
    if subject.declaration is None:
        return (f"what {subject.name} asks for",)
    asked = ((ASKS_SECRET, "password"), (ASKS_CODE, "code"), (ASKS_PRESENCE, "presence"))
    return tuple(name for fact, name in asked if subject.states(fact))


UNKNOWN_USER_IS_NOT_TOLD = Claim(
    "unknown-user-is-not-told",
    "whoever names a user that does not exist is asked for the same as with a wrong password",
    Primitive.AUTHENTICATE,
    Quantity.ALIKE,
    lambda end: PROVED not in end.marks,
    day_of("local", (USER, "nobody"), (SECRET, "wrong")),
    healthy=True,
    watch=_note_prompts,
    other=day_of("local", (SECRET, "wrong")),
)
