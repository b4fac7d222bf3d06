"""A shared object that was opened, as a service module of the engine."""

from __future__ import annotations

from pamkit.module.declaration import Declaration
from pamkit.module.effect import Loaded, Native
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.stores.c_memory import WORD, c_memory
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pamkit.module.call import Hook, ModuleCall
    from pamkit.vocab.codes import ReturnCode

_FAULT = 7 * WORD
_FAULT_SIZE = 256


class Words(Options):
    """Whatever stands behind the name of a module that we know nothing about."""

    words: tuple[str, ...] = rest("handed on to the module")


class _Anything(frozenset["ReturnCode"]):
    """The answers of a module that nobody declared: all of them, and numbers that are none."""

    def __contains__(self, answer: object) -> bool:
        return True


_ANY: dict[Primitive, frozenset[ReturnCode]] = dict.fromkeys(Primitive, _Anything())


def native_module(path: str, loaded: Loaded) -> Module:
    """Return the module with the hooks that were found in it."""
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
    made: dict[tuple[int, tuple[str, ...]], Native] = {}  # asked again and again, with few flags

    def hook(call: ModuleCall[Any]) -> Native:
        key = call.flags, call.args
        effect = made.get(key)
        if effect is None:
            effect = made[key] = Native(pointer, *key)
        return effect

    return hook


def loaded(block: int) -> Loaded:
    """Return what opening a module gave: the object, its hooks, or a fault, in a row."""
    if not block:
        return Loaded(fault="out of memory")
    if not c_memory.word(block):
        fault = c_memory.data(block + _FAULT, _FAULT_SIZE).partition(b"\0")[0]
        return Loaded(fault=fault.decode("utf-8", "replace") or "unknown reason")
    return Loaded(tuple(c_memory.word(block + at * WORD) for at in range(1, 7)))
