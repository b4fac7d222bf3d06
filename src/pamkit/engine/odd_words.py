"""Tells the administrator of words behind a module that are no options of it, or old ones."""

from __future__ import annotations

from pamkit.vocab.priority import Priority

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pamkit.module.call import ModuleCall
    from pamkit.module.options import Problem


def tell_of(problems: Iterable[Problem], call: ModuleCall[Any]) -> None:
    """Log what is odd, unless the module does: some have words of their own, as in C."""
    for problem in problems:
        # An old name still works: that is no error of this login.
        old = problem.rule == "deprecated-option"
        if old or not call.options.complains:
            call.log(Priority.DEBUG if old else Priority.ERR, problem.message)
