"""A tree of policies as lint sees it: its files, its services, and what is left lying about.

Source: `pam.d(5)`.
"""

from __future__ import annotations

from pamkit.analysis.entry import KnownEntry, known_entry
from pamkit.analysis.memory import Memory
from pamkit.analysis.results import Results
from pamkit.analysis.roles import role_of
from pamkit.analysis.service_names import is_shared
from pamkit.analysis.surroundings import Mode, Surroundings
from pamkit.policy.chain import Chain, Link
from pamkit.policy.compile import compile_policy
from pamkit.policy.dialect import Dialect
from pamkit.policy.leftover import leftover
from pamkit.policy.parser import parse
from pamkit.policy.places import included_from, places_in
from pamkit.policy.resolve import Policy, resolve
from pamkit.policy.source import Layout, Outcome, Reading
from pamkit.policy.syntax import Kind, PolicyFile
from pamkit.vocab.diagnostic import Finding
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Protocol

    from pamkit.analysis.entry import Declarations
    from pamkit.analysis.roles import Role
    from pamkit.policy.source import PolicySource

    class TreeSource(PolicySource, Protocol):
        """Gives the text of policy files, and says which there are."""

        def names(self, directory: str) -> tuple[str, ...]:
            """Return the names of the files in a directory, in order; none if it is not there."""

        def mode(self, path: str) -> Mode | None:
            """Return whose a file or directory is, and who may use it; `None` if nobody knows."""


NOTHING_WANTED: Mapping[str, str] = {}


class File(Record, eq=False):
    """A file of the tree: its path, its last name, what it says, and what reading it found."""

    path: str
    name: str
    syntax: PolicyFile
    entries: tuple[KnownEntry, ...]
    others: tuple[str, ...]
    """The names of all files beside it."""
    with_service: bool = False
    """Whether a column names the service."""

    def reported(self, rule: str) -> Iterator[Finding]:
        """Yield what the parser found of one kind."""
        return (finding for finding in self.syntax.findings if finding.rule == rule)

    def of(self, facility: Facility) -> tuple[KnownEntry, ...]:
        """Return the entries of one facility."""
        return tuple(entry for entry in self.entries if entry.facility is facility)


class Service(Record, eq=False):
    """A service: the file that has its name, its policy and its chains, or why there are none.

    ``whole`` is false if a file it includes is not in a tree of which only a part is there.
    """

    name: str
    file: File
    policy: Policy | None
    failure: PolicyError | None
    chains: dict[Facility, Chain]
    known: dict[Span, KnownEntry]
    declarations: Declarations
    dialect: Dialect
    whole: bool
    around: Surroundings
    results: Results
    """What became of claims that rules asked for (`analysis.proved`)."""

    @property
    def role(self) -> Role:
        """What programs use the service for."""
        return role_of(self.name)

    def reported(self, rule: str) -> Iterator[Finding]:
        """Yield what resolving found of one kind."""
        found = self.policy.findings if self.policy else ()
        if self.failure:
            found = self.failure.findings
        return (finding for finding in found if finding.rule == rule)

    def links(self, facility: Facility) -> tuple[tuple[Link, KnownEntry], ...]:
        """Return the links of a facility that the service brings itself, with what is known."""
        chain = self.chains.get(facility)
        if chain is None or chain.origin != self.name:
            return ()
        return self.results.links(chain, self.known)


