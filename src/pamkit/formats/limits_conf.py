"""Lines of limits.conf(5): for whom, soft or hard, what, and how much.

`domain type item value`; `#` begins a comment anywhere.  The value is all that is left of the line.
A line `domain -` exempts from all limits.  Whom a domain means is a name, or a range of numbers:
`least:most`, `least:` or `:exactly`, with `@` or `%` before it of groups.

DIALECT: up to 1.5 a line had 1023 bytes, what was longer was another line; blanks of any kind
separated the fields, and words behind the value did not count.

Source: `limits.conf(5)`.
"""

from __future__ import annotations

from pamkit.formats.c_width import UINT64_MAX, as_unsigned
from pamkit.formats.leading_number import leading_number
from pamkit.formats.parsed_once import LARGEST, parsed_once
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_ALL_BLANKS = b" \t\n\v\f\r"
_BLANKS = b" \t"
_SPACES = _ALL_BLANKS.decode()
_DIGITS = "0123456789"
_ID = 0xFFFFFFFF


class LimitLine(Record):
    """A line that says something; fields that it does not have are empty.

    All but the domain are in lower case.
    """

    number: int
    domain: str
    type: str = ""
    item: str = ""
    value: str = ""

    @property
    def is_complete(self) -> bool:
        """Whether it has all four fields."""
        return bool(self.value)

    @property
    def exempts(self) -> bool:
        """Whether it exempts whom it means from everything."""
        return not self.item and self.type.startswith("-")


class IdRange(Record):
    """Numbers of users or groups; ``most`` is `None` if there is no end."""

    least: int
    most: int | None
    is_one: bool = False

    def __contains__(self, number: object) -> bool:
        """Whether a number is in the range."""
        if not isinstance(number, int):
            return False
        return self.least <= number and (self.most is None or number <= self.most)


class BadRange(ValueError):
    """A domain with a colon that is no range; its text is which part is wrong, or nothing."""


def parse(data: bytes) -> Iterable[LimitLine]:
    """Return the lines of a file that say something."""
    return _remembered(data) if len(data) <= LARGEST else _lines(data)


def _lines(data: bytes) -> Iterator[LimitLine]:
    for number, raw in enumerate(data.split(b"\n"), 1):
        if raw[:1] == b"#":
            continue  # most lines there are
        line = raw.partition(b"\0")[0].lstrip(_ALL_BLANKS).partition(b"#")[0]
        if not line:
            continue
        fields = _fields(line)
        domain, *rest = (field.decode("utf-8", "surrogateescape") for field in fields)
        yield LimitLine(number, domain, *rest)


def _at_once(data: bytes) -> tuple[LimitLine, ...]:
    return tuple(_lines(data))


_remembered = parsed_once(_at_once)


def id_range(domain: str) -> IdRange | None:
    """Return the range that a domain is; `None` if it is a name.  Raises `BadRange`."""
    if ":" not in domain:
        return None
    least, _, most = domain[domain.startswith(("@", "%")) :].partition(":")
    if not least and not most:
        raise BadRange("")
    first = _id(least, "min") if least else None
    if not most:
        assert first is not None  # noqa: S101  # one of the two is there
        return IdRange(first, None)
    last = _id(most, "max")
    return IdRange(last if first is None else first, last, is_one=first is None)


def _fields(line: bytes) -> list[bytes]:
    """Return up to four fields; C: `strtok`, and then `tolower` without a locale."""
    fields: list[bytes] = []
    while line and len(fields) < 3:
        end = next((at for at, byte in enumerate(line) if byte in _BLANKS), len(line))
        fields.append(line[:end])
        line = line[end:].strip(_BLANKS)
    if line:
        fields.append(line)
    return fields[:1] + [field.lower() for field in fields[1:]]


def _id(text: str, which: str) -> int:
    found = leading_number(text, 10)
    sign = text.lstrip(_SPACES).rstrip(_DIGITS)
    if found is None or sign not in ("", "+", "-") or abs(found) > UINT64_MAX:
        raise BadRange(which)
    return as_unsigned(found) & _ID  # C: a number of a user has 32 bits
