"""What modules state, by what a policy writes for them: pamkit's own, then the fact sheets."""

from __future__ import annotations

from pamkit.analysis.known_modules import TABLES_OF
from pamkit.assembly import registry
from pamkit.facts import declaration_of
from pamkit.module.roster import ROSTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pamkit.analysis.model import Table
    from pamkit.module.declaration import Declaration
    from pamkit.policy.dialect import Dialect


def declarations(dialect: Dialect | None = None) -> Callable[[str], Declaration | None]:
    """Return a function from `pam_x.so` to what the module states; each is looked up once.

    The modules are those of the dialect's family; without a dialect Linux'.
    """
    if dialect is not None and dialect.keywords:
        return FamilyDeclarations(dialect)
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


class FamilyDeclarations:
    """What the modules of another family state; Linux' sheets and tables do not speak for them."""

    def __init__(self, dialect: Dialect) -> None:
        """Look at the modules and sheets of the dialect's family."""
        self._modules = registry(dialect=dialect)
        self._systems = ROSTERS[dialect.name].systems
        self._known: dict[str, Declaration | None] = {}
        self.tables: Mapping[str, Table] = TABLES_OF.get(dialect.name, {})
        """The tables that the analyses take (see `analysis.model.Model`)."""

    def __call__(self, written: str) -> Declaration | None:
        """Return what a module states; `None` for one that nobody knows."""
        if written not in self._known:
            module = self._modules.find(written)
            name = self._modules.name_of(written)
            if module is not None:
                self._known[written] = module.declaration
            else:
                self._known[written] = _on_a_sheet(name, self._systems) if name else None
        return self._known[written]


def declarations_between(old: Dialect, new: Dialect) -> Callable[[str], Declaration | None]:
    """Return what modules state for policies of two dialects that are compared.

    A name that means one module in the one family and another in the other is nobody's: it may do
    anything, and the same in both.
    """
    if old.keywords == new.keywords or not (old.keywords or new.keywords):
        return declarations(old)
    return _Between(declarations(old), declarations(new))


class _Between:
    """What is known of modules on both sides of a comparison, or on the only one that knows."""

    def __init__(
        self,
        old: Callable[[str], Declaration | None],
        new: Callable[[str], Declaration | None],
    ) -> None:
        self._old, self._new = old, new
        self.tables: Mapping[str, Table] = {}

    def __call__(self, written: str) -> Declaration | None:
        old, new = self._old(written), self._new(written)
        if old is None or new is None:
            return old or new
        return old if old is new else None


def _on_a_sheet(name: str, systems: tuple[str, ...]) -> Declaration | None:
    """Return what the first sheet of some systems states."""
    found = (declaration_of(name, system=system) for system in systems)
    return next((each for each in found if each is not None), None)
