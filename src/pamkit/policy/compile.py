"""A resolved policy to one chain per facility; jumps are checked."""

from __future__ import annotations

from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.control import ALL_BAD
from pamkit.policy.dialect import rules_of
from pamkit.policy.resolve import OTHER, Place, Policy
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record


class Compiled(Record, eq=False):
    """A policy, and the chain that is run for each facility; many transactions may share it."""

    policy: Policy
    chains: dict[Facility, Chain]


def compiled(policy: Policy) -> Compiled:
    """Return a policy with its chains."""
    return Compiled(policy, compile_policy(policy))


def compile_policy(policy: Policy) -> dict[Facility, Chain]:
    """Return the chain that is run for each facility; it may be empty, and then denies."""
    rules = rules_of(policy.dialect, policy.quirks)
    return {
        facility: Chain(
            facility,
            policy.service if policy.own[facility] else OTHER,
            _links(policy.places(facility), _Numbers()),
            rules,
        )
        for facility in Facility
    }


class _Numbers:
    """Gives out the numbers of links."""

    def __init__(self) -> None:
        self.last = -1

    def next(self) -> int:
        self.last += 1
        return self.last


def _links(places: tuple[Place, ...], numbers: _Numbers) -> tuple[Link | Substack, ...]:
    links: list[Link | Substack] = []
    for place in places:
        entry, number = place.entry, numbers.next()
        target = entry.target.text if entry.target else ""
        if place.inside is not None:
            links.append(Substack(number, target, _links(place.inside, numbers), entry.span))
            continue
        nested = entry.kind is not Kind.MODULE
        links.append(
            Link(
                number,
                target,
                () if nested else tuple(arg.text for arg in entry.args),
                ALL_BAD if nested else entry.control.actions,
                entry.control.text,
                entry.span,
                entry.quiet,
                place.refusal,
            )
        )
    return tuple(links)


def jump_findings(chain: Chain) -> tuple[Finding, ...]:
    """Return a finding for each jump that goes past the end of its chain or substack."""
    found: list[Finding] = []
    todo = [chain.links]
    for links in todo:
        for at, link in enumerate(links):
            if isinstance(link, Substack):
                todo.append(link.links)
                continue
            room = len(links) - at - 1
            far = max(link.actions)
            if far > room:
                found.append(
                    Finding(
                        "jump-past-end",
                        Severity.ERROR,
                        link.span,
                        f"a jump over {far} links where {room} follow",
                        "such a jump denies: correct the number",
                    )
                )
    return tuple(found)
