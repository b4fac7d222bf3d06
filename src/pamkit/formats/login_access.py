"""The table of login.access(5): which users may log in from which hosts or terminals.

A line is `permission:users:origins`; the first one that fits decides.  Blanks, commas and `EXCEPT`
are as in `access.conf(5)` of Linux, which comes from it; no host name is looked up here.
"""

from __future__ import annotations

from pamkit.formats.access_conf import FIELD_SEPARATORS, BadLine, parse, words
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.formats.access_conf import Rule

PATH = "/etc/login.access"

LIST_SEPARATORS = " \t,"
"""Characters between the entries of a list, unless an option says otherwise."""


class Questions(Record):
    """What only the outside knows; each takes the name of a group or netgroup."""

    is_in_group: Callable[[str], bool]
    netgroup_has_user: Callable[[str], bool]
    netgroup_has_host: Callable[[str], bool]
    groups_in_brackets: bool = False
    """Only `(name)` is a group; a bare name is a user's."""


def rules(text: str, separators: str = FIELD_SEPARATORS) -> list[Rule | BadLine]:
    """Return the rules and the bad lines of a table, in order; a fourth field makes a line bad."""
    found = parse(text, separators)
    return [_bad(each) if _has_more(each, separators) else each for each in found]


def fits(
    rule: Rule, user: str, origin: str, ask: Questions, separators: str = LIST_SEPARATORS
) -> bool:
    """Whether a rule is about this user from this origin, a host or a terminal."""
    origins, users = words(rule.origins, separators), words(rule.users, separators)
    return _in_list(origins, lambda token: _is_origin(token, origin, ask)) and _in_list(
        users, lambda token: _is_user(token, user, ask)
    )


def _has_more(each: Rule | BadLine, separators: str) -> bool:
    return not isinstance(each, BadLine) and any(
        separator in each.origins.rstrip(separators) for separator in separators
    )


def _bad(each: Rule | BadLine) -> BadLine:
    return BadLine(each.line, "bad field count")


def _in_list(tokens: list[str], fits: Callable[[str], bool]) -> bool:
    """Whether a list has what is sought: before the first `EXCEPT`, and not behind it."""
    heads = [at for at, token in enumerate(tokens) if token.upper() == "EXCEPT"]
    end = heads[0] if heads else len(tokens)
    if not any(fits(token) for token in tokens[:end]):
        return False
    return not heads or not _in_list(tokens[end + 1 :], fits)


def _is_user(token: str, user: str, ask: Questions) -> bool:
    if token.startswith("@"):
        return ask.netgroup_has_user(token[1:])
    if _is_same(token, user):
        return True
    if token.startswith("(") and token.endswith(")"):
        return ask.is_in_group(token[1:-1])
    return not ask.groups_in_brackets and ask.is_in_group(token)


def _is_origin(token: str, origin: str, ask: Questions) -> bool:
    if token.startswith("@"):
        return ask.netgroup_has_host(token[1:])
    origin = _unmapped(origin)
    if _is_same(token, origin):
        return True
    if token.startswith("."):
        return len(origin) > len(token) and origin.lower().endswith(token.lower())
    if token.upper() == "LOCAL":
        # DIALECT: to C an address of IPv6 has no dot, and is near.
        return "." not in origin and not _is_far(origin)
    if not token.endswith(".") or not origin.startswith(token):
        return False
    # DIALECT: to C `192.0.2.example` is in the network `192.0.2.`: a name that others may choose.
    return not _NUMBERS.issuperset(token) or _NUMBERS.issuperset(origin)


_NUMBERS = frozenset("0123456789.")
_MAPPED = "::ffff:"


def _is_far(origin: str) -> bool:
    """Whether it is an address of IPv6; an X display has one colon, and names of terminals none."""
    return origin.count(":") > 1


def _unmapped(origin: str) -> str:
    """Return an address of IPv4 without what IPv6 puts before it."""
    number = origin[len(_MAPPED) :]
    is_mapped = origin.lower().startswith(_MAPPED) and "." in number
    return number if is_mapped and _NUMBERS.issuperset(number) else origin


def _is_same(token: str, word: str) -> bool:
    return token.upper() == "ALL" or token.lower() == word.lower()
