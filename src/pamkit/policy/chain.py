"""The compiled form of a facility: links and substacks, frozen and numbered."""

from __future__ import annotations

from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


class Link(Record, eq=False):
    """One place in a chain: a module, its options, and what each answer does.

    ``number`` is unique in the chain and counts from 0 in the order of the text.
    ``actions`` holds an `Action` or a jump for each of the 32 codes.  ``refusal`` says why
    the link always answers `perm_denied` without a module being asked.  A link is equal only
    to itself: it is a place, not a value.
    """

    number: int
    module: str
    args: tuple[str, ...]
    actions: tuple[int, ...]
    control: str
    span: Span
    quiet: bool = False
    refusal: str = ""


class Substack(Record, eq=False):
    """A nested chain: `done`, `die`, `reset` and jumps stay inside it."""

    number: int
    name: str
    links: tuple[Link | Substack, ...]
    span: Span


class Chain(Record, eq=False):
    """All links of one facility of one service; ``origin`` is the service they come from.

    ``rules`` are the dialect and the quirks they were written for, as `dialect.rules_of` says them.
    """

    facility: Facility
    origin: str
    links: tuple[Link | Substack, ...]
    rules: str = ""

    def __iter__(self) -> Iterator[Link]:
        """All links, those of substacks in their place."""
        return _flat(self.links)


def _flat(links: tuple[Link | Substack, ...]) -> Iterator[Link]:
    for link in links:
        if isinstance(link, Substack):
            yield from _flat(link.links)
        else:
            yield link
