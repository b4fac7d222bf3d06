"""The host of native modules in a Python process: the thin libpam, and who serves its calls.

There is one for the process.  A module calls libpam, libpam calls `_serve`, and `_serve` runs
the same functions that C programs are served with.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from time import monotonic

from pamkit.doors.door import DOORS
from pamkit.doors.functions import FUNCTIONS
from pamkit.doors.talk import lay_out, read_messages
from pamkit.guests.interrupts import keep
from pamkit.stores.c_memory import WORD
from pamkit.stores.log import SystemLog
from pamkit.stores.native_calls import (
    ARGUMENTS,
    REQUESTS,
    SONAME,
    NotOurs,
    ThinLibrary,
    arguments,
    call_at,
)
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from typing import Any, TypeVar

    T = TypeVar("T")

_SUCCESS = int(ReturnCode.SUCCESS)
_CONV_ERR = int(ReturnCode.CONV_ERR)

_opening = allocate_lock()
_library: ThinLibrary | None = None


class NoHost(Exception):
    """Native modules cannot be guests here; the text says why, and what to do."""


class NotBuilt(NoHost):
    """There are no native libraries."""


def library(path: str | None = None, now: Callable[[], float] = monotonic) -> ThinLibrary:
    """Return the thin libpam of this process, opened by the first who asks.

    Without a ``path`` it is the one that was built for this pamkit, or came with it; where there
    was none, it is looked for again after a while.  ``now`` gives seconds that only go forward.
    Raises `NoHost` where there is none, or another libpam is at work.
    """
    global _library, _absent  # one for the process, as the loader has it
    with _opening:
        if _library is not None:
            return _library
        until, who, why = _absent
        if path is None and who == os.geteuid() and now() < until:
            raise NoHost(why)
        try:
            _library = _opened(path)
        except NotBuilt as missing:
            _absent = (now() + _LOOKS_AGAIN, os.geteuid(), str(missing))
            raise
        return _library


_LOOKS_AGAIN = 10.0
"""Seconds until libraries that were not built are looked for again."""

_absent: tuple[float, int, str] = (0.0, -1, "")
"""Until when there are none for whom, and why."""


def carry_out(steps: Generator[tuple[int, ...], int, T]) -> T:
    """Step a function of a door to its end, doing what it asks for outside."""
    try:
        request = next(steps)
        while True:
            request = steps.send(REQUESTS[request[0]](*request[1:]))
    except StopIteration as end:
        result: T = end.value
        return result


def converse(handle: int, count: int, messages: int) -> Any:
    """A module calls the conversation of its application, which is Python.

    C: on success every answer is the module's to free; without it there is none.
    """
    door = DOORS.get(handle)
    if door is None or door.asked is None:
        return _CONV_ERR
    asked = read_messages(count, messages)
    if asked is None:
        return _CONV_ERR
    code, answers = door.asked(asked)
    if code != ReturnCode.SUCCESS:
        return int(code)
    return _SUCCESS, lay_out(answers)


_FUNCTIONS: tuple[Any, ...] = (*FUNCTIONS, converse)
"""C: in the order of `enum pamkit_function`."""

_TAKE = tuple(arguments(function.__code__.co_argcount) for function in _FUNCTIONS)
_Steps: Any = type((lambda: (yield))())

_ALL = (1 << 8 * WORD) - 1

_seen: dict[int, Any] = {}
_MOST_SEEN = 256


def _serve(function: int, address: int) -> None:
    """Serve one call.  C: the answer was set to a refusal, and stays one unless all went well."""
    try:
        call = _seen.get(address) or _look(address)
        result: Any = _FUNCTIONS[function](*_TAKE[function](call, ARGUMENTS))
        if type(result) is _Steps:
            result = carry_out(result)
        if type(result) is tuple:
            code, out = result
        else:
            code, out = result, 0
        if type(code) is not int or type(out) is not int:
            raise TypeError("no word")  # `False` is 0, and 0 is success
        word = code if code >= 0 else code & _ALL
        call[1] = out
        call[0] = word  # the function ran to its end, and this is what it says
    except Exception as fault:  # noqa: BLE001  # nothing of Python may pass through C
        _report(fault)
    except BaseException as fault:  # noqa: BLE001  # an interrupt is for whoever called C
        keep(fault)


def _look(address: int) -> Any:
    """Return the words at an address; a stack comes by the same places again and again."""
    if len(_seen) >= _MOST_SEEN:
        _seen.clear()
    words = _seen[address] = call_at(address)
    return words


def _report(fault: Exception) -> None:
    # The message is left out: it could hold what the applicant typed.
    SystemLog().write(Priority.CRIT, f"PAM pamkit: a call raised {type(fault).__name__}")


def _opened(path: str | None) -> ThinLibrary:
    import sys

    from pamkit.native.place import find_libraries
    from pamkit.native.problem import Problem

    try:
        if path is None:
            path = os.fspath(find_libraries(os.environ, uid=os.geteuid()) / SONAME)
        opened = ThinLibrary(path, _serve)
    except Problem as missing:
        raise NotBuilt(f"{missing.message}: {missing.help_line}") from None
    except NotOurs as other:
        raise NoHost(
            f"another libpam is in this process, `{other.path}`:"
            " do not load it before a policy names a native module"
        ) from None
    except (OSError, AttributeError) as fault:
        raise NoHost(f"the native libraries cannot be used: {fault}") from None
    previous = sys.unraisablehook

    def hook(unraisable: sys.UnraisableHookArgs) -> None:
        # An interrupt that is due at the very entry of `_serve` comes before its `try`.
        where = unraisable.exc_traceback
        at_entry = where is not None and where.tb_frame.f_code is _serve.__code__
        if at_entry and isinstance(unraisable.exc_value, BaseException):
            keep(unraisable.exc_value)
            return
        previous(unraisable)

    sys.unraisablehook = hook
    return opened
