"""Native modules: shared objects that speak C, as service modules of the engine."""

from __future__ import annotations

from pamkit.module.declaration import Declaration
from pamkit.module.effect import Load, Loaded, Native
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.doors.settings import Preference
    from pamkit.module.call import Hook, ModuleCall
    from pamkit.vocab.codes import ReturnCode

MODULE_PATHS = (
    "/lib/{machine}-linux-gnu/security/",
    "/lib64/security/",
    "/usr/lib64/security/",
    "/usr/lib/{machine}-linux-gnu/security/",
    "/usr/lib/security/",
    "/lib/security/",
)
"""Where a module is looked for that a policy names without a path: Debian's and the others'."""

_FAULT = 7 * WORD
_FAULT_SIZE = 256


class Words(Options):
    """Whatever stands behind the name of a module that we know nothing about."""

    words: tuple[str, ...] = rest("handed on to the module")


class _Anything(frozenset["ReturnCode"]):
    """The answers of a module that nobody declared: all of them, and numbers that are none."""

    def __contains__(self, answer: object) -> bool:
        return True


_ANY = dict.fromkeys(Primitive, _Anything())


class NativeModules:
    """Finds native modules; each is opened once for a transaction, as libpam does."""

    def __init__(self, preference: Preference, machine: str) -> None:
        """Prefer what ``preference`` says; ``machine`` is the kernel's name for it."""
        self._preference = preference
        self._places = tuple(place.format(machine=machine) for place in MODULE_PATHS)
        self._found: dict[str, Module | str] = {}

    def come_first(self, written: str) -> bool:
        """Whether a native module is wanted even if there is one in Python."""
        return self._preference.native_first(written)

    async def find(self, written: str) -> Module | str:
        """Return the module a policy names, or why there is none."""
        if written not in self._found:
            self._found[written] = await self._open(written)
        return self._found[written]

    async def _open(self, written: str) -> Module | str:
        if not self._preference.native_at_all(written):
            return f"there is no module `{written}` in Python, and no other is wanted"
        faults = []
        for path in self._candidates(written):
            module = await Load(path)
            if not module.fault:
                return _module(path, module)
            faults.append((path, module.fault))
        if not faults:
            return f"adding faulty module: {written}"
        path, fault = _best(faults)
        return f"unable to dlopen({path}): {fault}\nadding faulty module: {path}"

    def _candidates(self, written: str) -> tuple[str, ...]:
        if not written or "\0" in written:
            return ()
        if not written.startswith("/"):
            return tuple(place + written for place in self._places)
        return tuple(dict.fromkeys((written, written.replace("$ISA", ".", 1))))


def _best(faults: list[tuple[str, str]]) -> tuple[str, str]:
    """Of several places, the one where something was; else the first."""
    for path, fault in faults:
        if "No such file" not in fault:
            return path, fault
    return faults[0]


def _module(path: str, loaded: Loaded) -> Module:
    # C: the name in log lines is that of the file, without what follows its last dot.
    name = path.rpartition("/")[2].removesuffix(".so")
    hooks: dict[Primitive, Hook] = {
        primitive: _hook(pointer)
        for primitive, pointer in zip(Primitive, loaded.hooks, strict=True)
        if pointer
    }
    nothing: frozenset[Any] = frozenset()
    return Module(name, Declaration(name, Words, _ANY, nothing, nothing, (), (), ()), hooks)


def _hook(pointer: int) -> Hook:
    def hook(call: ModuleCall[Any]) -> Native:
        return Native(pointer, call.flags, call.args)

    return hook


def loaded(block: int) -> Loaded:
    """Return what opening a module gave: the object, its hooks, or a fault, in a row."""
    if not block:
        return Loaded(fault="out of memory")
    if not c_memory.word(block):
        fault = c_memory.data(block + _FAULT, _FAULT_SIZE).partition(b"\0")[0]
        return Loaded(fault=fault.decode("utf-8", "replace") or "unknown reason")
    return Loaded(tuple(c_memory.word(block + at * WORD) for at in range(1, 7)))
