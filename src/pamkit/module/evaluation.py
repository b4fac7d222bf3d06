"""A policy that is evaluated from within a hook, and gives the answer of its line.

Source: `pam_eval(3PAM)` of Solaris 11.
"""

from __future__ import annotations

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from pamkit.module.call import ModuleCall

    Way = Callable[[ModuleCall[Any], str], Awaitable[int]]
    """Evaluates the policy in a file for the call that a hook serves, and returns its code."""

_ways: list[Way] = []


def offer(way: Way) -> None:
    """Say how a policy is evaluated: a module sees no engine, and what runs it sees no module."""
    _ways[:] = [way]


async def evaluate(call: ModuleCall[Any], path: str) -> int:
    """Return the code of a policy for the call that a hook serves.

    ``path`` is that of a file with a column for the service, in the family's own grammar.  What
    the file says of the service counts, or of `other`.  `SYSTEM_ERR` where it cannot be evaluated:
    it is not there, cannot be read or understood, is not root's alone, or is being evaluated.
    """
    for way in _ways:
        return await way(call, path)
    call.log(Priority.ERR, f"`{path}' cannot be evaluated here")
    return ReturnCode.SYSTEM_ERR
