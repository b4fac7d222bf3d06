"""A second factor that lets in without the first.

What it finds

A service that asks for a password and for a second factor, and that lets in whom the factor knows
although the password is wrong, or was never asked for. It is a note for pam_u2f and pam_duo, which
people use in the place of a password as well. What the author meant cannot be read from the lines.

Why it matters

Two factors were meant, and each of them alone is enough. A code of six digits alone can be
guessed.

Avoid

    auth sufficient pam_oath.so
    auth required pam_unix.so

Prefer

    auth required pam_unix.so
    auth required pam_oath.so

Sources

- `pam_oath(8)`
- NixOS/nixpkgs issue 29172
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, thing
from pamkit.analysis.claims import is_granted
from pamkit.analysis.factors import is_factor
from pamkit.analysis.model import PROVED
from pamkit.analysis.passage import passages, shown_here
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "factor-alone-grants", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="MFA-01"
)

_EITHER = frozenset({"pam_u2f", "pam_duo"})
"""Modules that are made to be put in the place of a password as well."""


def find(service: Service) -> Iterator[Finding]:
    """Yield the factors that let in with a wrong password."""
    links = service.links(Facility.AUTH)
    factors = {f"{PROVED} {thing(known.module)}": known for _, known in links if is_factor(known)}
    if not factors or not any(known.states(PROVES_IDENTITY) for _, known in links):
        return
    yield from service.results.made(
        RULE.name, Facility.AUTH, lambda: tuple(_letting_in(service, factors))
    )


def _letting_in(service: Service, factors: dict[str, KnownEntry]) -> Iterator[Finding]:
    given = ((SECRET, "wrong"), (CALLER, "other"), (LOCKED, "no"))
    seen = passages(service, Primitive.AUTHENTICATE, lambda _, __: (), given=given)
    for mark, known in factors.items():
        ends = [end for end in seen.ends if is_granted(end) and mark in end.marks] if seen else []
        if seen and ends:
            yield RULE.finding(
                known.span,
                f"`{known.module}` lets in although the password is wrong",
                "write `required` if both are wanted",
                level=Severity.NOTE if known.module in _EITHER else RULE.level,
                related=shown_here(service, seen.witness(ends[0]), known.span),
            )
