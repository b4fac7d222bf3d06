"""A chain of one family as a chain of another that grants exactly when the first does.

New lines are tried from data: the same word, then others; or the table of actions in brackets that
does the same.  Where that is not enough a line is added, and for Linux-PAM the chain is written out
as what it is, an automaton, with jumps.  What was found is proved afterwards (`translate_runs`)
for every answer that modules may give; what is not is refused, with a run that shows why.
"""

from __future__ import annotations

from pamkit.analysis.translate_answers import ANY
from pamkit.analysis.translate_basis import basis_of
from pamkit.analysis.translate_jumps import with_jumps
from pamkit.analysis.translate_lines import DENY, PERMIT, Put, added, kept_lines, nearest_lines
from pamkit.analysis.translate_runs import (
    FOLLOWING,
    GRANTS,
    PASSES,
    Kind,
    Side,
    TooMany,
    differing,
    following_partings,
    partings,
    side_of,
)
from pamkit.analysis.translate_search import FEW, searched
from pamkit.policy.chain import Chain, Link, Substack
from pamkit.policy.dialect import rules_of
from pamkit.vocab.diagnostic import shown
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.translate_answers import Answers, Known
    from pamkit.analysis.translate_basis import Rest
    from pamkit.analysis.translate_runs import Parting, Pass
    from pamkit.policy.dialect import Dialect
    from pamkit.vocab.facility import Primitive


class Witness(Record, eq=False):
    """A run that shows why lines do not mean what the old ones do; ``lines`` are those."""

    lines: tuple[Put, ...]
    parting: Parting


class Translated(Record, eq=False):
    """What became of a chain.

    ``lines`` are the new ones; `None`: refused, and ``why`` says why, or ``witness`` shows it:
    a run with the nearest lines there are.  ``notes`` are where old and new part although both
    grant alike: in the code, in who is asked, and in setcred and close_session.  ``unsaid`` is what
    was not compared so far, there is too much of it.  ``rests`` are answers that modules are
    taken never to give: with them, old and new need not grant alike.  ``lacking`` are lines whose
    module has no function there for what follows.
    """

    lines: tuple[Put, ...] | None
    witness: Witness | None = None
    why: str = ""
    notes: tuple[Parting, ...] = ()
    unsaid: tuple[Pass, ...] = ()
    rests: tuple[Rest, ...] = ()
    lacking: tuple[tuple[int, Primitive], ...] = ()

    @property
    def loses_change(self) -> bool:
        """Whether only one of them says that the password must be changed."""
        return any(note.kind is Kind.MUST_CHANGE for note in self.notes)


_CODES = (Kind.MUST_CHANGE, Kind.CODE)


def translated(
    chain: Chain,
    source: Dialect,
    target: Dialect,
    *,
    answers: Answers = ANY,
    with_codes: bool = False,
    every_call: bool = False,
) -> Translated:
    """Return a chain in another dialect.

    ``answers``: what its modules may answer; only runs of such answers are looked at.  With
    ``with_codes`` a refusal must have the same code, too; with ``every_call`` setcred and
    close_session must be granted alike, after what came before them was.
    """
    broken = next((link for link in chain if link.refusal), None)
    if broken is not None:
        return Translated(None, why=f"line {broken.span.line} is wrong: {broken.refusal}")
    if not chain.links:
        # A facility without lines refuses, or is filled by `other`; it must not become a yes.
        return Translated((added(DENY, target),))
    task = _Task(side_of(chain, source), target, answers, with_codes, every_call)
    lacks = task.lacking(needed=True)
    if lacks:
        number, primitive = lacks[0]
        return Translated(None, why=_no_function(answers.lines[number], primitive, target))
    tried = list(task.candidates(answers))
    found = task.found(tried, answers)
    if found is None:
        return task.refused(tried)
    # Lines that need nothing to be known are better, but for those that hide what must be changed.
    plain = task.found(task.candidates(ANY, FEW), ANY) if found.rests else None
    return found if plain is None or plain.loses_change else plain


def _no_function(known: Known, primitive: Primitive, target: Dialect) -> str:
    module = shown(known.there)
    return f"`{module}` of {target.name} has no function for {primitive.name.lower()}"


