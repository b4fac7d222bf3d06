"""The lines of `sepermit.conf(5)`: whom each is for, and what is asked of them."""

from __future__ import annotations

from pamkit.vocab.record import Record

# C: `isspace` of its own locale.
_BLANKS = b" \t\n\v\f\r"


class Rule(Record):
    """One line: ``kind`` is `@` (a group), `%` (an SELinux user), or empty (a user)."""

    kind: str
    name: str
    options: tuple[str, ...] = ()


def rules(data: bytes) -> tuple[Rule, ...]:
    """Return the rules, in order.

    Only a `#` in the first column begins a comment; blanks within a line are part of the names.
    As in C a line ends at a NUL, and several colons are one; one of nothing but colons, at which
    C crashes, says nothing.
    """
    found = []
    for line in data.split(b"\n"):
        if line.startswith(b"#"):
            continue
        text = line.partition(b"\0")[0].strip(_BLANKS).decode("utf-8", "surrogateescape")
        fields = [field for field in text.split(":") if field]
        if not fields:
            continue
        kind = fields[0][0] if fields[0][0] in "@%" else ""
        found.append(Rule(kind, fields[0].removeprefix(kind), tuple(fields[1:])))
    return tuple(found)
