"""Claims about a service that several rules ask for: each is looked into once, and shown alike."""

from __future__ import annotations

from pamkit.analysis.compare import compare
from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify
from pamkit.vocab.codes import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.compare import Comparison
    from pamkit.analysis.entry import Declarations
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.tree import Service
    from pamkit.analysis.verify import Result
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility, Primitive
    from pamkit.vocab.span import Span


def proved(service: Service, claim: Claim) -> Result | None:
    """Return what became of a claim; `None` if nothing can be said: there is too much to look at.

    So it is with a service that has no chains, and with one of which a part is not there.
    """
    if not service.whole or not service.chains:
        return None
    return service.results.of(claim, lambda chains: _result(claim, chains, service.declarations))


def compared(one: Service, other: Service, primitive: Primitive) -> Comparison | None:
    """Return what two services let by otherwise; `None` if that is too much to look at."""
    if not one.chains or not other.chains:
        return None
    return one.results.beside(other.results, primitive, lambda: _comparison(one, other, primitive))


def _comparison(one: Service, other: Service, primitive: Primitive) -> Comparison | None:
    try:
        return compare(one.chains, other.chains, primitive, one.declarations)
    except TooMany:
        return None


def _result(
    claim: Claim, chains: Mapping[Facility, Chain], declarations: Declarations
) -> Result | None:
    try:
        return verify(claim, chains, declarations)
    except TooMany:
        return None


def shown_run(service: Service, run: Iterable[Choice]) -> tuple[tuple[Span, str], ...]:
    """Return the lines of a run with what each of them answers, as a finding shows them."""
    return tuple(
        (
            step.link.span,
            f"{service.known[step.link.span].module} answers {WORDS[step.outcome.code]}",
        )
        for step in run
    )
