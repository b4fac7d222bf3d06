"""The lines of a translation: an old module or an added one, and a control from data."""

from __future__ import annotations

from pamkit.policy.control import KEYWORDS, NOTE, SETTLE, Action, to_text
from pamkit.policy.words import ascii_lower
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.dialect import Dialect

    Choice = tuple[str, tuple[int, ...]]
    """A control as it is written, and its actions."""


class Put(Record):
    """A line of a translation.

    ``origin`` is the number of the old line, `None` for one that is added; ``module`` and ``args``
    are those of the old line, as they were written there.
    """

    origin: int | None
    control: str
    actions: tuple[int, ...]
    module: str
    args: tuple[str, ...] = ()


_REQUIRED, _OPTIONAL, _REQUISITE = (KEYWORDS[w] for w in ("required", "optional", "requisite"))

PERMIT = Put(None, "optional", _OPTIONAL, "+permit")
DENY = Put(None, "required", _REQUIRED, "+deny")
"""Lines that are added; each family has names of its own for these modules."""

_IN_BRACKETS = {NOTE: Action.IGNORE, SETTLE: Action.DONE}
"""What stands in brackets of Linux-PAM for the actions that only other families have."""


def choices(link: Link, target: Dialect) -> tuple[Choice, ...]:
    """Return the controls of the target that may do what a link's does, the likeliest first."""
    if not target.keywords:
        return _brackets(link)
    word = ascii_lower(link.control)
    known = dict(target.keywords)
    usual = _USUAL.get(word, _by_actions(link))
    first = [each for each in (word, usual) if each in known]
    return tuple((each, known[each]) for each in dict.fromkeys((*first, *known)))


_USUAL = {"definitive": "binding", "requisite": "required"}
"""What stands for a word that the target does not have."""


def added(put: Put, target: Dialect) -> Put:
    """Return an added line with what its control does in the target."""
    if not target.keywords:
        return put
    return put.changed(actions=dict(target.keywords)[put.control])


def kept_lines(chain: Chain) -> tuple[Put, ...]:
    """Return the lines of a chain without substacks as they are."""
    return tuple(
        Put(link.number, link.control, link.actions, link.module, link.args) for link in chain
    )


def nearest_lines(chain: Chain, target: Dialect) -> tuple[Put, ...]:
    """Return a chain word by word; it need not mean the same."""
    lines = []
    for link in chain:
        every = choices(link, target)
        # Where a yes jumps and nothing else counts, it goes over the lines that say no.
        jumps = link.actions[ReturnCode.SUCCESS] > 0 and _by_actions(link) == "optional"
        nearest = (each for each in every if jumps and each[0] == "sufficient")
        control, actions = next(nearest, every[0])
        lines.append(Put(link.number, control, actions, link.module, link.args))
    return tuple(lines)


def _brackets(link: Link) -> tuple[Choice, ...]:
    """Return tables of Linux-PAM with the effect of another family's control."""
    plain = [_IN_BRACKETS.get(action, action) for action in link.actions]
    plain = [Action.IGNORE if action > 0 else action for action in plain]
    must = ReturnCode.NEW_AUTHTOK_REQD
    found = [tuple(plain)]
    for action in (Action.OK, Action.BAD, Action.IGNORE):
        # A table that counts "must change" may tell it, too.
        found.append((*plain[:must], int(action), *plain[must + 1 :]))
    return tuple((to_text(table), table) for table in dict.fromkeys(found))


def _by_actions(link: Link) -> str:
    """Return the word that is likest to a table: what it does with success and with an error."""
    yes, no = link.actions[ReturnCode.SUCCESS], link.actions[ReturnCode.AUTH_ERR]
    if no == Action.DIE:
        return "requisite"
    if no == Action.BAD:
        return "binding" if yes == Action.DONE else "required"
    return "sufficient" if yes == Action.DONE else "optional"
