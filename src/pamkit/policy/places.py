"""Where an implementation looks for policies in a layout: directories, and files for all services.

Source: `pam.d(5)`, and what `policy.families` says of the other families.
"""

from __future__ import annotations

from pamkit.policy.source import Layout
from pamkit.policy.words import ascii_lower
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.policy.dialect import Dialect
    from pamkit.policy.syntax import Entry


class Places(Record):
    """Where policies are looked for, each in order.

    ``directories`` hold a file for each service, ``files`` have a column that names it.
    ``beside``: the files count also where there are directories.  ``any_case``: services are
    compared without case there.
    """

    directories: tuple[str, ...]
    files: tuple[str, ...]
    beside: bool
    any_case: bool

    def services_of(self, entries: Iterable[Entry]) -> tuple[str, ...]:
        """Return the services that entries of one of the files name, each once."""
        names = (entry.service.text for entry in entries if entry.service)
        return tuple(dict.fromkeys(map(ascii_lower, names) if self.any_case else names))


def places_in(dialect: Dialect, layout: Layout) -> Places:
    """Return where a dialect looks for policies in a layout."""
    if not dialect.keywords:
        if layout.confdir is not None:
            return Places((layout.confdir,), (), beside=False, any_case=True)
        return Places(layout.directories, (layout.conf_file,), beside=False, any_case=True)
    from pamkit.policy.families.grammar import grammar_of  # DIALECT: families
    from pamkit.policy.families.resolve import places_of

    grammar = grammar_of(dialect)
    places = places_of(grammar, layout)
    return Places(
        tuple(place.removesuffix("/") for place in places if place.endswith("/")),
        tuple(place for place in places if not place.endswith("/")),
        beside=True,
        any_case=grammar.any_case,
    )


def included_from(dialect: Dialect, layout: Layout, target: str) -> tuple[tuple[str, bool], ...]:
    """Return what an include may mean, in order: each file, and whether it has the column."""
    where = places_in(dialect, layout)
    if dialect.keywords:
        from pamkit.policy.families.grammar import Includes, grammar_of  # DIALECT: families

        grammar = grammar_of(dialect)
        if grammar.includes is Includes.A_FILE:
            path = target if target.startswith("/") else f"{grammar.modules[0]}/{target}"
            return ((path, True),)
        return tuple((f"{directory}/{target}", False) for directory in where.directories)
    if target.startswith("/"):
        return ((target, False),)
    return tuple((f"{directory}/{target}", False) for directory in where.directories)
