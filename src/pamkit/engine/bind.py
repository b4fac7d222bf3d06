"""A link to its module: found by name, options typed, oddities kept."""

from __future__ import annotations

from pamkit.module.options import Options, Problem
from pamkit.module.registry import Module, Registry
from pamkit.policy.chain import Link
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.registry import Natives


class Bound(Record, eq=False):
    """A link with its module (`None` if there is none) and typed options.

    ``fault`` says why there is no module.
    """

    link: Link
    module: Module | None
    options: Options | None
    problems: tuple[Problem, ...] = ()
    fault: str = ""


async def bind(link: Link, registry: Registry, natives: Natives | None = None) -> Bound:
    """Return the link bound to its module; never raises for a module that is missing.

    A module in Python is taken where there is one, unless ``natives`` come first for it.
    """
    first = natives is not None and natives.come_first(link.module)
    try:
        module = None if first else registry.find(link.module)
    except Exception as fault:  # noqa: BLE001  # a module that cannot be imported is missing
        reason = f"module `{link.module}` cannot be loaded: {type(fault).__name__}"
        return Bound(link, None, None, fault=reason)
    if module is None and natives is not None:
        found = await natives.find(link.module)
        if isinstance(found, str):
            return Bound(link, None, None, fault=found)
        module = found
    if module is None:
        return Bound(link, None, None, fault=f"there is no module `{link.module}`")
    options, problems = module.declaration.options.parse(link.args)
    return Bound(link, module, options, problems)
