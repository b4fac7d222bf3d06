"""Places that policies lie in, and that another family never looks into."""

from __future__ import annotations

from pamkit.policy.places import places_in
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.apart import Found
    from pamkit.analysis.tree import File, Tree
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.source import Layout


def other_places(tree: Tree, there: tuple[Dialect, ...], found: Found) -> None:
    """Note who never looks into a directory, or a file, that policies of a tree lie in.

    Where a directory was asked for (``confdir``) no family looks into its own.
    """
    if tree.layout.confdir is not None:
        return
    firsts: dict[str, File] = {}
    for file in tree.files:
        place = file.path if file.with_service else file.path.rpartition("/")[0]
        firsts.setdefault(place, file)
    ours = places_in(tree.dialect, tree.layout)
    for place, file in firsts.items():
        if place not in (*ours.directories, *ours.files):
            continue  # a file that lines of another one include
        for dialect in there:
            looked_at = _looked_at(dialect, tree.layout, firsts)
            if place not in looked_at:
                about = f"{place} is not looked into everywhere"
                said = f"looks into {', '.join(looked_at)} only"
                found.add("portable-place", Span(file.path, 1), about, {dialect.name: said})


def _looked_at(dialect: Dialect, layout: Layout, held: Iterable[str]) -> tuple[str, ...]:
    """Return the places that a dialect looks into; ``held`` are those that hold policies."""
    theirs = places_in(dialect, layout)
    # DIALECT: Linux looks into the file only where there is no directory.
    if not theirs.beside and set(theirs.directories).intersection(held):
        return theirs.directories
    return (*theirs.directories, *theirs.files)
