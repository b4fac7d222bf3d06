"""What a companion file states: `name = value`, `name value` or `name`, each with its place.

The readers of `formats` say what a file comes to; this says where it is written.
"""

from __future__ import annotations

from pamkit.analysis.benchmark.places import companion
from pamkit.formats.pwquality_conf import is_drop_in
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree

_BLANKS = " \t\v\f\r"


class Statement(Record):
    """A setting: its name in lower case, its value (`""` if it has none), and where it stands."""

    name: str
    value: str
    span: Span


def statements(text: str, path: str) -> Iterator[Statement]:
    """Yield what the lines of a file state; `#` begins a comment."""
    for row, line in enumerate(text.split("\n"), 1):
        said = line.partition("#")[0].rstrip(_BLANKS)
        body = said.lstrip(_BLANKS)
        if not body:
            continue
        end = next((at for at, sign in enumerate(body) if sign in "= \t"), len(body))
        value = body[end:].lstrip(_BLANKS).removeprefix("=").strip(_BLANKS)
        span = Span(path, row, len(said) - len(body) + 1, row, len(said) + 1)
        yield Statement(body[:end].lower(), value, span)


def stated(tree: Tree, path: str, name: str) -> tuple[Statement, ...] | None:
    """Return what a file states of a name; `None` if it is not known what the file says."""
    text = companion(tree, path)
    if text is None:
        return None
    return tuple(each for each in statements(text, path) if each.name == name)


def with_drop_ins(tree: Tree, path: str) -> tuple[str, ...]:
    """Return the paths of a file and of those in its `.d` directory, in the order of reading."""
    directory = f"{path}.d"
    names = (name for name in tree.around.names(directory) if is_drop_in(name))
    return (*(f"{directory}/{name}" for name in names), path)
