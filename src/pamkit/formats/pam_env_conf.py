"""The lines of `pam_env.conf(5)` and the expansion of their values."""

from __future__ import annotations

from pamkit.formats.continued_lines import BadLine, continued_lines
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 8191
"""Bytes in a value; the limit Linux-PAM had until 1.6, when it took memory without end."""


class Setting(Record):
    """A variable and its unexpanded values; `None` where nothing was given.

    The name is whatever stands first on the line; it is not checked.
    """

    name: str
    default: str | None = None
    override: str | None = None


def parse(text: str) -> tuple[Setting | BadLine, ...]:
    """Return what the lines of a file say, in order.  Never raises."""
    return tuple([_setting(line) for line in continued_lines(text)])


def expand(
    value: str,
    *,
    variable: Callable[[str], str | None],
    item: Callable[[str], str | None],
    complain: Callable[[str], object],
) -> str | None:
    """Return a value with `${VARIABLE}` and `@{ITEM}` replaced; `None` if that cannot be done.

    ``variable`` and ``item`` look a name up; what they do not know becomes nothing.
    ``complain`` is given Linux-PAM's sentence about anything odd.  What is put in is not looked
    at again, and the result never gets longer than `LONGEST`, so this ends (CVE-2011-3148,
    CVE-2011-3149).
    """
    done: list[str] = []
    length = at = 0
    while at < len(value):
        sign = value[at]
        if sign == "\\":
            at += 1
            if value[at : at + 1] not in ("$", "@", "\\"):
                complain(_BAD_ESCAPE % value[at] if at < len(value) else _LAST_BACKSLASH)
                continue
            piece = value[at]
        elif sign in "$@" and value[at + 1 : at + 2] == "{":
            end = value.find("}", at)
            if end < 0:
                complain(f"Unterminated expandable variable: <{value[at:]}>")
                return None
            name = value[at + 2 : end]
            piece = (variable(name) if sign == "$" else item(name)) or ""
            at = end
        else:
            if sign in "$@":
                complain(f"Expandable variables must be wrapped in {{}} <{value[at:]}> - ignoring")
            piece = sign
        length += len(piece.encode("utf-8", "surrogateescape"))
        if length > LONGEST:
            complain(f"Variable buffer overflow: <{''.join(done)}> + <{piece}>")
            return None
        done.append(piece)
        at += 1
    return "".join(done)


_BAD_ESCAPE = "Unrecognized escaped character: <%s> - ignoring"
_LAST_BACKSLASH = "Ignoring backslash at end of string"


def _setting(line: str) -> Setting | BadLine:
    at = _end_of_word(line, 0)
    name = line[:at]
    values: dict[str, str | None] = {"DEFAULT": None, "OVERRIDE": None}
    quotes = 0
    while line[at : at + 1] in (" ", "\t"):
        at = _end_of_blanks(line, at)
        word, sign, _ = line[at:].partition("=")
        # C: blanks at the end of a line, before a comment for one, begin an option without name.
        if not sign or word not in values:
            return BadLine(f"Unrecognized Option: {_shown(line[at:])} - ignoring line")
        at += len(word) + 1
        if line[at : at + 1] == '"':
            at += 1
            end = line.find('"', at)
            if end < 0:
                return BadLine(f"Unterminated quoted string: {_shown(line[at - 1 :])}")
            if line[end + 1 : end + 2] not in ("", " ", "\t", "\n"):
                return BadLine(f"Quotes must cover the entire string: <{_shown(line[at:])}>")
            value, at = line[at:end], end + 1
            quotes += 1
        else:
            end = _end_of_word(line, at)
            value, at = line[at:end], end
        if value:
            values[word] = value
        elif quotes:
            # C: quotes around an earlier value of the line make an empty one count as well.
            quotes -= 1
            values[word] = ""
    return Setting(name, values["DEFAULT"], values["OVERRIDE"])


def _end_of_word(line: str, at: int) -> int:
    while at < len(line) and line[at] not in " \t\n":
        at += 1
    return at


def _end_of_blanks(line: str, at: int) -> int:
    while line[at : at + 1] in (" ", "\t"):
        at += 1
    return at


def _shown(rest: str) -> str:
    return rest.rstrip("\n")
