"""A link to its module: found by name, options typed, oddities kept."""

from __future__ import annotations

from pamkit.module.effect import Bring
from pamkit.module.options import Options, Problem
from pamkit.module.registry import Module, Registry
from pamkit.policy.chain import Link
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.registry import Natives


FROM_FILES = ("pam_pamkit", "pam_python")
"""Names of modules whose first argument is a file of Python with the module that is meant."""

_OLD_PLACE = "/lib/security/"
"""Where pam_python looks for a file that is named without a directory."""


class Bound(Record, eq=False):
    """A link with its module (`None` if there is none) and typed options.

    ``args`` are the words that are the module's own; ``fault`` says why there is no module.
    """

    link: Link
    module: Module | None
    options: Options | None
    args: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    fault: str = ""


async def bind(
    link: Link,
    registry: Registry,
    natives: Natives | None = None,
    files: dict[str, Module | str] | None = None,
    here: Callable[[], str] | None = None,
) -> Bound:
    """Return the link bound to its module; never raises for a module that is missing.

    A module in Python is taken where there is one, unless ``natives`` come first for it.
    ``files`` keeps the modules that were brought in from files; ``here`` gives the directory
    that relative paths in options count from.
    """
    first = natives is not None and natives.come_first(link.module)
    args = link.args
    try:
        module: Module | str | None = None if first else registry.find(link.module)
    except Exception as fault:  # noqa: BLE001  # a module that cannot be imported is missing
        reason = f"module `{link.module}` cannot be loaded: {type(fault).__name__}"
        return Bound(link, None, None, fault=reason)
    if module is None and not first and registry.name_of(link.module) in FROM_FILES:
        module, args = await bring(args[0] if args else "", files), args[1:]
    elif module is None and natives is not None:
        module = await natives.find(link.module)
    if module is None:
        module = f"there is no module `{link.module}`"
    if isinstance(module, str):
        return Bound(link, None, None, fault=module)
    options, problems = module.declaration.options.parse(args, here)
    return Bound(link, module, options, args, problems)


def bind_now(link: Link, registry: Registry) -> Bound | None:
    """Return a link bound to its module in Python; `None` if there is none, or none that imports.

    Nothing in it belongs to one transaction: all that run the link may share it.
    """
    try:
        module = registry.find(link.module)
    except Exception:  # noqa: BLE001  # `bind` says what is wrong with it, each time
        return None
    if module is None:
        return None
    options, problems = module.declaration.options.parse(link.args)
    return Bound(link, module, options, link.args, problems)


async def bring(path: str, files: dict[str, Module | str] | None = None) -> Module | str:
    """Return the module in a file of Python, or why there is none; ``files`` keeps it."""
    if not path:
        return "no file of Python is named"
    if not path.startswith("/"):
        path = _OLD_PLACE + path
    files = {} if files is None else files
    if path not in files:
        files[path] = await Bring(path)
    return files[path]
