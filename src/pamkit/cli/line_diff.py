"""What laying out changes, as diff -u(1) shows it, so that patch(1) can do the same."""

from __future__ import annotations

from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pamkit.policy.printer import LaidLine

_CONTEXT = 3
_SAME, _GONE, _CAME = " -+"
_NO_END = "\\ No newline at end of file"


def unified(name: str, lines: Sequence[LaidLine]) -> str:
    """Return the differences of a file, which is called ``name``; empty if there are none.

    Which line became which is known: nothing is searched for, and a long file costs no time.
    """
    rows = _rows(lines)
    changed = [at for at, (sign, _) in enumerate(rows) if sign != _SAME]
    if not changed:
        return ""
    before = [*accumulate((sign != _CAME for sign, _ in rows), initial=0)]
    after = [*accumulate((sign != _GONE for sign, _ in rows), initial=0)]
    shown, start = [f"--- {name}\n+++ {name}\n"], changed[0]
    for at, following in zip(changed, [*changed[1:], None], strict=True):
        if following is None or following - at > 2 * _CONTEXT + 1:
            low, high = max(0, start - _CONTEXT), min(len(rows), at + 1 + _CONTEXT)
            old = f"{before[low] + 1},{before[high] - before[low]}"
            new = f"{after[low] + 1},{after[high] - after[low]}"
            shown.append(f"@@ -{old} +{new} @@\n")
            shown += (sign + line for sign, line in rows[low:high])
            start = at if following is None else following
    return "".join(shown)


def _rows(lines: Sequence[LaidLine]) -> list[tuple[str, str]]:
    """Return each physical line with its sign; of lines in a row the old ones come first."""
    rows: list[tuple[str, str]] = []
    came: list[tuple[str, str]] = []
    for line in lines:
        if line.old == line.new:
            rows += came
            rows += _signed(_SAME, line.old)
            came = []
        else:
            rows += _signed(_GONE, line.old)
            came += _signed(_CAME, line.new)
    return rows + came


def _signed(sign: str, text: str) -> list[tuple[str, str]]:
    *whole, last = text.split("\n")
    rows = [(sign, f"{line}\n") for line in whole]
    return [*rows, (sign, f"{last}\n{_NO_END}\n")] if last else rows
