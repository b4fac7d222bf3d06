"""What the answers of a line do, in words for people who are afraid of the file."""

from __future__ import annotations

from pamkit.analysis.circumstance import (
    CALLER,
    DUE,
    EXPIRED,
    LOCKED,
    NOLOGIN,
    REACHABLE,
    SECRET,
    USER,
    answer_of,
    trouble_of,
)
from pamkit.policy.control import NOTE, SETTLE, Action
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pamkit.analysis.leads import Lead, Rung
    from pamkit.policy.chain import Link

ABOUT = {
    Facility.AUTH: "who somebody is, and what they get for it (authenticate, then setcred)",
    Facility.ACCOUNT: "whether the account may be used now (acct_mgmt)",
    Facility.PASSWORD: "a new password (chauthtok: every line is asked twice)",
    Facility.SESSION: "what is set up for a session and undone after it"
    " (open_session, close_session)",
}
"""What each facility is about, and the calls that ask it."""

_MANY = 3
"""From so many codes on they are `anything else` beside others."""

_REST = "anything else"
_ALL = "whatever it answers"


def told(rung: Rung) -> tuple[tuple[str, Lead], ...]:
    """Return for each kind of answer what it is called, and where it leads; the likely one first.

    Where many answers do the same they are `anything else`, and come last.
    """
    many = [lead for lead in rung.leads if len(lead.codes) >= _MANY]
    rest = max(many, key=lambda lead: len(lead.codes), default=None)
    order = sorted(
        rung.leads, key=lambda lead: (lead is rest, ReturnCode.SUCCESS not in lead.codes)
    )
    return tuple((_codes(lead, rung, rest), lead) for lead in order)


def effect(rung: Rung, lead: Lead, named: Callable[[Link], str]) -> str:
    """Return what an answer does: half a sentence."""
    if lead.action > 0:
        lines = "line" if lead.action == 1 else "lines"
        if lead.overruns:
            return f"skips {lead.action} {lines}, past the end: refused"
        return f"skips {lead.action} {lines}{_on(lead.to, named)}"
    unless = ", unless a line above said no" if rung.after_no else ""
    if lead.action in _ENDING and rung.inside:
        text = _INSIDE[lead.action] + f"`{rung.inside[-1].name}` ends"
        unless = unless if lead.action == Action.DONE else ""
        return f"{text}{_on(rung.after, named)}{unless}"
    text = _TEXTS[lead.action]
    if lead.action == SETTLE:
        return text
    if lead.action in _COUNTING and ReturnCode.SUCCESS not in lead.codes:
        text = _NO_PLAIN_YES[lead.action]
    if lead.action == Action.DONE:
        return f"{text}{unless}"
    if lead.action == Action.RESET and rung.inside:
        text = f"what the lines of `{rung.inside[-1].name}` above said is forgotten"
    return text if lead.to is not None or lead.action == Action.DIE else f"{text}; the last line"


_ENDING = (Action.DONE, Action.DIE)
_COUNTING = (Action.DONE, Action.OK)

_TEXTS: dict[int, str] = {
    Action.IGNORE: "has no say",
    Action.OK: "counts as a yes",
    Action.DONE: "says yes at once",
    Action.BAD: "is a no that no later yes can change, and goes on",
    Action.DIE: "refuses at once",
    Action.RESET: "what the lines above said is forgotten",
    NOTE: "is no yes, and is remembered",
    SETTLE: "says yes at once, unless a line above said no",
}

_NO_PLAIN_YES: dict[int, str] = {
    Action.OK: "is remembered, and is no plain yes",
    Action.DONE: "is the answer at once, and is no plain yes",
}

_INSIDE: dict[int, str] = {
    Action.DONE: "counts, and ",
    Action.DIE: "is a no that no later yes can change, and ",
}


def because(settled: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return in words what is so in a run, without who it is and what lines answered."""
    told = (fact for fact in settled if fact[0] != USER and not fact[0].startswith(_OF_LINES))
    return tuple(_PHRASES.get(fact) or _phrase(*fact) for fact in told)


_OF_LINES = (answer_of(""), trouble_of(""))
"""Circumstances that say no more than what a line answered."""


_PHRASES = {
    (SECRET, "right"): "the password is right",
    (SECRET, "wrong"): "the password is wrong",
    (SECRET, "blank"): "the account has no password and none is given",
    (LOCKED, "no"): "the account is not locked",
    (LOCKED, "yes"): "the account is locked",
    (EXPIRED, "no"): "the account has not expired",
    (EXPIRED, "yes"): "the account has expired",
    (DUE, "no"): "the password need not be changed",
    (DUE, "yes"): "the password has to be changed",
    (NOLOGIN, "no"): "the machine is open to users",
    (NOLOGIN, "yes"): "the machine is closed to users",
    (REACHABLE, "yes"): "other machines and daemons answer",
    (REACHABLE, "no"): "other machines and daemons do not answer",
    (CALLER, "root"): "root runs the program",
    (CALLER, "other"): "it is not root who runs the program",
}


def _phrase(name: str, value: str) -> str:
    """Return a circumstance that the policy brings itself: its name is half a sentence."""
    if name.endswith(_STRANGERS) and value == "yes":
        return f"{name.removesuffix(_STRANGERS)} knows them"
    if name.startswith(_THING) and value == "right":
        return f"they have {name}"
    if name.startswith(_CONDITION):
        words = name.removeprefix(_CONDITION)
        if value == "ignore":
            return f"`{words}` has no say"
        met = "met" if value in ("met", "success") else "not met"
        return f"the {_CONDITION}of `{words}` is {met}"
    return f"{name}: {value}"


_STRANGERS, _THING, _CONDITION = " knows strangers", "what ", "condition "


USERS = {
    "root": "root",
    "system": "users numbered below 1000",
    "local": "local users",
    "directory": "users of a directory",
    "nobody": "users that do not exist",
}
"""Kinds of users in words."""


def _on(to: Link | None, named: Callable[[Link], str]) -> str:
    return ", to the end" if to is None else f", on to {named(to)}"


def _codes(lead: Lead, rung: Rung, rest: Lead | None) -> str:
    if len(rung.leads) == 1 and len(lead.codes) > 1:
        return _ALL
    return _REST if lead is rest else ", ".join(WORDS[code] for code in lead.codes)
