"""The compiled form of a facility: links and substacks, frozen and numbered."""

from __future__ import annotations

from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from pamkit.policy.skim import Skimmed


class Link(Record, eq=False):
    """One place in a chain: a module, its options, and what each answer does.

    ``number`` is unique in the chain and counts from 0 in the order of the text.
    ``actions`` holds an `Action` or a jump for each of the 32 codes.  ``refusal`` says why
    the link always answers `perm_denied` without a module being asked.  A link is equal only
    to itself: it is a place, not a value.

    ``text`` is the text that a link was skimmed from (`policy.skim`): its words are cut, and its
    place is found, when somebody asks for them.
    """

    number: int
    module: str
    args: tuple[str, ...]
    actions: tuple[int, ...]
    control: str
    span: Span
    quiet: bool = False
    refusal: str = ""
    text: Skimmed | None = None

    def __getnewargs__(self) -> tuple[object, ...]:
        """Show, pickle and copy it with its place."""
        return (*(getattr(self, field) for field in _SHOWN), None)

    def __repr__(self) -> str:
        """The call that would make this link."""
        inside = ", ".join(f"{field}={getattr(self, field)!r}" for field in _SHOWN)
        return f"Link({inside})"


_SHOWN = ("number", "module", "args", "actions", "control", "span", "quiet", "refusal")

# What was not worked out yet is what came behind the module, and the number of the line.
_args_or_rest: Callable[[Link], tuple[str, ...] | str] = Link.args.__get__  # type: ignore[attr-defined]  # a field is a descriptor
_span_or_line: Callable[[Link], Any] = Link.span.__get__  # type: ignore[attr-defined]  # a field is a descriptor


def _args(link: Link) -> tuple[str, ...]:
    known = _args_or_rest(link)
    return tuple(known.split()) if isinstance(known, str) else known


def _span(link: Link) -> Span:
    known, text = _span_or_line(link), link.text
    span: Span = text.span(known) if text is not None and isinstance(known, int) else known
    return span


Link.args, Link.span = property(_args), property(_span)  # type: ignore[assignment]  # reads as a field


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


new_link: Callable[[type[Link], tuple[object, ...]], Link] = tuple.__new__  # type: ignore[assignment]  # a record is a tuple
"""Makes a link of all its fields at a third of the price: as many as a policy has lines."""


def renumbered(link: Link, number: int) -> Link:
    """Return the link in another place of its chain."""
    return new_link(Link, (number, *link[1:]))  # type: ignore[index]  # a record is a tuple
