"""Who is let by: for each kind of user the fewest things that have to be so, and a shortest run.

What has to be so are the lines that must answer success because of who asks, with what, on what
kind of day, and those that would say no on another; what lines answer to everybody is left out.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import USER, VALUES
from pamkit.analysis.explore import NOTHING, End, explore
from pamkit.analysis.fading import fading
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import ASSUMED, BLANK, TRUSTED, Model
from pamkit.module.facts import (
    CHECKS_ACCOUNT,
    CHECKS_CONDITION,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
from pamkit.policy.control import Action
from pamkit.semantics.fold import fold_of
from pamkit.semantics.verdict import Mood
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.explore import Choice, Exploration, Known, Outcome
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link

_TELLING = (
    CHECKS_ACCOUNT,
    CHECKS_CONDITION,
    PROVES_IDENTITY,
    PROVES_POSSESSION,
    PROVES_TRAIT,
)
"""Facts of modules whose success says something of who asks."""

_NO = (Action.BAD, Action.DIE)

_JUDGING = (Primitive.AUTHENTICATE, Primitive.ACCT_MGMT)
"""The calls that ask who somebody is; the others do something for whom they have."""


class Way(Record):
    """A shortest run that is granted, and the steps of it on which that hangs.

    ``usual``: it is so on a day on which every module can do its work.  ``blank`` and ``trusted``:
    an empty password was enough, or that root runs the program.  ``assumed`` are modules on it of
    which nothing is known.
    """

    run: tuple[Choice, ...]
    telling: tuple[Choice, ...]
    usual: bool
    blank: bool
    trusted: bool
    assumed: tuple[str, ...]


class Granted(Record):
    """Kinds of users, and the ways in which they are let by; no way: they are not."""

    users: tuple[str, ...]
    ways: tuple[Way, ...]


class Summary(Record):
    """What is to be said of a whole chain.

    ``refusing`` are the lines that can refuse at once, ``denying`` those that can say no and go on,
    ``unreached`` those that no run asks.
    """

    granted: tuple[Granted, ...]
    refusing: tuple[Link, ...]
    denying: tuple[Link, ...]
    unreached: tuple[Link, ...]


def summary(chain: Chain, primitive: Primitive, declarations: Declarations) -> Summary:
    """Return who is let by, and which lines refuse or are never asked; raises `TooMany`."""
    good = Model(declarations, primitive, healthy=True, special=TABLES)
    any_day = Model(declarations, primitive, special=TABLES)
    # One without what is known: of what may happen, everything.
    fold = fold_of(chain.rules, primitive)
    asked = _asked(explore(chain.links, any_day, keep=fading(chain, any_day), fold=fold))
    reached = [link for link in chain if link.number in asked]
    refusing = tuple(link for link in reached if _can_do(any_day, link, Action.DIE))
    denying = (link for link in reached if _can_do(any_day, link, Action.BAD))
    return Summary(
        tuple(_granted(chain, primitive, (good, any_day))),
        refusing,
        tuple(link for link in denying if link not in refusing),
        tuple(link for link in chain if link.number not in asked),
    )


def _asked(seen: Exploration) -> frozenset[int]:
    return frozenset(point.number for point in seen.came_from if not isinstance(point, End))


def _can_do(model: Model, link: Link, action: Action) -> bool:
    return any(link.actions[row.code] == action for row in model.rows(link))


def _granted(chain: Chain, primitive: Primitive, models: tuple[Model, Model]) -> Iterator[Granted]:
    """Yield kinds of users that are let by alike, as one."""
    names = {name for model in models for link in chain for name in model.names(link)}
    kinds = VALUES[USER] if USER in names else VALUES[USER][:1]
    groups: dict[object, tuple[list[str], tuple[Way, ...]]] = {}
    # A local user first: the run of a group is that of its most ordinary member.
    for user in sorted(kinds, key=lambda kind: kind != "local"):
        ways = tuple(_ways(chain, primitive, models, user))
        what = frozenset((_numbers(way.telling), way.usual, way.blank, way.trusted) for way in ways)
        groups.setdefault(what, ([], ways))[0].append(user)
    for users, ways in groups.values():
        found = VALUES[USER] if len(users) == len(kinds) else tuple(users)
        yield Granted(tuple(kind for kind in VALUES[USER] if kind in found), ways)


def _numbers(telling: Iterable[Choice]) -> frozenset[int]:
    return frozenset(choice.link.number for choice in telling)


def _ways(
    chain: Chain, primitive: Primitive, models: tuple[Model, Model], user: str
) -> Iterator[Way]:
    """Yield the ways of a kind of user of which no other needs less."""
    taken: list[frozenset[str]] = []
    for model, usual in zip(models, (True, False), strict=True):
        telling = _Telling(chain, primitive, model)
        names = {name for link in chain for name in model.names(link)}
        known = frozenset({(USER, user)}) if USER in names else NOTHING
        fold = fold_of(chain.rules, primitive)
        seen = explore(chain.links, telling, known=known, keep=fading(chain, model), fold=fold)
        granted = [end for end in seen.ends if end.verdict.mood is Mood.GRANTED]
        # Fewest first, so that what needs more meets what needs less.
        for end in sorted(granted, key=lambda end: len(_needed(end))):
            needed = _needed(end)
            if any(less <= needed for less in taken):
                continue
            taken.append(needed)
            yield _way(seen, end, telling, usual=usual)


def _needed(end: End) -> frozenset[str]:
    return frozenset(mark for mark in end.marks if mark.startswith(_SAYS))


_SAYS = "says yes at "


def _mark(link: Link, outcome: Outcome) -> str:
    """Return the mark that a line said yes; to an empty password is another thing."""
    return f"{_SAYS}{link.number}{' to nothing' if BLANK in outcome.marks else ''}"


def _way(seen: Exploration, end: End, telling: _Telling, *, usual: bool) -> Way:
    run = seen.witness(end)
    return Way(
        run,
        tuple(filter(telling.matters, run)),
        usual,
        BLANK in end.marks,
        TRUSTED in end.marks,
        tuple(sorted(m.removeprefix(f"{ASSUMED} ") for m in end.marks if m.startswith(ASSUMED))),
    )


class _Telling:
    """A model whose lines mark that they said something of who asks."""

    def __init__(self, chain: Chain, primitive: Primitive, model: Model) -> None:
        self._model = model
        self._judges = primitive in _JUDGING
        self._links = {link for link in chain if self._judges and self._has_a_say(link)}

    def __call__(self, link: Link, known: Known) -> Iterator[Outcome]:
        for outcome in self._model(link, known):
            if self.tells(link, outcome):
                yield outcome.changed(marks=(*outcome.marks, _mark(link, outcome)))
            else:
                yield outcome

    def tells(self, link: Link, outcome: Outcome) -> bool:
        """Whether an outcome of a line says something of who asks."""
        if outcome.code != ReturnCode.SUCCESS or link not in self._links:
            return False
        # What hangs on nothing but who it is says nothing more of them.
        return not outcome.settles or any(name != USER for name, _ in outcome.settles)

    def matters(self, choice: Choice) -> bool:
        """Whether a step says something of who asks, or had to be so lest its line say no."""
        link, outcome = choice.link, choice.outcome
        if self.tells(link, outcome):
            return True
        is_settled = any(name != USER for name, _ in outcome.settles)
        return self._judges and is_settled and any(_can_do(self._model, link, no) for no in _NO)

    def _has_a_say(self, link: Link) -> bool:
        subject = self._model.subject(link)
        if link.refusal or len(self._model.rows(link)) < 2:
            return False
        is_known = subject.declaration is not None
        stated = any(subject.states(fact) for fact in _TELLING)
        return not is_known or stated or self._model.has_table(subject)
