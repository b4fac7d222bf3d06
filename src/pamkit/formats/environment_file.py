"""The lines of `/etc/environment`: `KEY=value` without expansion."""

from __future__ import annotations

from pamkit.formats.continued_lines import BadLine, continued_lines
from pamkit.vocab.record import Record


class Assignment(Record):
    """``KEY=value``, or ``KEY`` alone, which takes the variable away."""

    text: str


def parse(text: str, file: str) -> tuple[Assignment | BadLine, ...]:
    """Return what the lines of a file say, in order; ``file`` is named in complaints.

    A key is made of ASCII letters, digits and `_`.  Quotes around a value go, unpaired ones as
    well; a `#` ends the line even inside quotes.  Never raises.  Source: `pam_env.conf(5)`.
    """
    found = (_assignment(line.partition("\n")[0], file) for line in continued_lines(text))
    return tuple(line for line in found if line is not None)


def _assignment(line: str, file: str) -> Assignment | BadLine | None:
    line = line.removeprefix("export ")
    key, sign, value = line.partition("=")
    if sign and not key:
        return BadLine(f"missing key name '{line}' in {file}', ignoring")
    if not all((c.isascii() and c.isalnum()) or c == "_" for c in key):
        return BadLine(f"non-alphanumeric key '{line}' in {file}', ignoring")
    if not key:
        return None
    return Assignment(f"{key}{sign}{_unquoted(value)}")


def _unquoted(value: str) -> str:
    """Return the value without its first quote, if it has one, and then its last."""
    if not value.startswith(('"', "'")):
        return value
    value = value[1:]
    return value[:-1] if value.endswith(('"', "'")) else value
