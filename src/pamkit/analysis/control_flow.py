"""What the controls of a chain alone allow: every code that a module states may come at any time.

No line hangs on another here, so what is impossible is impossible on every day: a link that no run
reaches, a chain that never says yes.  `analysis.verify` knows more of modules, and asks for more.
"""

from __future__ import annotations

from pamkit.analysis.entry import read_options
from pamkit.analysis.explore import End, Outcome, TooMany, explore
from pamkit.module.facts import (
    ALWAYS_FAILS,
    ALWAYS_IGNORED,
    ALWAYS_SUCCEEDS,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.policy.chain import Substack
from pamkit.semantics.fold import fold_of
from pamkit.semantics.table import notes, step
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pamkit.analysis.explore import Choice, Exploration, Known
    from pamkit.analysis.model import Declarations
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Chain, Link
    from pamkit.semantics.table import Fold

_C = ReturnCode

PROVED = "proved"
"""The mark of a run on which something was proved."""

_PROOFS = (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT)
_KINDS = (_C.SUCCESS, _C.IGNORE, _C.NEW_AUTHTOK_REQD)


class Flow(Record, eq=False):
    """What runs of a chain can come to.

    ``dead`` are the links that no run reaches, ``can_grant`` whether some run ends with yes,
    ``unproved`` a shortest run that does so although nothing was proved, empty if there is none,
    ``refusals`` the codes that runs are refused with.  ``idle`` are the links that change nothing
    on any run: neither the verdict nor where it goes on.
    """

    dead: tuple[Link, ...]
    idle: tuple[Link, ...]
    can_grant: bool
    unproved: tuple[Choice, ...]
    refusals: frozenset[int]


def flow(
    chain: Chain, primitive: Primitive, declarations: Declarations, *, every_code: bool = False
) -> Flow:
    """Return what runs of a chain can come to; raises `TooMany`.

    Codes that a line treats alike are one, unless ``every_code`` is asked for: then ``refusals``
    has them all.
    """
    reached: set[Link] = set()
    known_answers: dict[Link, tuple[Outcome, ...]] = {}

    def outcomes(link: Link, _: Known) -> Iterable[Outcome]:
        reached.add(link)
        codes = answers(link, primitive, declarations)
        if not every_code:
            codes = _different(link, codes)
        proves = _proves(link, declarations)
        known_answers[link] = tuple(
            Outcome(code, (), (PROVED,) if proves and code == _C.SUCCESS else ()) for code in codes
        )
        return known_answers[link]

    fold = fold_of(chain.rules, primitive)
    seen = explore(chain.links, outcomes, fold=fold)
    granted = [end for end in seen.ends if end.verdict.mood is Mood.GRANTED]
    unproved = next((end for end in granted if not end.marks), None)
    busy = _busy(chain, seen, known_answers, fold)
    return Flow(
        tuple(link for link in chain if link not in reached),
        tuple(link for link in chain if link in reached and link.number not in busy),
        bool(granted),
        () if unproved is None else seen.witness(unproved),
        frozenset(end.verdict.code for end in seen.ends if end.verdict.mood is not Mood.GRANTED),
    )


def flow_of(service: Service, primitive: Primitive) -> Flow | None:
    """Return what runs of a chain of a service can come to; `None` if that is too much to look at.

    It is worked out once for all services with the same lines: the links are like those of the
    service, with the same numbers and places, and may be others.
    """
    facility = FACILITY_OF[primitive]
    return service.results.made(
        f"flow {primitive.name}",
        facility,
        lambda: _flow_or_none(service.chains[facility], primitive, service.declarations),
    )


def _flow_or_none(chain: Chain, primitive: Primitive, declarations: Declarations) -> Flow | None:
    try:
        return flow(chain, primitive, declarations)
    except TooMany:
        return None


def _busy(
    chain: Chain, seen: Exploration, known: Mapping[Link, tuple[Outcome, ...]], fold: Fold
) -> frozenset[int]:
    """Return the numbers of the links that change something on some run."""
    last: set[int] = set()
    by_number: dict[int, Link] = {}
    _sort(chain.links, last, by_number)
    found: set[int] = set()
    for point in seen.came_from:
        if isinstance(point, End) or point.number in found:
            continue
        link = by_number[point.number]
        for outcome in known[link]:
            action = link.actions[outcome.code]
            if action > 0:
                found.add(point.number)
                break
            entry, noted = point.entries[-1], point.noted
            after, ends = step(point.verdict, action, outcome.code, entry, fold=fold, noted=noted)
            told_later = noted is None and notes(point.verdict, action, fold)
            if after != point.verdict or told_later or (ends and point.number not in last):
                found.add(point.number)
                break
    return frozenset(found)


def _sort(links: tuple[Link | Substack, ...], last: set[int], by_number: dict[int, Link]) -> None:
    """Note each link by its number, and which of them end their chain or substack."""
    for at, link in enumerate(links):
        if isinstance(link, Substack):
            _sort(link.links, last, by_number)
        else:
            by_number[link.number] = link
            if at == len(links) - 1:
                last.add(link.number)


def answers(link: Link, primitive: Primitive, declarations: Declarations) -> tuple[int, ...]:
    """Return the codes that a link can answer; every code, if nobody knows its module."""
    if link.refusal:
        return (_C.PERM_DENIED,)
    declaration = declarations(link.module)
    if declaration is None:
        return tuple(range(CODE_COUNT))
    options = read_options(declaration.options, link.args)[0]
    stated = declaration.answers.get(primitive, frozenset())
    if not stated:
        return (_C.MODULE_UNKNOWN,)  # it has no function for this
    for fact, codes in _FIXED:
        if declaration.fact(fact.name, options):
            return codes if codes else tuple(sorted(stated - {_C.SUCCESS}))
    return tuple(sorted(stated))


_FIXED: tuple[tuple[Any, tuple[int, ...]], ...] = (
    (ALWAYS_SUCCEEDS, (_C.SUCCESS,)),
    (ALWAYS_IGNORED, (_C.IGNORE,)),
    (ALWAYS_FAILS, ()),
)
"""Facts of modules that answer one code only, whatever they state; none: not success."""


def _different(link: Link, codes: tuple[int, ...]) -> tuple[int, ...]:
    """Return one code for each difference that the line makes."""
    found: dict[tuple[int, int], int] = {}
    for code in codes:
        found.setdefault((link.actions[code], code if code in _KINDS else -1), code)
    return tuple(found.values())


def _proves(link: Link, declarations: Declarations) -> bool:
    """Whether success of a link proves something; a module nobody knows is taken to."""
    if link.refusal:
        return False
    declaration = declarations(link.module)
    if declaration is None:
        return True
    options = read_options(declaration.options, link.args)[0]
    return any(declaration.fact(fact.name, options) for fact in _PROOFS)