class Tree(Record, eq=False):
    """All files and services below one root; ``whole`` says that no file of it is elsewhere.

    ``included`` are the paths of files that others include; ``left_over`` those that are no
    policies by their names, with what they are; ``unreadable`` those that could not be read, with
    the reason.  ``dead`` is a pam.conf that is not read because there is a directory.  ``around``
    is what lies beside the policies, ``wanted`` what is asked for of rules that have values.
    """

    files: tuple[File, ...]
    services: tuple[Service, ...]
    included: frozenset[str]
    left_over: tuple[tuple[str, str], ...]
    unreadable: tuple[tuple[str, str], ...]
    dead: File | None
    layout: Layout
    whole: bool
    around: Surroundings
    wanted: Mapping[str, str]
    dialect: Dialect

    def service(self, name: str) -> Service | None:
        """Return the service of a name."""
        return next((service for service in self.services if service.name == name), None)

    def file(self, path: str) -> File | None:
        """Return the file at a path."""
        return next((file for file in self.files if file.path == path), None)

    def entries_of(self, *modules: str) -> Iterator[KnownEntry]:
        """Yield the entries of all files that name one of some modules."""
        return (entry for file in self.files for entry in file.entries if entry.module in modules)

    def reported(self, rule: str) -> Iterator[tuple[Service, Finding]]:
        """Yield what resolving found of one kind, each once, with a service it concerns."""
        seen: set[Finding] = set()
        for service in self.services:
            for finding in service.reported(rule):
                if finding not in seen:
                    seen.add(finding)
                    yield service, finding


def read_tree(
    source: TreeSource,
    declarations: Declarations,
    *,
    layout: Layout | None = None,
    dialect: Dialect,
    whole: bool = False,
    wanted: Mapping[str, str] = NOTHING_WANTED,
    memory: Memory | None = None,
) -> Tree:
    """Return the tree of policies that a source has in the places of a layout.

    ``whole`` says that this is a system, not a part of one: a file that is not there is missed.
    ``wanted`` are values that are asked for of rules, by their names (see `analysis.rule.Value`).
    With a ``memory`` nothing is read again that another tree had as well.
    """
    layout, memory = layout or Layout(), memory or Memory()
    return _Reader(source, declarations, layout, dialect, whole, memory).tree(wanted)


class _Once:
    """A source of which every file is read once."""

    def __init__(self, source: TreeSource) -> None:
        self._source = source
        self._read: dict[str, Reading] = {}

    def read(self, path: str) -> Reading:
        if path not in self._read:
            self._read[path] = self._source.read(path)
        return self._read[path]

    def is_directory(self, path: str) -> bool:
        return self._source.is_directory(path)


