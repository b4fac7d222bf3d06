"""Why a step moved the verdict, or did not, in words for people who have never read PAM."""

from __future__ import annotations

from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.semantics.table import LINUX_FOLD, Ending
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import CODE_COUNT, WORDS, ReturnCode
from pamkit.vocab.facility import REPLAYS, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.semantics.table import Fold
    from pamkit.semantics.trace import Run, Step

_ENDING = (Action.DONE, Action.DIE, SETTLE)
_COUNTING = (Action.OK, Action.DONE, SETTLE)


def code_word(code: int) -> str:
    """Return the word a policy has for a code; a number that has none stays a number."""
    return WORDS[code] if 0 <= code < CODE_COUNT else str(int(code))


def reason(step: Step, primitive: Primitive, fold: Fold = LINUX_FOLD) -> str:
    """Return what an answer did and why, as half a sentence; ``fold`` is that of the run."""
    return "".join(
        (
            _fault(step),
            _earlier(step, primitive),
            _jump(step) if step.action > 0 else _fold(step),
            _end(step, primitive, fold),
        )
    )


def outcome(run: Run, *, follows: bool = True) -> str:
    """Return why a run ended as it did where no single link decided; else nothing.

    ``follows``: setcred and close_session follow an earlier call, as on Linux.
    """
    if run.deciding is not None:
        return ""
    earlier = REPLAYS.get(run.primitive) if follows else None
    if not run.steps:
        if earlier is not None:
            return f"there is no {earlier.name.lower()} whose path it could follow"
        # DIALECT: Sun's family asks nobody where anybody cannot be asked.
        if run.code in (ReturnCode.OPEN_ERR, ReturnCode.SYMBOL_ERR):
            return "one of its modules is not there, or has no function for it"
        if run.primitive is Primitive.SETCRED and run.code == ReturnCode.PERM_DENIED:
            return "authenticate had been refused"
        return "the policy has no line for it"
    if run.code == ReturnCode.SUCCESS:
        return "every line that counts had nothing to do"
    if run.replayed and earlier is not None:
        return f"{earlier.name.lower()} had been refused"
    return "no line said yes"


def _fault(step: Step) -> str:
    return f"{step.note}; " if step.note else ""


def _earlier(step: Step, primitive: Primitive) -> str:
    """A replay: the earlier answer chose what is done with this one."""
    earlier = REPLAYS.get(primitive)
    if earlier is None or step.judged == step.answer:
        return ""
    return f"as {earlier.name.lower()} had {code_word(step.judged)}: "


def _jump(step: Step) -> str:
    over = f"jumps over {step.action} {'line' if step.action == 1 else 'lines'}"
    if step.after == step.before:
        return over
    if step.after.mood is Mood.DENIED:
        return f"{over}, past the end: refused"
    return f"{over}, and counts"


def _fold(step: Step) -> str:
    before, after = step.before, step.after
    if step.action == Action.RESET:
        return "what was said in this chain is forgotten"
    if before.mood is Mood.DENIED:
        return _has_no_say(step) if step.action == Action.IGNORE else "an earlier no stands"
    if after.mood is Mood.DENIED:
        return "refused by its control" if step.answer == ReturnCode.SUCCESS else "refused"
    if step.action == NOTE:
        return "is no yes, and is remembered"
    if step.action not in _COUNTING or (step.answer == ReturnCode.IGNORE and after == before):
        return _has_no_say(step)
    if before.mood is Mood.QUALIFIED and after.mood is Mood.GRANTED:
        return "counts, and makes up for what was no plain yes"
    if after.mood is Mood.QUALIFIED:
        return "counts, and is no plain yes" if after != before else "counts, and changes nothing"
    return "counts as the first yes" if before.mood is Mood.UNDECIDED else "counts as one more yes"


def _has_no_say(step: Step) -> str:
    return "has no say" if step.answer == ReturnCode.IGNORE else "ignored"


def _end(step: Step, primitive: Primitive, fold: Fold) -> str:
    """Whether and how it goes on after this step."""
    is_replay = primitive in REPLAYS and fold is LINUX_FOLD
    # DIALECT: in some calls of other families a yes ends nothing.
    goes_on = step.action not in _ENDING or fold.endings.get(step.action) is Ending.NEVER
    if is_replay or goes_on:
        return ", and no later yes can change that" if _is_new_no(step) else ""
    if step.action == Action.DONE and step.after.mood is Mood.DENIED:
        return ""
    return f", and the {'substack' if step.depth else 'chain'} ends here"


def _is_new_no(step: Step) -> bool:
    moved = step.before.mood is not Mood.DENIED and step.after.mood is Mood.DENIED
    return moved and step.action == Action.BAD
