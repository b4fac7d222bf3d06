"""Where the answers of a line lead: on to which line, out of which substack, or to the end."""

from __future__ import annotations

from pamkit.analysis.model import TOLD_APART
from pamkit.policy.chain import Link, Substack
from pamkit.policy.control import SETTLE, Action
from pamkit.semantics.table import LINUX_FOLD
from pamkit.semantics.verdict import START
from pamkit.semantics.walk import Cursor, Frame, decide, land
from pamkit.vocab.codes import CODE_COUNT, ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pamkit.analysis.model import Model
    from pamkit.policy.chain import Chain
    from pamkit.semantics.table import Fold
    from pamkit.semantics.walk import Links
    from pamkit.vocab.facility import Primitive


class Lead(Record):
    """Answers that do the same: their codes, the action, and the line that is asked next.

    ``to`` is `None` at the end.  ``overruns``: a jump goes past the end, which refuses.
    """

    codes: tuple[int, ...]
    action: int
    to: Link | None
    overruns: bool = False


class Rung(Record, eq=False):
    """A line in its place: the substacks it lies in, and where its answers lead.

    ``behind`` is the line that is asked after it if nothing jumps or ends, ``after`` the one after
    its substack; `None` at the end.  ``after_no``: a line above can have said no.
    """

    link: Link
    inside: tuple[Substack, ...]
    leads: tuple[Lead, ...]
    behind: Link | None
    after: Link | None
    after_no: bool


def rungs(
    chain: Chain, codes: Callable[[Link], Iterable[int]], fold: Fold = LINUX_FOLD
) -> tuple[Rung, ...]:
    """Return all lines of a chain in order; ``codes`` says what each can answer.

    ``fold`` is that of the chain's family (`semantics.fold`).
    """
    found: list[Rung] = []
    may_be_denied = False
    for rung in _rungs(chain.links, (), (), codes, fold):
        found.append(rung.changed(after_no=may_be_denied))
        may_be_denied |= any(lead.action in (Action.BAD, Action.DIE) for lead in rung.leads)
    return tuple(found)


def codes_of(model: Model, primitive: Primitive, link: Link) -> tuple[int, ...]:
    """Return what a line can answer, in numbers: `Model.rows` has one code for all that are alike.

    The codes of modules that nobody knows are all there are.
    """
    rows = model.rows(link)
    declaration = model.subject(link).declaration
    if link.refusal:
        return tuple(row.code for row in rows)
    stated: Iterable[int] = range(CODE_COUNT)
    if declaration is not None:
        stated = declaration.answers.get(primitive, ())
    answered = {row.code for row in rows}
    actions = {link.actions[row.code] for row in rows if row.code not in TOLD_APART}
    alike = {code for code in stated if code not in TOLD_APART and link.actions[code] in actions}
    return tuple(sorted(answered | alike))


def _rungs(
    links: Links,
    above: tuple[Frame, ...],
    inside: tuple[Substack, ...],
    codes: Callable[[Link], Iterable[int]],
    fold: Fold,
) -> Iterator[Rung]:
    for at, link in enumerate(links):
        frame = Frame(links, at, START)
        if isinstance(link, Substack):
            behind = frame.changed(at=at + 1)
            yield from _rungs(link.links, (*above, behind), (*inside, link), codes, fold)
            continue
        cursor = Cursor((*above, frame), fold.start, fold)
        leads = tuple(_leads(cursor, codes(link)))
        behind_it, after = _at(cursor, at + 1), _at(cursor, len(links))
        yield Rung(link, inside, leads, behind_it, after, False)


def _leads(cursor: Cursor, codes: Iterable[int]) -> Iterator[Lead]:
    groups: dict[tuple[int, bool], list[int]] = {}
    for code in codes:
        action = cursor.link.actions[code]
        # Only success is a plain yes.
        is_plain = action not in (Action.OK, Action.DONE, SETTLE) or code == ReturnCode.SUCCESS
        groups.setdefault((action, is_plain), []).append(code)
    room = len(cursor.frames[-1].links) - cursor.frames[-1].at - 1
    for (action, _), alike in groups.items():
        _, at = decide(cursor, alike[0])
        yield Lead(tuple(alike), action, _at(cursor, at), action > room)


def _at(cursor: Cursor, at: int) -> Link | None:
    """Return the line that is asked from a position of the innermost chain."""
    there = land(cursor, START, at)
    return there.link if isinstance(there, Cursor) else None
