"""DIALECT: what other families than Linux-PAM's do around a chain.

How they fold its answers is told by `semantics.fold`.  Here is what comes before and behind: when
nobody is asked at all, when a change of the token ends with its check, when tokens are forgotten.
Only transactions that speak such a dialect bring this in.
"""

from __future__ import annotations

from pamkit.module.evaluation import offer
from pamkit.policy.control import Action
from pamkit.policy.dialect import LINK, START
from pamkit.semantics.fold import fold_of
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pamkit.engine.dispatch import Dispatcher
    from pamkit.module.call import ModuleCall
    from pamkit.policy.chain import Chain
    from pamkit.policy.dialect import Dialect
    from pamkit.semantics.table import Fold
    from pamkit.semantics.trace import Run


def fold_in(chain: Chain, primitive: Primitive, *, update: bool) -> Fold:
    """Return how the answers of a chain become one verdict; ``update`` is the pass of chauthtok."""
    changing = primitive is Primitive.CHAUTHTOK
    return fold_of(chain.rules, primitive, update=update if changing else None)


async def refusal_of(
    chains: Iterable[Chain],
    chain: Chain,
    primitive: Primitive,
    *,
    dialect: Dialect,
    dispatcher: Dispatcher,
) -> int | None:
    """Return the code where a family asks nobody, because one link cannot be asked; or `None`.

    ``chain`` is the one that the primitive asks.  Where the family would not even start, every
    call is refused.
    """
    (reach, missing), (reach_within, lacking) = dialect.no_module, dialect.no_function
    # Where nothing would even start, a module that is missing anywhere refuses every call.
    for each in chains if reach == START else (chain,):
        for link in each:
            bound = None if link.refusal else await dispatcher.bind(link)
            if bound is None:
                continue
            if bound.module is None and reach != LINK:
                return missing
            lacks = bound.module is not None and primitive not in bound.module.hooks
            if each is chain and lacks and reach_within != LINK:
                return lacking
    return None


def ends_with_its_check(check: Run) -> bool:
    """Whether `sufficient` ended a check that succeeded: cde changes nothing then, and says yes."""
    return bool(check.steps) and check.steps[-1].action == Action.DONE


def is_no(primitive: Primitive, code: int) -> bool:
    """Whether a call of Sun's failed, so that tokens are forgotten."""
    due = primitive is Primitive.ACCT_MGMT and code == ReturnCode.NEW_AUTHTOK_REQD
    return code != ReturnCode.SUCCESS and not due


async def evaluated(call: ModuleCall[Any], path: str) -> int:
    """Return the code of a policy for the call that a hook serves: see `module.evaluation`."""
    from pamkit.engine.evaluation import evaluated as code_of  # few policies ask for it

    return await code_of(call, path)


offer(evaluated)
