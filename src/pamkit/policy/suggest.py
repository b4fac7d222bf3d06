"""The word somebody probably meant."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_FAR = 2  # two slips of the pen; more is another word


def closest(word: str, known: Iterable[str], *, most: int = _FAR) -> str:
    """Return the known word nearest to ``word``, or `""` if none is near.

    ``most`` is how many slips of the pen there may be, no more than two.
    """
    best, found = most + 1, ""
    for candidate in known:
        far = _distance(word, candidate)
        if far < best and far < len(candidate):
            best, found = far, candidate
    return found


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a help line that names the nearest known word, or all of them."""
    known = list(known)
    near = closest(word, known)
    return f"did you mean `{near}`?" if near else "expected one of " + ", ".join(known)


def _distance(a: str, b: str) -> int:
    """Insertions, deletions, changes and swaps of neighbours between two words."""
    if abs(len(a) - len(b)) > _FAR:
        return _FAR + 1
    older: list[int] = []
    old = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(row[-1] + 1, old[j] + 1, old[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        older, old = old, row
    return old[-1]
