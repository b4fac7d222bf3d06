"""What modules state, by what a policy writes for them: pamkit's own, then the fact sheets."""

from __future__ import annotations

from pamkit.assembly import registry
from pamkit.facts import declaration_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.declaration import Declaration


def declarations() -> Callable[[str], Declaration | None]:
    """Return a function from `pam_x.so` to what the module states; each is looked up once."""
    modules = registry()
    known: dict[str, Declaration | None] = {}

    def find(written: str) -> Declaration | None:
        if written not in known:
            module = modules.find(written)
            name = modules.name_of(written)
            if module is not None:
                known[written] = module.declaration
            else:
                known[written] = declaration_of(name) if name else None
        return known[written]

    return find
