"""Name to module: found by path, imported only when named."""

from __future__ import annotations

from pamkit.module.declaration import Declaration
from pamkit.vocab.facility import HOOK_NAMES, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import ModuleType
    from typing import Protocol

    from pamkit.module.call import Hook

    Importer = Callable[[str], "ModuleType | None"]

    class Natives(Protocol):
        """Finds modules that are no Python: shared objects that speak C."""

        def come_first(self, written: str) -> bool:
            """Whether a native module is wanted even if there is one in Python."""

        async def find(self, written: str) -> Module | str:
            """Return the module a policy names, or why there is none."""


class Module(Record, eq=False):
    """A service module: its declaration, and its hooks by primitive."""

    name: str
    declaration: Declaration
    hooks: dict[Primitive, Hook]


def module_from(python: ModuleType) -> Module:
    """Return the service module that a Python module holds.

    The question is the one `dlsym` asks a shared object: have you this name?  Raises
    `ValueError` if there is no ``MODULE`` declaration, or hooks and declaration disagree.
    """
    declaration = getattr(python, "MODULE", None)
    if not isinstance(declaration, Declaration):
        raise ValueError(f"`{python.__name__}` declares no MODULE")
    hooks = {
        primitive: getattr(python, name)
        for primitive, name in HOOK_NAMES.items()
        if hasattr(python, name)
    }
    if set(hooks) != set(declaration.answers):
        odd = set(hooks) ^ set(declaration.answers)
        names = ", ".join(sorted(HOOK_NAMES[primitive] for primitive in odd))
        raise ValueError(f"`{declaration.name}` declares and defines different hooks: {names}")
    return Module(declaration.name, declaration, hooks)


class Registry:
    """Finds modules by what a policy writes: `pam_x.so`, or a path in a module directory.

    ``directories`` are the system's own places for modules; a path elsewhere names a module
    of somebody else's, which is unknown here even if its file name is familiar.
    """

    def __init__(
        self,
        importer: Importer,
        *,
        directories: tuple[str, ...] = (),
        extra: Mapping[str, Module] | None = None,
    ) -> None:
        """Look first in ``extra``, then ask ``importer`` for the Python module of a name."""
        self._importer = importer
        self._directories = directories
        self._known: dict[str, Module | None] = dict(extra or {})

    def find(self, written: str) -> Module | None:
        """Return the module a policy names, or `None` if there is none."""
        name = self.name_of(written)
        if not name:
            return None
        if name not in self._known:
            python = self._importer(name)
            self._known[name] = module_from(python) if python is not None else None
        return self._known[name]

    def name_of(self, written: str) -> str:
        """Return `pam_x` for what a policy writes, or `""` if that cannot name a module of ours."""
        directory, _, file = written.rpartition("/")
        directory = directory.rstrip("/")
        if directory.endswith("$ISA"):
            directory = directory[:-4].rstrip("/")
        elsewhere = directory or written.startswith("/")
        if elsewhere and directory not in self._directories:
            return ""
        stem = file.removesuffix(".so")
        named = stem != file and stem.isascii() and stem.isidentifier()
        return _LINKS.get(stem, stem) if named and stem.startswith("pam_") else ""


# C: symbolic links that distributions lay beside the modules, for policies of long ago.
_LINKS = {
    "pam_selinux_permit": "pam_sepermit",
    "pam_unix_acct": "pam_unix",
    "pam_unix_auth": "pam_unix",
    "pam_unix_passwd": "pam_unix",
    "pam_unix_session": "pam_unix",
}
