"""A claim about a policy proved, or broken by a run; see `analysis.claims`."""

from __future__ import annotations

from pamkit.analysis.claims import Quantity
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.lockstep import Call, explore_calls
from pamkit.analysis.model import ASSUMED, Model
from pamkit.vocab.facility import FACILITY_OF, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pamkit.analysis.claims import Claim
    from pamkit.analysis.explore import Choice, End
    from pamkit.analysis.lockstep import Lockstep
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain
    from pamkit.vocab.facility import Facility


class Result(Record):
    """What became of a claim.

    ``witness`` is a shortest run that shows it: one that breaks a claim about all runs, or one that
    bears out a claim about some; ``end`` is how it ends.  ``assumed`` are modules that nobody
    knows: the result rests on them.  ``unjudged`` is why the claim says nothing of this service
    (empty: it does).
    """

    claim: Claim
    holds: bool
    witness: tuple[Choice, ...]
    assumed: tuple[str, ...]
    end: End | None = None
    unjudged: str = ""


def verify_all(
    claims: Iterable[Claim], chains: Mapping[Facility, Chain], declarations: Declarations
) -> list[Result]:
    """Return what becomes of several claims about a service, as of each alone; raises `TooMany`."""
    made: dict[bool, Models] = {}
    return [verify(claim, chains, declarations, made) for claim in claims]


def verify(
    claim: Claim,
    chains: Mapping[Facility, Chain],
    declarations: Declarations,
    made: dict[bool, Models] | None = None,
) -> Result:
    """Return whether a claim holds of a service, with a run that shows it.

    ``made`` are the models of other claims about the same service.  Raises `TooMany` if there are
    more points than can be looked at.
    """
    if claim.beside_the_point is not None:
        why = claim.beside_the_point(chains, declarations)
        if why:
            return Result(claim, True, (), (), unjudged=why)
    made = {} if made is None else made
    models = made.setdefault(claim.healthy, Models(claim.healthy, chains, declarations))
    seen = _explored(claim, claim.given, chains, models)
    if claim.quantity is Quantity.ALIKE:
        other = _explored(claim, claim.other, chains, models)
        return _alike(claim, seen, other)
    end = next((end for end in seen.ends if claim.holds_of(end)), None)
    holds = (end is None) == (claim.quantity is Quantity.NEVER)
    if end is None:
        # A run that shows it leans on what it went through; that there is none leans on all.
        return Result(claim, holds, (), _assumed(seen.choices))
    return Result(claim, holds, *_shown(claim, seen, end), end)


def calls_of(claim: Claim) -> tuple[Call, ...]:
    """Return what a program asks for in the runs that a claim is about."""
    return claim.calls or (Call(claim.primitive),)


class Models:
    """What links may do, for each primitive that claims are about."""

    def __init__(
        self, healthy: bool, chains: Mapping[Facility, Chain], declarations: Declarations
    ) -> None:
        """Judge links by ``declarations``; ``healthy`` as in `analysis.model`."""
        self._healthy, self._chains, self._declarations = healthy, chains, declarations
        self._made: dict[tuple[Primitive, bool | None], Model] = {}

    def __call__(self, primitive: Primitive, update: bool | None) -> Model:
        """Return the model of a primitive, in a pass of chauthtok."""
        if (primitive, update) not in self._made:
            model = Model(
                self._declarations,
                primitive,
                healthy=self._healthy,
                special=TABLES,
                update=update,
            )
            _tell_of_twins(model, self._chains[FACILITY_OF[primitive]])
            self._made[primitive, update] = model
        return self._made[primitive, update]


def _tell_of_twins(model: Model, chain: Chain) -> None:
    """Tell a model of lines with the same words: they answer alike."""
    tables: dict[tuple[str, ...], tuple[tuple[int, ...], ...]] = {}
    for link in chain:
        words = (link.module, *link.args, link.refusal)
        tables[words] = (*tables.get(words, ()), link.actions)
    twins = {words: actions for words, actions in tables.items() if len(actions) > 1}
    model.beside, model.twice = twins, frozenset(twins)


def _explored(
    claim: Claim,
    day: tuple[tuple[str, str], ...],
    chains: Mapping[Facility, Chain],
    models: Models,
) -> Lockstep:
    return explore_calls(calls_of(claim), chains, models, claim.watch, frozenset(day))


def _shown(claim: Claim, seen: Lockstep, end: End) -> tuple[tuple[Choice, ...], tuple[str, ...]]:
    """Return the run that a claim shows, in the order of the calls, and what it rests on."""
    run = seen.witness(end)
    wanted = claim.shown
    shown = [choice for choice in run if wanted is None or choice.walk == wanted]
    # What follows a call is asked when the call has been answered.
    first = tuple(choice for choice in shown if not _is_behind(choice, wanted))
    last = tuple(choice for choice in shown if _is_behind(choice, wanted))
    return (*first, *_once(last)), _assumed(run)


def _is_behind(choice: Choice, wanted: int | None) -> bool:
    return choice.walk > 0 and wanted is None


def _once(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Return the answers of the walks that follow, each link once."""
    return tuple({choice.link: choice for choice in choices}.values())


def _assumed(choices: Iterable[Choice]) -> tuple[str, ...]:
    marks = {mark for choice in choices for mark in choice.outcome.marks}
    return tuple(sorted(m.removeprefix(f"{ASSUMED} ") for m in marks if m.startswith(ASSUMED)))


def _alike(claim: Claim, one: Lockstep, other: Lockstep) -> Result:
    """Judge whether the same is seen of the runs of two days; a run that only one of them has."""
    for here, there in ((one, other), (other, one)):
        known = {end.marks for end in there.ends if claim.holds_of(end)}
        odd = (end for end in here.ends if claim.holds_of(end) and end.marks not in known)
        end = next(odd, None)
        if end is not None:
            return Result(claim, False, *_shown(claim, here, end), end)
    return Result(claim, True, (), _assumed((*one.choices, *other.choices)))
