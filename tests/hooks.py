"""Modules made on the spot: hooks as the test writes them, and a declaration that allows all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pamkit.module.declaration import declare, example
from pamkit.module.facts import Fact
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.vocab.codes import WORDS
from pamkit.vocab.facility import Primitive

if TYPE_CHECKING:
    from pamkit.module.call import Hook


class AnyOptions(Options):
    """Takes whatever stands there."""

    words: tuple[str, ...] = rest("anything")


def module(name: str, *facts: Fact, **hooks: Hook) -> Module:
    """Return a module ``pam_NAME`` with hooks by primitive (``authenticate=...``)."""
    by_primitive = {Primitive[key.upper()]: hook for key, hook in hooks.items()}
    declaration = declare(
        f"pam_{name}",
        options=AnyOptions,
        answers=dict.fromkeys(by_primitive, " ".join(WORDS)),
        facts=facts,
        examples=[example("test", f"auth required pam_{name}.so")],
    )
    return Module(f"pam_{name}", declaration, by_primitive)
