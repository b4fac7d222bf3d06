"""A resolved policy to one chain per facility; jumps are checked."""

from __future__ import annotations

from pamkit.policy.chain import Chain, Link, Substack, renumbered
from pamkit.policy.control import ALL_BAD, ALL_DIE
from pamkit.policy.dialect import CALL, LINUX, Dialect, rules_of
from pamkit.policy.resolve import OTHER, Policy
from pamkit.policy.source import Layout
from pamkit.vocab.diagnostic import Finding, Severity
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.policy.resolve import Place
    from pamkit.policy.source import PolicySource

    Places = tuple[Place | list[Link], ...]
    """What is in place in a facility: places, and runs of links (`policy.skim`)."""


class Compiled(Record, eq=False):
    """A policy, and the chain that is run for each facility; many transactions may share it."""

    policy: Policy
    chains: dict[Facility, Chain]


def compiled(policy: Policy) -> Compiled:
    """Return a policy with its chains."""
    return Compiled(policy, compile_policy(policy))


def compiled_to_run(
    service: str,
    source: PolicySource,
    *,
    layout: Layout | None = None,
    dialect: Dialect = LINUX,
    quirks: frozenset[str] = frozenset(),
) -> Compiled:
    """Return what `compiled` makes of what `resolve` gives, without the trees in between.

    The trees of ``policy`` are made when somebody asks for them; its findings are there.  Raises
    what `resolve` raises.
    """
    if dialect.keywords:
        from pamkit.policy.resolve import resolve  # DIALECT: another family's is not skimmed

        return compiled(resolve(service, source, layout=layout, dialect=dialect, quirks=quirks))
    from pamkit.policy.skim import resolve_to_run  # who looks at policies has no need of it

    layout = layout or Layout()
    policy, own, other = resolve_to_run(service, source, layout, dialect, quirks)
    return Compiled(policy, _chains(policy, own, other))


def compile_policy(policy: Policy) -> dict[Facility, Chain]:
    """Return the chain that is run for each facility; it may be empty, and then denies."""
    return _chains(policy, policy.own, policy.other)


def _chains(
    policy: Policy, own: Mapping[Facility, Places], other: Mapping[Facility, Places]
) -> dict[Facility, Chain]:
    rules = rules_of(policy.dialect, policy.quirks)
    # DIALECT: where a wrong line fails the call, nothing behind it is asked.
    refused = ALL_DIE if policy.dialect.bad_line[0] == CALL else None
    chains = {
        facility: Chain(
            facility,
            policy.service if own[facility] else OTHER,
            tuple(_links(own[facility] or other[facility], refused=refused)[0]),
            rules,
        )
        for facility in Facility
    }
    return _unasked(policy, chains) if policy.dialect.passes_unasked else chains


def _unasked(policy: Policy, chains: dict[Facility, Chain]) -> dict[Facility, Chain]:
    """DIALECT: let lines that cannot be asked be passed over, where the quirk says so."""
    from pamkit.policy.families.unasked import passed_over, passes_over

    if not passes_over(policy.dialect, policy.quirks):
        return chains
    return {
        facility: chain.changed(
            links=tuple(link.changed(actions=passed_over(link.actions)) for link in chain)
        )
        for facility, chain in chains.items()
    }


def _links(
    places: Places, number: int = 0, *, refused: tuple[int, ...] | None = None
) -> tuple[list[Link | Substack], int]:
    """Return the links of places, counted from ``number``, and the number that comes next.

    ``refused`` are the actions of lines that must fail; without them they keep their own.
    """
    links: list[Link | Substack] = []
    for place in places:
        if isinstance(place, list):
            links += [renumbered(link, number + link.number) for link in place] if number else place
            number += len(place)
            continue
        entry = place.entry
        target = entry.target.text if entry.target else ""
        if place.inside is not None:
            inside, after = _links(place.inside, number + 1, refused=refused)
            links.append(Substack(number, target, tuple(inside), entry.span))
            number = after
            continue
        actions = ALL_BAD if entry.nests else entry.control.actions
        links.append(
            Link(
                number,
                target,
                () if entry.nests else tuple(arg.text for arg in entry.args),
                refused if refused is not None and place.refusal else actions,
                entry.control.text,
                entry.span,
                entry.quiet,
                place.refusal,
                None,
            )
        )
        number += 1
    return links, number


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
