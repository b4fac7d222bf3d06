"""What lines of a tree mean to other families: each difference once, with the families it is in.

A line may be read otherwise (`analysis.other_readings`), lie where nobody looks
(`analysis.other_places`), or be judged otherwise (`analysis.other_verdicts`).  Rules named
`portable-...` say what is found here.
"""

from __future__ import annotations

from functools import lru_cache

from pamkit.analysis.apart import Apart, Found
from pamkit.analysis.other_places import other_places
from pamkit.analysis.other_readings import other_readings
from pamkit.analysis.other_verdicts import other_verdicts
from pamkit.policy.dialect import DIALECT_NAMES, Dialect, dialect_named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.tree import File, Tree
    from pamkit.vocab.span import Span

TO = "portable-to"
"""The value that chooses families: names of dialects, parted by commas."""

EVERYONE = "all"
"""Its usual value."""


@lru_cache(maxsize=4)
def apart(tree: Tree) -> tuple[Apart, ...]:
    """Return all lines of a tree that mean something else to the families that are asked for."""
    there = tuple(each for each in families_of(tree) if each.name != tree.dialect.name)
    found = Found()
    for file in tree.files:
        _read(file, tree.dialect, there, found)
    other_places(tree, there, found)
    other_verdicts(tree, there, found)
    return tuple(found.all())


def families_of(tree: Tree) -> tuple[Dialect, ...]:
    """Return the dialects that the lines of a tree are read in besides."""
    wanted = tree.wanted.get(TO, EVERYONE)
    names = DIALECT_NAMES if wanted == EVERYONE else wanted.split(",")
    return tuple(dialect_named(name) for name in sorted(set(names), key=DIALECT_NAMES.index))


def _read(file: File, here: Dialect, there: tuple[Dialect, ...], found: Found) -> None:
    """Note what the readers of other families make of a file."""
    for dialect in there:
        said: dict[tuple[str, Span], list[str]] = {}
        for each in other_readings(file.syntax, here, dialect, with_service=file.with_service):
            said.setdefault((each.rule, each.span), []).append(each.said)
        for (rule, span), parts in said.items():
            found.add(rule, span, "", {dialect.name: ", and ".join(parts)})
