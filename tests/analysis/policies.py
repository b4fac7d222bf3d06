"""Policies in a line or few, and what modules state, for tests of the analysis."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pamkit import facts
from pamkit.assembly import registry
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.resolve import resolve
from pamkit.policy.source import MemorySource

if TYPE_CHECKING:
    from pamkit.module.declaration import Declaration
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility

_KNOWN: dict[str, Declaration | None] = {}
_REGISTRY = registry()


def chains(
    text: str,
    *,
    dialect: Dialect = LINUX,
    quirks: frozenset[str] = frozenset(),
    **files: str,
) -> dict[Facility, Chain]:
    """Return the chains of a service; ``files`` are others beside it."""
    there = {"/etc/pam.d/test": text} | {f"/etc/pam.d/{name}": t for name, t in files.items()}
    return compile_policy(resolve("test", MemorySource(there), dialect=dialect, quirks=quirks))


def declarations(written: str) -> Declaration | None:
    """Return what a module states: one of ours, or one with a fact sheet."""
    if written not in _KNOWN:
        module = _REGISTRY.find(written)
        name = _REGISTRY.name_of(written)
        _KNOWN[written] = module.declaration if module else facts.declaration_of(name)
    return _KNOWN[written]
