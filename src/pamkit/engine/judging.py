"""Asks a hook and judges what comes of it: whatever it raises or answers, no accident grants."""

from __future__ import annotations

from pamkit.module.call import Stop
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType
    from typing import Any, TypeGuard

    from pamkit.engine.call import Call
    from pamkit.engine.tracks import Track
    from pamkit.module.call import Hook, ModuleCall
    from pamkit.module.world import World


async def judged(
    hook: Hook, call: ModuleCall[Any], complain: Callable[[str], object]
) -> tuple[int, str]:
    """Return the code that a hook answers, and a note if it answered none of its own.

    A hook that raises, or answers no code, is `SERVICE_ERR`; ``complain`` hears the note then.
    """
    try:
        answer = hook(call)
        if not isinstance(answer, int):
            answer = await answer
    except Exception as fault:  # noqa: BLE001  # whatever a hook raises must not grant
        return judged_fault(fault, complain)
    return judged_answer(answer, complain)


def judged_fault(fault: Exception, complain: Callable[[str], object]) -> tuple[int, str]:
    """Return the code of a hook that raised, and a note unless it ended itself so."""
    if isinstance(fault, Stop):
        return judged_answer(fault.code, complain)
    # The message is left out: it could hold what the applicant typed.
    note = f"raised {type(fault).__name__} at {where(fault.__traceback__)}"
    complain(note)
    return ReturnCode.SERVICE_ERR, note


def judged_answer(answer: Any, complain: Callable[[str], object]) -> tuple[int, str]:
    """Return the code that a hook answered, and a note if it is none."""
    if not is_code(answer):
        # `False` is 0, and 0 is success: a hook that answers a boolean is refused.
        note = f"answered {type(answer).__name__} instead of a return code"
        complain(note)
        return ReturnCode.SERVICE_ERR, note
    return answer, ""


def where(traceback: TracebackType | None) -> str:
    """Return file and line of the innermost frame of a traceback."""
    if traceback is None:
        return "unknown place"
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}"


def is_code(answer: object) -> TypeGuard[int]:
    """Whether an answer is a code: a hook may be anybody's, so it is looked at first."""
    # `False` and members of other enumerations equal 0 as well, and none of them means success.
    # What an object says of its class proves nothing: `isinstance` would believe it.
    if type(answer) is not int and type(answer) is not ReturnCode:
        return False
    return -(2**31) <= answer < 2**31  # C: an int


def settled(
    place: Track, call: Call, answer: Any = None, fault: Exception | None = None
) -> tuple[int, str]:
    """Return the code of a hook that was asked, when it has come to its end, and a note."""
    name = call.module

    def complain(note: str) -> None:
        call.world.log.write(Priority.ERR, f"PAM {name}: {note}")

    if fault is None:
        code, note = judged_answer(answer, complain)
    else:
        code, note = judged_fault(fault, complain)
    return code, note or undeclared(call.world, name, place.declared, code)


def undeclared(world: World, name: str, declared: frozenset[ReturnCode], answer: int) -> str:
    """Return what is to be noted of an answer that a module does not declare; it is logged."""
    if answer in declared:
        return ""
    note = f"answered {ReturnCode(answer).name} ({int(answer)}), which it does not declare"
    world.log.write(Priority.DEBUG, f"PAM {name}: {note}")
    return note
