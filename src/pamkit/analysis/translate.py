"""A chain of one family as a chain of another that grants exactly when the first does.

New lines are tried from data: the same word, then others; or the table of actions in brackets that
does the same.  Where that is not enough a line is added, and for Linux-PAM the chain is written out
as what it is, an automaton, with jumps.  What was found is proved afterwards (`translate_runs`)
for every answer that modules could give; what is not is refused, with a run that shows why.
"""

from __future__ import annotations

from pamkit.analysis.translate_jumps import with_jumps
from pamkit.analysis.translate_lines import DENY, PERMIT, Put, added, kept_lines, nearest_lines
from pamkit.analysis.translate_runs import (
    FOLLOWING,
    PASSES,
    Kind,
    Side,
    TooMany,
    following_partings,
    partings,
    side_of,
)
from pamkit.analysis.translate_search import searched
from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.dialect import rules_of
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.translate_runs import Parting
    from pamkit.policy.dialect import Dialect


class Witness(Record, eq=False):
    """A run that shows why lines do not mean what the old ones do; ``lines`` are those."""

    lines: tuple[Put, ...]
    parting: Parting


class Translated(Record, eq=False):
    """What became of a chain.

    ``lines`` are the new ones; `None`: refused, and ``why`` says why, or ``witness`` shows it:
    a run with the nearest lines there are.  ``notes`` are where old and new part although both
    grant alike: in the code, in who is asked, and in setcred and close_session.
    """

    lines: tuple[Put, ...] | None
    witness: Witness | None = None
    why: str = ""
    notes: tuple[Parting, ...] = ()


_REFUSED = (Kind.LOOSER, Kind.STRICTER, Kind.NO_UPDATE)
_CODES = (Kind.MUST_CHANGE, Kind.CODE)


def translated(
    chain: Chain,
    source: Dialect,
    target: Dialect,
    *,
    with_codes: bool = False,
    every_call: bool = False,
) -> Translated:
    """Return a chain in another dialect.

    With ``with_codes`` a refusal must have the same code, too; with ``every_call`` setcred and
    close_session must be granted alike, after what came before them was.
    """
    broken = next((link for link in chain if link.refusal), None)
    if broken is not None:
        return Translated(None, why=f"line {broken.span.line} is wrong: {broken.refusal}")
    old = side_of(chain, source)
    if not chain.links:
        # A facility without lines refuses, or is filled by `other`; it must not become a yes.
        return Translated((added(DENY, target),))
    try:
        for lines in _candidates(old, target):
            found = _proved(old, lines, target)
            if any(each.kind in _REFUSED for each in found):
                continue
            return _judged(old, lines, target, found, with_codes, every_call)
        lines = nearest_lines(chain, target)
        found = _proved(old, lines, target)
    except TooMany:
        return Translated(None, why="there are too many runs to look at")
    shown = next((each for each in found if each.kind in _REFUSED), None)
    if shown is None:
        return Translated(None, why="no lines that mean the same were found")
    return Translated(None, Witness(lines, shown))


def new_side(old: Side, lines: tuple[Put, ...], target: Dialect) -> Side:
    """Return new lines as a chain of the target."""
    spans = {link.number: link.span for link in old.chain}
    first = next(iter(spans.values()))
    links = tuple(
        Link(
            number,
            put.module,
            put.args,
            put.actions,
            put.control,
            first if put.origin is None else spans[put.origin],
        )
        for number, put in enumerate(lines)
    )
    chain = Chain(old.chain.facility, old.chain.origin, links, rules_of(target, frozenset()))
    origins = tuple(put.origin for put in lines)
    return Side(chain, target, origins, tuple(put.module == PERMIT.module for put in lines))


def _candidates(old: Side, target: Dialect) -> Iterator[tuple[Put, ...]]:
    """Yield lines that may mean the same, the plainest first."""
    if not target.keywords and not old.dialect.keywords:
        if not any(isinstance(link, Substack) for link in old.chain.links):
            yield kept_lines(old.chain)
    else:
        found = searched(old, target)
        if found is not None:
            yield found
    if not target.keywords:
        found = with_jumps(old)
        if found is not None:
            yield found


def _proved(old: Side, lines: tuple[Put, ...], target: Dialect) -> list[Parting]:
    """Return where old and new part in what is asked of their facility."""
    new = new_side(old, lines, target)
    return [
        parting
        for which in PASSES[old.chain.facility]
        for _, parting in sorted(partings(old, new, which).items())
    ]


def _judged(
    old: Side,
    lines: tuple[Put, ...],
    target: Dialect,
    found: list[Parting],
    with_codes: bool,
    every_call: bool,
) -> Translated:
    """Return what becomes of lines that grant alike."""
    facility = old.chain.facility
    if facility in FOLLOWING:
        (which,) = PASSES[facility]
        then = FOLLOWING[facility]
        try:
            after = following_partings(old, new_side(old, lines, target), which, then)
        except TooMany:
            if every_call:
                return Translated(None, why=f"there are too many runs of {then.words} to look at")
            after = {}
        found = [*found, *(parting for _, parting in sorted(after.items()))]
    insisted = (
        *(each for each in found if with_codes and each.kind in _CODES),
        *(each for each in found if every_call and each.kind in _REFUSED),
    )
    if insisted:
        return Translated(None, Witness(lines, insisted[0]))
    return Translated(lines, notes=tuple(found))
