"""A service's policy as a family puts it together."""

from __future__ import annotations

from pamkit.policy.families.grammar import Includes, grammar_of
from pamkit.policy.families.loading import Loading
from pamkit.policy.families.openpam import load_services
from pamkit.policy.families.sun import load_columns
from pamkit.policy.resolve import Policy
from pamkit.policy.source import Layout

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.families.grammar import Grammar
    from pamkit.policy.families.loading import Lists
    from pamkit.policy.resolve import Parse, Place
    from pamkit.policy.source import PolicySource
    from pamkit.vocab.facility import Facility


def resolve_family(
    service: str,
    source: PolicySource,
    dialect: Dialect,
    *,
    layout: Layout | None = None,
    quirks: frozenset[str] = frozenset(),
    parsed: Parse | None = None,
) -> Policy:
    """Return the policy of a service; ``service`` is a name as `names.service_name_in` returns it.

    ``dialect`` is one of those that `GRAMMARS` names.  ``parsed`` makes the trees of files: who
    resolves many services may remember them.

    Raises `PolicyError`, with the place in the file, where the family refuses the service, and
    where pamkit refuses what the family would let pass: see `openpam` and `sun`.
    """
    grammar = grammar_of(dialect)
    loading = Loading(source, places_of(grammar, layout), dialect, quirks, parsed)
    if grammar.includes is Includes.A_SERVICE:
        load_services(loading, service)
    else:
        load_columns(loading, service)
    return Policy(
        service,
        _frozen(loading.own),
        _frozen(loading.other),
        tuple(loading.files.values()),
        tuple(loading.findings),
        dialect,
        quirks,
    )


def places_of(grammar: Grammar, layout: Layout | None) -> tuple[str, ...]:
    """Return where a family looks for policies in a layout.

    Linux' own layout, and none, stand for the family's own places.  Of another one, ``confdir`` is
    the only place; otherwise its directories and its file are asked in the order of the family.
    """
    if layout is None or layout == Layout():
        return grammar.places
    if layout.confdir is not None:
        return (f"{layout.confdir}/",)
    directories = tuple(f"{directory}/" for directory in layout.directories)
    if grammar.places[0].endswith("/"):
        return (*directories[:1], layout.conf_file, *directories[1:])
    if any(place.endswith("/") for place in grammar.places):
        return (layout.conf_file, *directories)
    return (layout.conf_file,)


def _frozen(lists: Lists) -> dict[Facility, tuple[Place, ...]]:
    return {facility: tuple(places) for facility, places in lists.items()}
