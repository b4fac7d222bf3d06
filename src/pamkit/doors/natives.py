"""Native modules: shared objects that speak C, as service modules of the engine."""

from __future__ import annotations

from pamkit.module.effect import Load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.doors.settings import Preference
    from pamkit.module.registry import Module

MODULE_PATHS = (
    "/lib/{machine}-linux-gnu/security/",
    "/lib64/security/",
    "/usr/lib64/security/",
    "/usr/lib/{machine}-linux-gnu/security/",
    "/usr/lib/security/",
    "/lib/security/",
)
"""Where a module is looked for that a policy names without a path: Debian's and the others'."""


class NativeModules:
    """Finds native modules; each is opened once for a transaction, as libpam does."""

    def __init__(self, preference: Preference | None, machine: str) -> None:
        """Prefer what ``preference`` says, else Python; ``machine`` is the kernel's name for it."""
        self._preference = preference
        self._places = tuple(place.format(machine=machine) for place in MODULE_PATHS)
        self._found: dict[str, Module | str] = {}

    def come_first(self, written: str) -> bool:
        """Whether a native module is wanted even if there is one in Python."""
        return self._preference is not None and self._preference.native_first(written)

    async def find(self, written: str) -> Module | str:
        """Return the module a policy names, or why there is none."""
        if written not in self._found:
            self._found[written] = await self._open(written)
        return self._found[written]

    def wanted(self, written: str) -> bool:
        """Whether a native module will do."""
        return self._preference is None or self._preference.native_at_all(written)

    async def _open(self, written: str) -> Module | str:
        if not self.wanted(written):
            return f"there is no module `{written}` in Python, and no other is wanted"
        faults: list[str] = []
        for path in self.candidates(written):
            module = await Load(path)
            if not module.fault:
                from pamkit.doors.native_module import native_module

                return native_module(path, module)
            faults.append(module.fault)
        if not faults:
            return f"adding faulty module: {written}"
        return f"unable to dlopen({written}): {_telling(faults)}\nadding faulty module: {written}"

    def candidates(self, written: str) -> tuple[str, ...]:
        """Return where the module may be that a policy names."""
        if not written or "\0" in written:
            return ()
        if not written.startswith("/"):
            return tuple(place + written for place in self._places)
        return tuple(dict.fromkeys((written, written.replace("$ISA", ".", 1))))


def _telling(faults: list[str]) -> str:
    """Of several places, the fault of the one where something was; else the last, as C does."""
    return next((fault for fault in faults if "No such file" not in fault), faults[-1])
