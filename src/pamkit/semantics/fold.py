"""Which family folds the answers of a chain, and how it does so for each primitive."""

from __future__ import annotations

from pamkit.semantics.table import LINUX_FOLD, Fold
from pamkit.vocab.facility import Primitive

_LINUX = ("", "linux", "debian")
_OPENPAM = ("openpam", "netbsd", "macos")
_SUN = ("solaris", "illumos", "cde", "aix", "hpux")

_EMPTY_GRANTS = ("illumos",)
"""Dialects whose library grants where a facility has no lines: under the quirk `empty-facility`."""


def fold_of(rules: str, primitive: Primitive, *, update: bool | None = None) -> Fold:
    """Return how the answers of a chain are folded; ``rules`` are those of the chain.

    ``update`` is the pass of chauthtok: false for the preliminary check.  Raises `ValueError` if
    the rules are those of no family.
    """
    name, _, more = rules.partition(" ")
    if name in _LINUX:
        return LINUX_FOLD
    is_check = primitive is Primitive.CHAUTHTOK and update is False
    if name in _OPENPAM:
        from pamkit.semantics import fold_openpam

        return fold_openpam.fold(name, primitive, is_check=is_check)
    if name in _SUN:
        from pamkit.semantics import fold_sun

        grants = name in _EMPTY_GRANTS and "empty-facility" in more.split()
        return fold_sun.fold(name, primitive, empty_grants=grants)
    raise ValueError(f"no family of PAM is called `{name}`")
