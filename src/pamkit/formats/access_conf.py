"""The lines of an access table: `permission:users:origins`, as `access.conf(5)` has them."""

from __future__ import annotations

from pamkit.vocab.record import Record

FIELD_SEPARATORS = ":"
"""Characters of which any one ends a field, unless an option says otherwise."""

_BLANKS = " \t\n\v\f\r"


class Rule(Record):
    """A line that says something; ``line`` counts from one."""

    line: int
    grants: bool
    permission: str
    users: str
    origins: str


class BadLine(Record):
    """A line that breaks the rules, and the complaint that Linux-PAM logs about it."""

    line: int
    complaint: str


def parse(text: str, separators: str = FIELD_SEPARATORS) -> list[Rule | BadLine]:
    """Return the rules and the bad lines of a table, in order.

    A line that breaks off (the last one without a newline, or one with a NUL in it) is bad, as in
    Linux-PAM.  DIALECT: if what there is of it denies, it is a rule nevertheless: an editor that
    leaves out the last newline must not open the door that the last line shuts.
    """
    found: list[Rule | BadLine] = []
    *before, last = text.split("\n")
    lines = [(piece, True) for piece in before] + ([(last, False)] if last else [])
    for number, (piece, ended) in enumerate(lines, 1):
        if piece[:1] == "#" and ended and "\0" not in piece:
            continue  # most lines
        line, nul, _ = piece.partition("\0")
        if nul and not line:
            continue  # C: nothing at all, and nothing to complain about
        if nul or not ended:
            found.append(BadLine(number, "missing newline or line too long"))
        line = line.rstrip(_BLANKS)
        if not line or line.startswith("#"):
            continue
        said = _rule(number, line, separators)
        whole = ended and not nul
        if whole or (isinstance(said, Rule) and not said.grants):
            found.append(said)
    return found


def words(text: str, separators: str) -> list[str]:
    """Return the pieces between any of the separators, without empty ones; `strtok(3)`."""
    for separator in separators[1:]:
        text = text.replace(separator, separators[0])
    pieces = text.split(separators[0]) if separators else [text]
    return [piece for piece in pieces if piece]


def _rule(number: int, line: str, separators: str) -> Rule | BadLine:
    permission, rest = _field(line, separators)
    users, origins = _field(rest, separators)
    if not permission or not users or not origins:
        return BadLine(number, "bad field count")
    if permission[0] not in "+-":
        return BadLine(number, "bad first field")
    # C: the first character of the line decides, and it may be a separator.
    grants = line[0] == permission[0] == "+"
    return Rule(number, grants, permission, users, origins)


def _field(text: str, separators: str) -> tuple[str, str]:
    """Return the first field and what is behind the one separator that ends it."""
    text = text.lstrip(separators) if separators else text
    ends = [at for at in (text.find(separator) for separator in separators) if at >= 0]
    end = min(ends, default=len(text))
    return text[:end], text[end + 1 :]
