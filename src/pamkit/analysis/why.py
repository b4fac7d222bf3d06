"""Why a run ended as it did: the line that decided, and what would have changed it."""

from __future__ import annotations

from pamkit.analysis.counterfactual import Otherwise, otherwise
from pamkit.analysis.deciding import turning_point
from pamkit.analysis.fading import fading
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.semantics.fold import fold_of
from pamkit.semantics.table import LINUX_FOLD
from pamkit.vocab.facility import REPLAYS
from pamkit.vocab.flags import Flag
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link
    from pamkit.semantics.trace import Run, Step


class Why(Record, eq=False):
    """A run with its reasons.

    ``decided`` is the step behind which no answer changes whether it is granted, as long as every
    module can do its work; `None` if there was nothing to decide.  ``otherwise`` is the nearest run
    that ends otherwise, ``needs`` the steps of it whose lines were not asked and must answer so;
    `None` if there is none.  Both are left out for a call that follows the path of an earlier one.
    """

    run: Run
    decided: Step | None
    otherwise: Otherwise | None
    needs: tuple[Choice, ...] = ()
    follows: bool = False
    """Whether it follows the path of an earlier call, and decides nothing itself."""


def why(run: Run, chain: Chain, declarations: Declarations) -> Why:
    """Return why a run through a chain ended as it did; raises `TooMany`.

    Raises `ValueError` if it is no run through it.
    """
    fold = fold_of(chain.rules, run.primitive, update=bool(run.flags & Flag.UPDATE_AUTHTOK))
    if run.replayed or (run.primitive in REPLAYS and fold is LINUX_FOLD):
        return Why(run, run.deciding, None, follows=True)
    links = chain.links
    good = Model(declarations, run.primitive, healthy=True, special=TABLES)

    def codes(link: Link) -> tuple[int, ...]:
        return tuple(row.code for row in good.rows(link))

    answers = {step.link.number: step.answer for step in run.steps}
    link = turning_point(links, answers, codes, fold)
    decided = next(
        (s for s in run.steps if link is not None and s.link.number == link.number), None
    )
    # What happens on an ordinary day is nearer than what may happen on a bad one.
    any_day = Model(declarations, run.primitive, special=TABLES)
    found = otherwise(links, answers, good, keep=fading(chain, good), fold=fold) or otherwise(
        links, answers, any_day, keep=fading(chain, any_day), fold=fold
    )
    if found is None:
        return Why(run, decided, None)
    there = {choice.link.number: choice.outcome.code for choice in found.run}
    last = turning_point(links, there, codes, fold)
    # Behind the line that decides there nothing has to be supposed.
    needs = tuple(
        choice
        for choice in found.supposed
        if last is not None
        and choice.link.number <= last.number
        and len(good.rows(choice.link)) > 1
    )
    return Why(run, decided, found, needs)
