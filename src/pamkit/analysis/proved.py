"""Claims about a service that several rules ask for: each is looked into once, and shown alike."""

from __future__ import annotations

from pamkit.analysis.explore import TooMany
from pamkit.analysis.verify import verify
from pamkit.vocab.codes import WORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.tree import Service
    from pamkit.analysis.verify import Result
    from pamkit.vocab.span import Span


def proved(service: Service, claim: Claim) -> Result | None:
    """Return what became of a claim; `None` if nothing can be said: there is too much to look at.

    So it is with a service that has no chains, and with one of which a part is not there.
    """
    if not service.whole or not service.chains:
        return None
    if claim.name not in service.results:
        try:
            result = verify(claim, service.chains, service.declarations)
        except TooMany:
            result = None
        service.results[claim.name] = result
    return service.results[claim.name]


def shown_run(service: Service, run: Iterable[Choice]) -> tuple[tuple[Span, str], ...]:
    """Return the lines of a run with what each of them answers, as a finding shows them."""
    return tuple(
        (
            step.link.span,
            f"{service.known[step.link.span].module} answers {WORDS[step.outcome.code]}",
        )
        for step in run
    )
