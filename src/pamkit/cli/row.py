"""A link or substack in its place, in the words it is named with."""

from __future__ import annotations

from pamkit.cli.shown import policy_text, shown
from pamkit.policy.chain import Substack
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.policy.chain import Chain, Link
    from pamkit.vocab.span import Span


class Row(Record):
    """One line of a tree: how deep it lies, and the columns that name it.

    ``end`` is the number behind its last link; a link ends where it stands.
    """

    number: int
    depth: int
    place: str
    module: str
    control: str
    end: int

    @property
    def is_substack(self) -> bool:
        """Whether it is the head of a substack, which is never asked itself."""
        return self.module == _SUBSTACK

    def holds(self, number: int) -> bool:
        """Whether a link lies inside."""
        return self.number < number < self.end


_SUBSTACK = "substack"


def rows_of(chain: Chain) -> tuple[Row, ...]:
    """Return a row for each link and substack; a row's place in the tuple is its number."""
    return tuple(_rows(chain.links, 0))


def where(span: Span) -> str:
    """Return file and line as short as people know them: `common-auth:17`."""
    return shown(f"{span.file.rpartition('/')[2]}:{span.line}")


def module_name(link: Link) -> str:
    """Return a link's module without its directory."""
    return policy_text(link.module.rpartition("/")[2])


def _rows(links: tuple[Link | Substack, ...], depth: int) -> Iterator[Row]:
    for link in links:
        number, place = link.number, where(link.span)
        if isinstance(link, Substack):
            inside = tuple(_rows(link.links, depth + 1))
            name = policy_text(link.name)
            yield Row(number, depth, place, _SUBSTACK, name, number + 1 + len(inside))
            yield from inside
        else:
            control = policy_text(" ".join(link.control.split()))
            yield Row(number, depth, place, module_name(link), control, number + 1)
