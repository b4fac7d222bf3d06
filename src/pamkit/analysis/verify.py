"""A claim about a policy proved, or broken by a run; see `analysis.claims`."""

from __future__ import annotations

from pamkit.analysis.claims import Quantity, succeeded
from pamkit.analysis.explore import Outcome, explore
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, Model
from pamkit.policy.chain import Link
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import FACILITY_OF
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.explore import Choice, Known
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility


class Result(Record):
    """What became of a claim.

    ``witness`` is a shortest run that shows it: one that breaks a claim about all runs, or one that
    bears out a claim about some.  ``assumed`` are modules that nobody knows: the result rests on
    them.
    """

    claim: Claim
    holds: bool
    witness: tuple[Choice, ...]
    assumed: tuple[str, ...]


def verify(claim: Claim, chains: Mapping[Facility, Chain], declarations: Declarations) -> Result:
    """Return whether a claim holds of a service, with a run that shows it.

    Raises `TooMany` if there are more points than can be looked at.
    """
    links = chains[FACILITY_OF[claim.primitive]].links
    model = Model(declarations, claim.primitive, healthy=claim.healthy, special=TABLES)
    seen = explore(
        links,
        lambda link, known: _marked(model, link, known),
        known=frozenset(claim.given),
        keep=_Keeping(chains[FACILITY_OF[claim.primitive]], model),
    )
    end = next((end for end in seen.ends if claim.holds_of(end)), None)
    witness = () if end is None else seen.witness(end)
    holds = (end is None) == (claim.quantity is Quantity.NEVER)
    # A run that shows it leans on what it went through; that there is none leans on all.
    marks = {mark for found in seen.ends for mark in found.marks} if end is None else end.marks
    assumed = sorted(m.removeprefix(f"{ASSUMED} ") for m in marks if m.startswith(ASSUMED))
    return Result(claim, holds, witness, tuple(assumed))


def _marked(model: Model, link: Link, known: Known) -> Iterator[Outcome]:
    """Yield the outcomes of a link, with the mark of its module where it succeeds."""
    for outcome in model(link, known):
        if outcome.code == ReturnCode.SUCCESS and not link.refusal:
            mark = succeeded(model.subject(link).name)
            yield outcome.changed(marks=(*outcome.marks, mark))
        else:
            yield outcome


class _Keeping:
    """Whether a circumstance still matters at a link: some line from there on hangs on it."""

    def __init__(self, chain: Chain, model: Model) -> None:
        self._last: dict[str, int] = {}
        for link in chain:
            for name in model.names(link):
                self._last[name] = max(link.number, self._last.get(name, 0))

    def __call__(self, link: Link | None, name: str) -> bool:
        return link is not None and self._last.get(name, -1) >= link.number
