"""What became of claims about a service, worked out once for all services with the same lines."""

from __future__ import annotations

from pamkit.policy.chain import Substack
from pamkit.vocab.facility import FACILITY_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.compare import Comparison
    from pamkit.analysis.entry import Declarations, KnownEntry
    from pamkit.analysis.memory import Memory
    from pamkit.analysis.verify import Result
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Facility, Primitive
    from pamkit.vocab.span import Span

    T = TypeVar("T")


class Results:
    """The results of claims about some chains; what a claim does not look at does not matter."""

    def __init__(
        self, chains: Mapping[Facility, Chain], declarations: Declarations, memory: Memory
    ) -> None:
        """Keep what is found of ``chains`` in ``memory``, for others that have the same."""
        self._chains, self._declarations, self._memory = chains, declarations, memory
        self._own: dict[str, Result | None] = {}
        self._lines: dict[Facility, object] = {}
        self._links: dict[Chain, tuple[tuple[Link, KnownEntry], ...]] = {}

    def of(self, claim: Claim, work: Callable[[Any], Result | None]) -> Result | None:
        """Return what ``work`` says of a claim; it is given the chains, and asks for some."""
        if claim.name not in self._own:
            self._own[claim.name] = self._memory.asked(
                ("claim", claim.name, self._declarations),
                self,
                lambda listening: work(_Asked(listening, self._chains)),
            )
        return self._own[claim.name]

    def beside(
        self, other: Results, primitive: Primitive, work: Callable[[], Comparison | None]
    ) -> Comparison | None:
        """Return what ``work`` says of two services: of one facility of both."""
        lines = tuple(each.lines(FACILITY_OF[primitive]) for each in (self, other))
        return self._memory.made(("beside", primitive, lines, self._declarations), work)

    def made(self, name: str, facility: Facility, work: Callable[[], T]) -> T:
        """Return what ``work`` says of the lines of one facility: numbers and places, no links."""
        return self._memory.made((name, self.lines(facility), self._declarations), work)

    def links(
        self, chain: Chain, known: Mapping[Span, KnownEntry]
    ) -> tuple[tuple[Link, KnownEntry], ...]:
        """Return the links of a chain, with what is known of each."""
        if chain not in self._links:
            self._links[chain] = tuple((link, known[link.span]) for link in chain)
        return self._links[chain]

    def lines(self, facility: Facility) -> object:
        """Return a thing that all chains with the same lines in the same places have."""
        if facility not in self._lines:
            chain = self._chains[facility]
            key = ("lines", chain.rules, tuple(map(_line, chain.links)))
            self._lines[facility] = self._memory.made(key, object)
        return self._lines[facility]


class _Asked:
    """Chains by facility; which of them is asked for is heard."""

    def __init__(self, listening: Any, chains: Mapping[Facility, Chain]) -> None:
        self._listening, self._chains = listening, chains

    def __getitem__(self, facility: Facility) -> Chain:
        self._listening.lines(facility)
        return self._chains[facility]


def _line(link: Link | Substack) -> tuple[object, ...]:
    """Return all that a link is; what is nested is in it."""
    if isinstance(link, Substack):
        return (link.number, link.name, link.span, tuple(map(_line, link.links)))
    return (
        *(link.number, link.module, link.args, link.actions, link.control),
        *(link.span, link.quiet, link.refusal),
    )