class _Reader:
    """Reads the files of a tree and resolves its services."""

    def __init__(
        self,
        source: TreeSource,
        declarations: Declarations,
        layout: Layout,
        dialect: Dialect,
        whole: bool,
        memory: Memory,
    ) -> None:
        self.source, self.texts = source, _Once(source)
        self.declarations, self.layout, self.dialect = declarations, layout, dialect
        self.whole, self.memory = whole, memory
        self.around = Surroundings(source, whole=whole, closed=layout.confdir is not None)
        self.files: dict[str, File] = {}
        self.targets: dict[str, tuple[str, ...]] = {}
        self.left_over: list[tuple[str, str]] = []
        self.unreadable: list[tuple[str, str]] = []

    def tree(self, wanted: Mapping[str, str]) -> Tree:
        places = places_in(self.dialect, self.layout)
        exists = list(filter(self.source.is_directory, places.directories))
        first: dict[str, str] = {}
        for directory in exists:
            names = self.source.names(directory)
            for name in names:
                self._look_at(directory, name, names, first)
        confs = [self.files[path] for path in places.files if self._file(path, with_service=True)]
        included = self._included()
        services = [
            self._service(name, self.files[path])
            for name, path in first.items()
            if path in self.files and not (path in included and is_shared(name))
        ]
        is_dead = bool(exists) and not places.beside
        for conf in () if is_dead else confs:
            for name in places.services_of(known.entry for known in conf.entries):
                if name not in first:
                    first[name] = conf.path
                    services.append(self._service(name, conf))
        return Tree(
            tuple(self.files.values()),
            tuple(services),
            included,
            tuple(self.left_over),
            tuple(self.unreadable),
            confs[0] if confs and is_dead else None,
            self.layout,
            self.whole,
            self.around,
            wanted,
            self.dialect,
        )

    def _look_at(
        self, directory: str, name: str, names: tuple[str, ...], first: dict[str, str]
    ) -> None:
        """Sort a file of a policy directory: it is one, it is left over, or it cannot be read."""
        path = f"{directory}/{name}"
        what = leftover(name)
        if what and not name.startswith("."):
            self.left_over.append((path, what))
        elif not what and self._file(path, names):
            first.setdefault(name, path)

    def _file(self, path: str, names: tuple[str, ...] = (), *, with_service: bool = False) -> bool:
        """Take in a file; return whether there is one."""
        if path in self.files:
            return True
        reading = self.texts.read(path)
        if reading.outcome is not Outcome.READ:
            if reading.outcome is not Outcome.MISSING and not self.source.is_directory(path):
                self.unreadable.append((path, reading.reason))
            return False
        parts = self._parts(reading.text, path, with_service=with_service)
        self.files[path] = File(
            *(path, path.rpartition("/")[2], parts.syntax, tuple(parts.known.values()), names),
            with_service,
        )
        self.targets[path] = parts.targets
        return True

    def _parts(self, text: str, path: str, *, with_service: bool) -> _Parts:
        key = (path, text, with_service, self.dialect, self.declarations)
        return self.memory.made(key, lambda: _parts_of(*key))

    def _included(self) -> frozenset[str]:
        """Return the paths that includes lead to; files outside of the directories are taken in."""
        found: set[str] = set()
        todo = list(self.files.values())
        for file in todo:
            for target in self.targets[file.path]:
                for path, column in included_from(self.dialect, self.layout, target):
                    new = path not in self.files
                    if self._file(path, with_service=column):
                        found.add(path)
                        if new:
                            todo.append(self.files[path])
                        break
        return frozenset(found)

    def _service(self, name: str, file: File) -> Service:
        key = ("service", name, self.layout, self.dialect, self.declarations)
        found = self.memory.asked(key, self.texts, lambda source: self._resolved(name, source))
        return Service(
            *(name, file, found.policy, found.failure, found.chains, found.known),
            *(self.declarations, self.dialect, self.whole or found.whole, self.around),
            found.results,
        )

    def _resolved(self, name: str, source: PolicySource) -> _Resolved:
        known: dict[Span, KnownEntry] = {}

        def parsed(
            text: str, path: str, _: Dialect, *, with_service: bool, quirks: frozenset[str]
        ) -> PolicyFile:
            assert not quirks  # noqa: S101  # lint reads as pamkit does
            parts = self._parts(text, path, with_service=with_service)
            known.update(parts.known)
            return parts.syntax

        try:
            policy = resolve(name, source, layout=self.layout, dialect=self.dialect, parsed=parsed)
        except PolicyError as refused:
            whole = _is_whole(refused.findings)
            results = Results({}, self.declarations, self.memory)
            return _Resolved(None, refused, {}, known, whole, results)
        chains = compile_policy(policy)
        results = Results(chains, self.declarations, self.memory)
        return _Resolved(policy, None, chains, known, _is_whole(policy.findings), results)


class _Parts(Record, eq=False):
    """What the text of a file comes to: its tree, its entries by place, the files they name."""

    syntax: PolicyFile
    known: dict[Span, KnownEntry]
    targets: tuple[str, ...]


class _Resolved(Record, eq=False):
    """What the files of a service come to; ``whole`` is false if one is missing."""

    policy: Policy | None
    failure: PolicyError | None
    chains: dict[Facility, Chain]
    known: dict[Span, KnownEntry]
    whole: bool
    results: Results


def _parts_of(
    path: str, text: str, with_service: bool, dialect: Dialect, declarations: Declarations
) -> _Parts:
    syntax = parse(text, path, dialect, with_service=with_service)
    entries = [(line, line.entry) for line in syntax.lines if line.entry is not None]
    known = {entry.span: known_entry(line, entry, declarations) for line, entry in entries}
    targets = (
        entry.target.text
        for _, entry in entries
        if entry.target is not None and entry.kind is not Kind.MODULE
    )
    return _Parts(syntax, known, tuple(dict.fromkeys(targets)))


def _is_whole(findings: tuple[Finding, ...]) -> bool:
    return not any(found.rule == "missing-include" for found in findings)
