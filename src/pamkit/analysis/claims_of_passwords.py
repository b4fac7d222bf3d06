"""Claims about changes of passwords: two passes, an old password checked, a new one judged.

The second pass is walked as libpam walks it: a module may store although its check never ran
(the quirk `update-unchecked`; without it pamkit refuses that by itself).
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER
from pamkit.analysis.claims import Claim, Quantity, is_granted, note_what_it_says
from pamkit.analysis.lockstep import Call
from pamkit.analysis.model import CHECKED, JUDGED, STORED, Model
from pamkit.module.facts import ASKS_NEW_SECRET, CHANGES_SECRET, JUDGES_SECRET
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pamkit.analysis.claims import BesideThePoint
    from pamkit.analysis.explore import End
    from pamkit.analysis.lockstep import Marks, Seen
    from pamkit.analysis.model import Declarations, Subject
    from pamkit.policy.chain import Chain

_CHANGE = (Call(Primitive.CHAUTHTOK, update=False), Call(Primitive.CHAUTHTOK, update=True))
_NOT_ROOT = ((CALLER, "other"),)
_HISTORY = "pam_pwhistory"
_RECALLED = "history asked"
_UNCHECKED = "stored unchecked"
_TAKEN_AWAY = "taken away"
_UNJUDGED = "stored unjudged"
_UNRECALLED = "stored without the history"


def _note_links(marks: Marks, seen: Seen) -> Marks:
    """Mark which lines that store the first pass went through, and which stored without it."""
    if not seen.subject.states(CHANGES_SECRET):
        return marks
    name = f"asked {seen.link.number}"
    if not seen.call.update:
        return marks | {name}
    is_odd = STORED in seen.outcome.marks and name not in marks
    return marks | {_UNCHECKED} if is_odd else marks


def _note_judges(marks: Marks, seen: Seen) -> Marks:
    """Mark who has judged the new password by the time it is stored."""
    if not seen.call.update or seen.link.refusal:
        return marks
    subject = seen.subject
    if _judges(subject) or _remembers(subject):
        name = _RECALLED if _remembers(subject) else JUDGED
        if seen.outcome.code == ReturnCode.SUCCESS:
            return marks | {name}
        # C: a judge that says no takes the new password away.
        return (marks - {JUDGED, _RECALLED}) | {_TAKEN_AWAY}
    if STORED not in seen.outcome.marks or not _has_something_to_store(marks, subject):
        return marks
    odd = {_UNJUDGED} if JUDGED not in marks and not _judges_on_its_own(subject) else set()
    return marks | odd | ({_UNRECALLED} if _RECALLED not in marks else set())


def _has_something_to_store(marks: Marks, subject: Subject) -> bool:
    """Whether there is a new password: one that was taken away has to be asked for again."""
    return _TAKEN_AWAY not in marks or subject.states(ASKS_NEW_SECRET)


def _judges_on_its_own(subject: Subject) -> bool:
    """Whether a store has rules that it does not leave to others; pam_unix has the weakest."""
    return subject.states(JUDGES_SECRET) and subject.name != "pam_unix"


def _speaks_of(test: Callable[[Subject], bool], otherwise: str) -> BesideThePoint:
    """Return why a claim says nothing of a service without a line of which a test is true."""

    def why(chains: Mapping[Facility, Chain], declarations: Declarations) -> str:
        model = Model(declarations, Primitive.CHAUTHTOK)
        links = (link for link in chains[Facility.PASSWORD] if not link.refusal)
        return "" if any(test(model.subject(link)) for link in links) else otherwise

    return why


def _stores(subject: Subject) -> bool:
    return subject.states(CHANGES_SECRET)


def _judges(subject: Subject) -> bool:
    return subject.states(JUDGES_SECRET) and not _stores(subject) and not _remembers(subject)


def _remembers(subject: Subject) -> bool:
    return subject.name == _HISTORY


def _has(mark: str) -> Callable[[End], bool]:
    """Return whether a run went so, whatever the program was told in the end."""
    return lambda end: mark in end.marks


PASSES_AGREE = Claim(
    "passes-agree",
    "no module stores a new password whose check in the first pass never ran",
    Primitive.CHAUTHTOK,
    Quantity.NEVER,
    _has(_UNCHECKED),
    healthy=True,
    calls=_CHANGE,
    watch=_note_links,
    beside_the_point=_speaks_of(_stores, "no line of `password` stores one"),
)

OLD_PASSWORD_IS_CHECKED = Claim(
    "old-password-is-checked",
    "nobody but root changes a password without a module that has checked the old one",
    Primitive.CHAUTHTOK,
    Quantity.NEVER,
    lambda end: is_granted(end) and STORED in end.marks and CHECKED not in end.marks,
    _NOT_ROOT,
    healthy=True,
    calls=_CHANGE,
    watch=note_what_it_says,
    beside_the_point=_speaks_of(_stores, "no line of `password` stores one"),
)

NEW_PASSWORD_IS_JUDGED = Claim(
    "new-password-is-judged",
    "nobody but root stores a new password that no module found good enough",
    Primitive.CHAUTHTOK,
    Quantity.NEVER,
    _has(_UNJUDGED),
    _NOT_ROOT,
    healthy=True,
    calls=_CHANGE,
    watch=_note_judges,
    beside_the_point=_speaks_of(_judges, "no line of `password` judges new passwords"),
)

HISTORY_IS_ASKED = Claim(
    "history-is-asked",
    "nobody but root stores a new password that was not looked up in the history",
    Primitive.CHAUTHTOK,
    Quantity.NEVER,
    _has(_UNRECALLED),
    _NOT_ROOT,
    healthy=True,
    calls=_CHANGE,
    watch=_note_judges,
    beside_the_point=_speaks_of(_remembers, "no line of `password` keeps a history"),
)