class _Task(Record, eq=False):
    """A chain, where it goes, and what must be kept."""

    old: Side
    target: Dialect
    answers: Answers
    with_codes: bool
    every_call: bool

    def candidates(self, known: Answers, most: int | None = None) -> Iterator[tuple[Put, ...]]:
        """Yield lines that may mean the same, the plainest first; ``most`` as in `searched`."""
        old, target = self.old, self.target
        if not target.keywords and not old.dialect.keywords:
            if not any(isinstance(link, Substack) for link in old.chain.links):
                yield kept_lines(old.chain)
        else:
            found = searched(old, target, known, most)
            if found is not None:
                yield found
        yield nearest_lines(old.chain, target)
        if not target.keywords:
            found = with_jumps(old)
            if found is not None:
                yield found

    def found(self, tried: Iterable[tuple[Put, ...]], known: Answers) -> Translated | None:
        """Return the first lines that are proved for what modules may answer."""
        for lines in tried:
            if self.is_proved(lines, known):
                return self.done(lines)
        return None

    def is_proved(self, lines: tuple[Put, ...], known: Answers) -> bool:
        """Whether lines keep all that is insisted on, for all that modules may answer."""
        try:
            return self._insisted(lines, known) is None
        except TooMany:
            return False

    def done(self, lines: tuple[Put, ...]) -> Translated:
        """Return what is to be said of lines that were proved."""
        new = {put.origin: put.actions for put in lines}
        actions = {link.number: link.actions for link in self.old.chain}
        rests: tuple[Rest, ...] = ()
        if self.answers.lines and not self.is_proved(lines, ANY):
            rests = basis_of(
                self.answers,
                lambda known: self.is_proved(lines, known),
                lambda number: (actions[number], new.get(number, actions[number])),
            )
        facility = self.old.chain.facility
        notes: list[Parting] = []
        unsaid: list[Pass] = []
        # That they grant alike is proved; what else they part in may be more than can be looked at.
        try:
            notes += self._partings(lines, self.answers)
        except TooMany:
            unsaid += PASSES[facility]
        try:
            notes += self._following(lines, self.answers)
        except TooMany:
            unsaid.append(FOLLOWING[facility])
        return Translated(
            lines,
            notes=tuple(notes),
            unsaid=tuple(unsaid),
            rests=rests,
            lacking=self.lacking(needed=False),
        )

    def refused(self, tried: Iterable[tuple[Put, ...]]) -> Translated:
        """Return why there are no lines: a run that shows what the nearest ones do otherwise."""
        why = "there are too many runs to look at"
        nearest: Witness | None = None
        for lines in tried:
            try:
                parted = self._insisted(lines, self.answers)
            except TooMany as many:
                why = str(many) or why
                continue
            assert parted is not None  # noqa: S101  # it would have been taken
            if parted.kind in _CODES or parted.before:
                # Lines that grant alike, but for what is insisted on besides.
                return Translated(None, Witness(lines, parted))
            nearest = nearest or Witness(lines, parted)
        return Translated(None, nearest, "" if nearest is not None else why)

    def lacking(self, *, needed: bool) -> tuple[tuple[int, Primitive], ...]:
        """Return the lines whose module has no function there, for what is insisted on or else."""
        facility = self.old.chain.facility
        insisted = {which.primitive for which in PASSES[facility]}
        if self.every_call and facility in FOLLOWING:
            insisted.add(FOLLOWING[facility].primitive)
        return tuple(
            (number, primitive)
            for number, known in sorted(self.answers.lines.items())
            for primitive in sorted(known.lacking)
            if (primitive in insisted) is needed
        )

    def _insisted(self, lines: tuple[Put, ...], known: Answers) -> Parting | None:
        """Return a parting that must not be, or nothing; raises `TooMany`."""
        new = new_side(self.old, lines, self.target)
        for which in PASSES[self.old.chain.facility]:
            parted = differing(self.old, new, which, known)
            if parted is not None:
                return parted
        unwanted = (*GRANTS, *_CODES) if self.with_codes else GRANTS
        found = self._partings(lines, known) if self.with_codes else []
        found += self._following(lines, known) if self.every_call else []
        return next((each for each in found if each.kind in unwanted), None)

    def _partings(self, lines: tuple[Put, ...], known: Answers) -> list[Parting]:
        """Return where old and new part in what is asked of their facility."""
        new = new_side(self.old, lines, self.target)
        return [
            parting
            for which in PASSES[self.old.chain.facility]
            for _, parting in sorted(partings(self.old, new, which, known).items())
        ]

    def _following(self, lines: tuple[Put, ...], known: Answers) -> list[Parting]:
        """Return where they part in what follows a yes."""
        facility = self.old.chain.facility
        if facility not in FOLLOWING:
            return []
        (which,), then = PASSES[facility], FOLLOWING[facility]
        new = new_side(self.old, lines, self.target)
        try:
            found = following_partings(self.old, new, which, then, known)
        except TooMany:
            raise TooMany(f"there are too many runs of {then.words} to look at") from None
        return [parting for _, parting in sorted(found.items())]


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
