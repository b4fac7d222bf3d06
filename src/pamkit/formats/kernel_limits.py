"""The limits of a process as the kernel prints them, in `/proc/PID/limits`."""

from __future__ import annotations

from pamkit.formats.c_width import UINT64_MAX, as_unsigned
from pamkit.formats.leading_number import leading_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATH = "/proc/1/limits"
"""Those of the process that all others come from."""

_HEAD = "Limit"


def parse(text: str) -> Iterator[tuple[str, int, int]]:
    """Return name, soft and hard limit of each line; lines that make no sense are left out."""
    width = 0
    for line in text.splitlines():
        if not width and line.startswith(_HEAD):
            width = len(line)
            continue
        # Lines with units are as long as the heading; some have none.
        fields = line.rsplit(None, 3 if len(line) == width else 2)
        if len(fields) < 3:
            continue
        soft, hard = _value(fields[1]), _value(fields[2])
        if soft is not None and hard is not None:
            yield fields[0], soft, hard


def _value(text: str) -> int | None:
    if text == "unlimited":
        return UINT64_MAX
    found = leading_number(text, 10)
    return None if found is None else as_unsigned(found)
