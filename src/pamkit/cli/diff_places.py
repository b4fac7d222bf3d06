"""The sets of policies that `pamkit diff` compares: directories, revisions, one changed file."""

from __future__ import annotations

import os

from pamkit.analysis.absent import PartSource
from pamkit.cli.check_places import ListedSource, is_system, names_in, written_in
from pamkit.cli.dialect_choice import dialect_chosen
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.usage import UsageError
from pamkit.policy.chain import Chain
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import DEBIAN, LINUX, Dialect, rules_of
from pamkit.policy.dialect import dialect_named as dialect_of
from pamkit.policy.leftover import leftover
from pamkit.policy.places import places_in
from pamkit.policy.resolve import OTHER, resolve, service_name
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.stores.root import Root
from pamkit.stores.system import dialect_for
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Facility
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.cli.check_places import Listed


class Side(Record, eq=False):
    """A set of policies: what the user calls it, where it is, and how it is written.

    ``whole`` says that it is a system, not a part of one: an included file that is not there is
    missed.
    """

    name: str
    source: Listed
    layout: Layout
    dialect: Dialect
    whole: bool

    @property
    def directories(self) -> tuple[str, ...]:
        """The directories that policies are looked for in."""
        return places_in(self.dialect, self.layout).directories


class Found(Record, eq=False):
    """A service of one side: its chains, whether it has a file of its own, or why it has none."""

    chains: Mapping[Facility, Chain]
    is_there: bool
    trouble: str = ""


def no_chains(dialect: Dialect) -> dict[Facility, Chain]:
    """Return the chains of a service that libpam refuses altogether: they let nobody by."""
    rules = rules_of(dialect, frozenset())
    return {facility: Chain(facility, "", (), rules) for facility in Facility}


class Texts(MemorySource):
    """Policies in memory, with their names."""

    def __init__(self, files: Mapping[str, str]) -> None:
        """Serve ``files`` by absolute path."""
        super().__init__(files)
        self._paths = tuple(files)

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names in a directory, in order."""
        parts = (path.rpartition("/") for path in self._paths)
        return tuple(sorted(name for parent, _, name in parts if parent == directory))


class Changed:
    """A source in which one file says something else, or is not there."""

    def __init__(self, source: Listed, path: str, text: str | None) -> None:
        """Take ``text`` for the file at ``path``; `None`: there is none."""
        self._source, self._path, self._text = source, path, text

    def read(self, path: str) -> Reading:
        """Return what reading a file gave."""
        if path != self._path:
            return self._source.read(path)
        return Reading(Outcome.MISSING) if self._text is None else Reading(Outcome.READ, self._text)

    def is_directory(self, path: str) -> bool:
        """Whether there is such a directory: that of the file is one, whatever else is in it."""
        return path == self._path.rpartition("/")[0] or self._source.is_directory(path)

    def names(self, directory: str) -> tuple[str, ...]:
        """Return the names in a directory."""
        parent, _, name = self._path.rpartition("/")
        found = set(self._source.names(directory))
        if parent == directory:
            found = found - {name} if self._text is None else found | {name}
        return tuple(sorted(found))


def side_of(word: str, dialect: str | None) -> Side:
    """Return the side that a path names: a root, or a directory of policies."""
    layout = Layout()
    places = [*layout.directories, layout.conf_file]
    if dialect is not None:
        searched = places_in(dialect_chosen(dialect), layout)
        places += [*searched.directories, *searched.files]
    if any(os.path.exists(word.rstrip("/") + place) for place in places):
        root = Root(word)
        whole = is_system(root)
        source = ListedSource(root)
        known = dialect_of(dialect_for(word)) if whole else None
        return made_side(word, source, layout, dialect, known, whole=whole)
    if os.path.isdir(word):
        confdir = os.path.abspath(word)
        layout = Layout(confdir=confdir)
        return made_side(word, ListedSource(Root("/"), unrooted=confdir), layout, dialect)
    raise UsageError(
        f"`{shown(word)}`: expected a directory of policies, or a root with an etc/pam.d"
    )


def made_side(
    name: str,
    source: Listed,
    layout: Layout,
    dialect: str | None,
    known: Dialect | None = None,
    *,
    whole: bool = False,
) -> Side:
    """Return a side in the dialect that is named, or known, or that its files are written in."""
    side = Side(name, source, layout, LINUX, whole)
    if dialect is not None:
        return side.changed(dialect=dialect_chosen(dialect))
    return side.changed(dialect=known or written_in(source, side.directories))


def alike(old: Side, new: Side) -> tuple[Side, Side]:
    """Return two states of one system: a change of how files are written changes no libpam.

    If either is written in Debian's dialect, both are.
    """
    dialect = DEBIAN if DEBIAN in (old.dialect, new.dialect) else old.dialect
    return old.changed(dialect=dialect), new.changed(dialect=dialect)


def service_names(side: Side) -> frozenset[str]:
    """Return the names of all services, those of shared files among them."""
    found: set[str] = set()
    for directory in side.directories:
        for name in side.source.names(directory):
            if not leftover(name) and not side.source.is_directory(f"{directory}/{name}"):
                found.add(name)
    searched = places_in(side.dialect, side.layout)
    if not searched.beside and any(map(side.source.is_directory, side.directories)):
        return frozenset(found)
    return frozenset((*found, *names_in(side.source, side.dialect, side.layout)))


def not_read(side: Side, other: Side) -> tuple[str, ...]:
    """Return where a side has policies that only the other side's family looks for there."""
    own, theirs = (places_in(each.dialect, side.layout) for each in (side, other))
    directories = [
        place
        for place in theirs.directories
        if place not in own.directories and side.source.names(place)
    ]
    files = [
        place
        for place in theirs.files
        if place not in own.files and side.source.read(place).outcome is Outcome.READ
    ]
    return (*directories, *files)


def found_service(side: Side, service: str) -> Found | None:
    """Return a service of a side, which may be `other` in its place; `None` if it has neither."""
    names = service_names(side)
    try:
        name = service_name(service, dialect=side.dialect)
    except PolicyError as bad:
        raise UsageError(policy_text(str(bad))) from None
    # A file whose name has capitals is none that libpam would read; it can be included.
    name = service if service in names else name
    if name not in names and OTHER not in names:
        return None
    # DIALECT: who takes a part for one takes Linux' includes for missing; others refuse.
    is_part = not side.whole and not side.dialect.keywords
    source = PartSource(side.source, side.layout, name) if is_part else side.source
    try:
        policy = resolve(name, source, layout=side.layout, dialect=side.dialect)
    except PolicyError as bad:
        trouble = policy_text(str(bad))
        return Found(no_chains(side.dialect), name in names, trouble)
    return Found(compile_policy(policy), name in names)
