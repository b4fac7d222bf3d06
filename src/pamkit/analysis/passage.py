"""What the runs of a primitive pass on their way, marked as far as somebody wants to know it."""

from __future__ import annotations

from pamkit.analysis.explore import End, Outcome, TooMany, explore, fitting
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.analysis.proved import shown_run
from pamkit.module.facts import PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT
from pamkit.semantics.fold import fold_of
from pamkit.vocab.facility import FACILITY_OF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Choice, Exploration, Known
    from pamkit.analysis.model import Row
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.facility import Primitive
    from pamkit.vocab.span import Span

    Noted = Callable[[Link, Outcome], Iterable[str]]
    """What to mark of a link that answers something."""

BY_CONDITION = "by a condition"
"""The mark of a run in which a line that proves nothing has jumped."""

_ASKED = "asked"

_PUZZLING = frozenset({"pam_debug"})
"""Modules whose options say what they answer."""


def passages(
    service: Service,
    primitive: Primitive,
    noted: Noted,
    *,
    given: Iterable[tuple[str, str]] = (),
    healthy: bool = True,
) -> Exploration | None:
    """Return every end that a primitive can come to, with marks of what lay on the way there.

    ``given`` are circumstances that are settled, ``healthy`` as in `analysis.model`.  `None` if
    nothing can be said: a part of the service is not there, or there is too much to look at.
    """
    chain = service.chains.get(FACILITY_OF[primitive])
    if chain is None or not service.whole:
        return None
    if any(service.known[link.span].module in _PUZZLING for link in chain):
        return None
    rows = service.results.made(
        f"what may come of {primitive.name} {healthy}",
        chain.facility,
        lambda: _rows(
            chain, Model(service.declarations, primitive, healthy=healthy, special=TABLES)
        ),
    )
    last = {name: at for at, each in rows.items() for row in each for name, _ in row.when}

    may: dict[int, tuple[Outcome, ...]] = {}

    def outcomes(link: Link, known: Known) -> Iterable[Outcome]:
        if link.number not in may:
            may[link.number] = tuple(_marked(link, rows[link.number], noted))
        return fitting(may[link.number], known)

    def keep(link: Link | None, name: str) -> bool:
        return link is not None and last.get(name, -1) >= link.number

    try:
        fold = fold_of(chain.rules, primitive)
        return explore(chain.links, outcomes, known=frozenset(given), keep=keep, fold=fold)
    except TooMany:
        return None


def asked_behind(service: Service, primitive: Primitive, first: Link) -> frozenset[int]:
    """Return the numbers of the links that some run asks after ``first``; one look at all runs."""

    def noted(link: Link, _: Outcome) -> tuple[str, ...]:
        return (_ASKED,) if link is first else ()

    seen = passages(service, primitive, noted)
    return frozenset(
        point.number
        for point in (seen.came_from if seen else ())
        if not isinstance(point, End) and _ASKED in point.marks
    )


def by_condition(known: KnownEntry, link: Link, outcome: Outcome) -> tuple[str, ...]:
    """Return the mark of a way that somebody has laid for some: a jump of what proves nothing."""
    proves = any(map(known.states, (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT)))
    is_way = link.actions[outcome.code] > 0 and not link.refusal
    return (BY_CONDITION,) if is_way and not proves else ()


def shown_here(service: Service, run: Iterable[Choice], span: Span) -> tuple[tuple[Span, str], ...]:
    """Return the lines of a run that stand in the file of a finding.

    So what is found in a file that many services include is found once.
    """
    return tuple(step for step in shown_run(service, run) if step[0].file == span.file)


def _marked(link: Link, rows: Iterable[Row], noted: Noted) -> Iterator[Outcome]:
    for row in rows:
        outcome = Outcome(row.code, row.when, row.marks)
        yield Outcome(row.code, row.when, (*row.marks, *noted(link, outcome)))


def _rows(chain: Chain, model: Model) -> dict[int, tuple[Row, ...]]:
    """Return what each link may do, by its number, in the order of the numbers."""
    return {link.number: model.rows(link) for link in chain}
