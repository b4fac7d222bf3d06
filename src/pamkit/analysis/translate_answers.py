"""What the modules of a chain may answer: each in its own family, and what stands for it elsewhere.

A code that neither of them ever answers need not be looked at.  A module of which nothing is known
may answer any.
"""

from __future__ import annotations

from pamkit.analysis.entry import read_options
from pamkit.analysis.translate_names import IDLE, bare_name, named
from pamkit.module.facts import ALWAYS_IGNORED, ALWAYS_SUCCEEDS
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.analysis.model import Declarations
    from pamkit.module.declaration import Declaration
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.dialect import Dialect
    from pamkit.vocab.facility import Facility, Primitive

    Codes = frozenset[int]


class Known(Record, eq=False):
    """What is known of the module of a line.

    ``may``: the codes that it or its counterpart may answer, for each primitive of which both say
    so; any where none are given.  ``lacking``: primitives for which the counterpart has no
    function.  ``here``, ``there``: the module and its counterpart as they are written;
    ``taken``: nothing is known of it there, and it is taken to be the same module.
    ``is_idle``: it does nothing but answer, as `pam_deny`.
    """

    here: str
    there: str
    may: Mapping[Primitive, Codes]
    lacking: frozenset[Primitive] = frozenset()
    taken: bool = False
    is_idle: bool = False


class Answers(Record, eq=False):
    """What the lines of a chain may answer, by number."""

    lines: Mapping[int, Known]

    def may(self, number: int, primitive: Primitive) -> Codes | None:
        """Return the codes that a line may answer; `None`: any."""
        known = self.lines.get(number)
        return None if known is None else known.may.get(primitive)

    def is_idle(self, number: int) -> bool:
        """Whether the module of a line does nothing but answer, and may be left out."""
        known = self.lines.get(number)
        return known is not None and known.is_idle

    def without(self, free: frozenset[int]) -> Answers:
        """Return the same, but that some lines may answer anything."""
        kept = {n: known for n, known in self.lines.items() if n not in free}
        return Answers(kept)

    def widened(self, number: int, primitive: Primitive, codes: Codes) -> Answers:
        """Return the same, but that a line may answer some codes besides."""
        known = self.lines[number]
        may = {**known.may, primitive: known.may[primitive] | codes}
        return Answers({**self.lines, number: known.changed(may=may)})


ANY = Answers({})
"""Nothing is known: every module may answer everything."""


def answers_of(
    chain: Chain, source: Dialect, target: Dialect, here: Declarations, there: Declarations
) -> Answers:
    """Return what the lines of a chain may answer.

    ``here`` and ``there`` are what modules of the source and of the target state.
    """
    found = {}
    for link in chain:
        written = named(link.module, chain.facility, source, target).written
        found[link.number] = _known(link, written, chain.facility, source, target, here, there)
    return Answers(found)


def _known(
    link: Link,
    written: str,
    facility: Facility,
    source: Dialect,
    target: Dialect,
    here: Declarations,
    there: Declarations,
) -> Known:
    old, new = here(link.module), there(written)
    # One that has the same name in both, and that nobody knows there, is the same module.
    same = bare_name(link.module, source) == bare_name(written, target)
    is_idle = old is not None and bare_name(link.module, source) in IDLE
    taken = new is None and old is not None and (same or is_idle)
    may = {}
    lacking = set()
    for primitive in _asked_of(facility):
        mine = _stated(old, primitive, link.args)
        theirs = _stated(old if taken else new, primitive, link.args)
        # What either of them may answer is looked at: the one that is asked there is the other.
        if mine and theirs:
            may[primitive] = mine | theirs
        if new is not None and not theirs:
            lacking.add(primitive)
    return Known(link.module, written, may, frozenset(lacking), taken, is_idle)


def _asked_of(facility: Facility) -> list[Primitive]:
    return [each for each, of in FACILITY_OF.items() if of is facility]


def _stated(declaration: Declaration | None, primitive: Primitive, args: tuple[str, ...]) -> Codes:
    """Return the codes that are stated; none: it has no function, or nobody knows."""
    if declaration is None:
        return frozenset()
    codes = frozenset(map(int, declaration.answers.get(primitive, ())))
    options = read_options(declaration.options, args)[0]
    for fact, only in _ALWAYS:
        if codes and declaration.fact(fact.name, options):
            return frozenset({int(only)})
    return codes


_ALWAYS = ((ALWAYS_SUCCEEDS, ReturnCode.SUCCESS), (ALWAYS_IGNORED, ReturnCode.IGNORE))
"""Facts that say more than a list of codes, for some options."""
