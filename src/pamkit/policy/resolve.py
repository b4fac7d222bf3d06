"""A service's files spliced into one policy: includes in place, substacks nested.

Source: `pam.conf(5)`, `pam.d(5)`; the order of search and every rule of failure are libpam's,
except where a quirk has a name (`dialect.QUIRKS`).
"""

from __future__ import annotations

from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.source import Layout, MemorySource, Outcome, Reading
from pamkit.policy.words import MAX_LINES, ascii_lower
from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    from pamkit.policy.chain import Link
    from pamkit.policy.skim import Run, Skimmed
    from pamkit.policy.source import PolicySource
    from pamkit.policy.syntax import Entry, PolicyFile

    Parse = Callable[..., PolicyFile]
    """`parse`, or one that remembers what it gave."""

    File: TypeAlias = "PolicyFile | Skimmed"

    Placed = dict[Facility, "tuple[Place | list[Link], ...]"]
    """What is in place by facility: places, and runs of links that only need their numbers.

    Runs come from files that were skimmed (`policy.skim`).
    """

    Lists = dict[Facility, list[Any]]
    """The same while it comes together."""

OTHER = "other"
"""The service whose entries stand in where a service has none of its own."""

MAX_NESTING = 16
"""Files inside one another (`PAM_SUBSTACK_MAX_LEVEL`)."""

MAX_ENTRIES = 4096
"""Entries one service may come to; an include bomb would reach billions.

The largest service in some 2,500 real files comes to fewer than 100.
"""

MAX_LOOKED_AT = 65536
"""Lines that are gone through for one service, those of other facilities with them."""

MAX_OPEN = 64
"""Files inside one another under the quirk `unbounded-includes`, which libpam survives."""


class Place(Record):
    """An entry in its place in a facility: a module, or a substack with places of its own.

    ``refusal`` says why the entry can only fail (empty if it can do better);
    ``inside`` is `None` for a module.
    """

    entry: Entry
    refusal: str
    inside: tuple[Place, ...] | None = None


class Policy(Record):
    """What is configured for one service: its own places and those of `other`, by facility.

    ``files`` are the files that were read, in the order of first use; ``dialect`` and ``quirks``
    say how.
    """

    service: str
    own: dict[Facility, tuple[Place, ...]]
    other: dict[Facility, tuple[Place, ...]]
    files: tuple[PolicyFile, ...]
    findings: tuple[Finding, ...]
    dialect: Dialect
    quirks: frozenset[str]

    def places(self, facility: Facility) -> tuple[Place, ...]:
        """The places that are asked for a facility: the service's own, or else those of `other`."""
        return self.own[facility] or self.other[facility]


def service_name(name: str, quirks: frozenset[str] = frozenset(), dialect: Dialect = LINUX) -> str:
    """Return the service name libpam would use: the last part of a path, in lower case.

    A name with a path, and `.` or `..`, is refused with `PolicyError` unless the quirk
    `service-path` is on: it would open a file outside the policy directory.
    """
    if dialect.keywords:
        from pamkit.policy.families.grammar import grammar_of
        from pamkit.policy.families.names import service_name_in

        return service_name_in(grammar_of(dialect), name)
    if "\0" in name:
        raise PolicyError("the service name holds a NUL byte")
    if "service-path" in quirks:
        return ascii_lower(name.rpartition("/")[2])
    if not name or "/" in name or name in (".", ".."):
        raise PolicyError(
            f"`{shown(name)}` is no service name: expected the name of a file in /etc/pam.d"
        )
    return ascii_lower(name)


def resolve(
    service: str,
    source: PolicySource,
    *,
    layout: Layout | None = None,
    dialect: Dialect = LINUX,
    quirks: frozenset[str] = frozenset(),
    parsed: Parse | None = None,
) -> Policy:
    """Return the policy of a service; ``service`` is a name as `service_name` returns it.

    ``parsed`` makes the trees of files: who resolves many services may remember them.

    Raises `PolicyError` where libpam's `pam_start` answers `PAM_ABORT` (no file at all, a file
    that ends in a continuation, a module without a name), and where pamkit refuses a quirk.
    """
    if dialect.keywords:
        from pamkit.policy.families.resolve import resolve_family  # DIALECT: another family's

        return resolve_family(service, source, dialect, layout=layout, quirks=quirks, parsed=parsed)
    loader = Loader(source, layout or Layout(), dialect, quirks, parsed or parsed_file)
    loader.load(service)
    return Policy(
        service,
        frozen(loader.own),
        frozen(loader.other),
        tuple(loader.files.values()),
        tuple(loader.findings),
        dialect,
        quirks,
    )


def frozen(lists: dict[Facility, list[Any]]) -> dict[Facility, tuple[Any, ...]]:
    """Return what has come together."""
    return {facility: tuple(places) for facility, places in lists.items()}


def parsed_file(text: str, name: str, dialect: Dialect, **how: Any) -> PolicyFile:
    """Return the tree of a file; see `policy.parser.parse`."""
    from pamkit.policy.parser import parse  # a login whose files are skimmed has no need of it

    return parse(text, name, dialect, **how)


class Asked:
    """What a source said, and says again: a file has one content, however often it is met."""

    __slots__ = ("_directories", "_readings", "_source")

    def __init__(self, source: PolicySource) -> None:
        """Ask ``source`` what was not asked before."""
        self._source = source
        self._readings: dict[str, Reading] = {}
        self._directories: dict[str, bool] = {}

    def read(self, path: str) -> Reading:
        """Return what reading the file at ``path`` gave first."""
        if path not in self._readings:
            self._readings[path] = self._source.read(path)
        return self._readings[path]

    def is_directory(self, path: str) -> bool:
        """Whether ``path`` was a directory when it was asked first."""
        if path not in self._directories:
            self._directories[path] = self._source.is_directory(path)
        return self._directories[path]

    def close(self) -> None:
        """Ask nobody any more: what was not asked until now is not there."""
        self._source = MemorySource({})


class Loader:
    """Reads the files of one service and puts their entries in place: in ``own`` and ``other``.

    ``parsed`` gives what is in a file: a tree, or a skimmed file (`policy.skim`).
    """

    def __init__(
        self,
        source: PolicySource,
        layout: Layout,
        dialect: Dialect,
        quirks: frozenset[str],
        parsed: Callable[..., File],
    ) -> None:
        self.source, self.layout = Asked(source), layout
        self.dialect, self.quirks, self.parsed = dialect, quirks, parsed
        self.own: Lists = {facility: [] for facility in Facility}
        self.other: Lists = {facility: [] for facility in Facility}
        self.files: dict[tuple[str, bool], Any] = {}  # by path, and if it is a pam.conf
        self.findings: dict[Finding, None] = {}  # a set that keeps its order
        self.open_paths: list[str] = []
        self.count = 0
        self.looked_at = 0

    def load(self, service: str) -> None:
        """Read the files of the service and of `other`; raises `PolicyError`."""
        layout = self.layout
        if layout.confdir is None and not any(
            self.source.is_directory(directory) for directory in layout.directories
        ):
            self._load_conf(service)
            return
        found = False
        passes = [(service, self.other if service == OTHER else self.own), (OTHER, self.other)]
        if service == OTHER and "other-twice" not in self.quirks:
            del passes[0]
        for name, lists in passes:
            path = self._find(name)
            if path is None:
                if name == OTHER:
                    self._note(
                        "missing-other",
                        Severity.WARNING,
                        Span(f"{layout.confdir or layout.directories[0]}/{OTHER}", 1),
                        "there is no file for the service `other`",
                        "without it nothing stands in for missing facilities; create it",
                    )
                continue
            file = self._read(path)
            found = True
            self._take_in(file, None, lists, 0)
            if not file.complete:
                raise PolicyError(
                    f"`{shown(path)}` ends in the middle of a line", tuple(self.findings)
                )
        if not found:
            raise PolicyError(
                f"there is no policy for the service `{shown(service)}`, nor for `{OTHER}`",
                tuple(self.findings),
            )

    def _load_conf(self, service: str) -> None:
        path = self.layout.conf_file
        file = self._read(path, with_service=True)
        for entry in file.entries:
            name = ascii_lower(entry.service.text) if entry.service else ""
            if name == OTHER:
                self._place(entry, None, self.other, 0)
            elif name == service:
                self._place(entry, None, self.own, 0)
        if not file.complete:
            raise PolicyError(f"`{shown(path)}` ends in the middle of a line", tuple(self.findings))

    def _find(self, name: str) -> str | None:
        """Return the path of the first file for a name; `PolicyError` if it may not be read."""
        for path in self._candidates(name):
            reading = self.source.read(path)
            if reading.outcome is Outcome.UNREADABLE:
                if "unreadable-falls-through" not in self.quirks:
                    raise PolicyError(
                        f"`{shown(path)}` cannot be read: {reading.reason}", tuple(self.findings)
                    )
            elif reading.outcome is not Outcome.MISSING:
                return path
        return None

    def _candidates(self, name: str) -> list[str]:
        if name.startswith("/"):
            return [name]
        if self.layout.confdir is not None:
            return [f"{self.layout.confdir}/{name}"]
        return [f"{directory}/{name}" for directory in self.layout.directories]

    def _read(self, path: str, *, with_service: bool = False) -> File:
        known: File | None = self.files.get((path, with_service))
        if known is not None:
            return known
        reading = self.source.read(path)
        whole = reading.outcome is Outcome.READ
        if not whole and not (
            reading.outcome is Outcome.CUT_SHORT and "read-error-ends-file" in self.quirks
        ):
            raise PolicyError(
                f"`{shown(path)}` cannot be read: {reading.reason}", tuple(self.findings)
            )
        file = self.parsed(
            reading.text, path, self.dialect, with_service=with_service, quirks=self.quirks
        )
        self.files[path, with_service] = file
        self.findings.update(dict.fromkeys(file.findings))
        if any(finding.rule == "too-many-lines" for finding in file.findings):
            raise PolicyError(
                f"`{shown(path)}` has more than {MAX_LINES} lines", tuple(self.findings)
            )
        return file

    def _take_in(
        self,
        file: File,
        wanted: Facility | None,
        lists: Lists,
        depth: int,
    ) -> None:
        """Put the entries of a file into ``lists``: those of one facility, or all."""
        if len(self.open_paths) == MAX_OPEN:
            raise self._bomb(Span(file.name, 1), f"more than {MAX_OPEN} files are nested")
        self.open_paths.append(file.name)
        for entry in file.entries:
            if isinstance(entry, list):
                self._place_run(entry, wanted, lists)
                continue
            self.looked_at += 1
            if self.looked_at > MAX_LOOKED_AT:
                raise self._bomb(entry.span, f"more than {MAX_LOOKED_AT} lines have to be read")
            self._place(entry, wanted, lists, depth)
        self.open_paths.pop()

    def _place_run(self, run: Run, wanted: Facility | None, lists: Lists) -> None:
        """Put the links of a run in place: those of one facility, or all."""
        self.looked_at += sum(map(len, run))
        for facility in lists if wanted is None else (wanted,):
            links = run[facility]
            if links:
                self.count += len(links)
                lists[facility].append(links)
        if self.looked_at > MAX_LOOKED_AT or self.count > MAX_ENTRIES:
            raise PolicyError("there are too many lines")  # the full reader says where

    def _place(
        self,
        entry: Entry,
        wanted: Facility | None,
        lists: Lists,
        depth: int,
    ) -> None:
        if entry.takes_all:
            self._include_all(entry, wanted, lists, depth)
            return
        # A line with a broken first column counts for the facility that was asked for, or for
        # `auth`, the most sensitive.
        facility = entry.facility
        if facility is None:
            facility = Facility.AUTH if wanted is None else wanted
        if wanted is not None and facility is not wanted:
            return
        places = lists[facility]
        self._count(entry)
        if not entry.nests:
            self._check_name(entry)
            refusal = "the line is malformed" if entry.must_fail else ""
            places.append(Place(entry, refusal))
            return
        target = entry.target.text if entry.target else None
        deeper = entry.nests_deeper
        into = lists
        inside: list[Any] = []
        if deeper:
            self._check_name(entry)
            into = {facility: inside}
        refusal = self._nest(entry, target, facility, into, depth, deeper)
        if deeper:
            places.append(Place(entry, "", tuple(inside)))
        if refusal:
            # C: whatever was taken in before the failure stays in front of the entry that fails.
            places.append(Place(entry, refusal))

    def _include_all(
        self,
        entry: Entry,
        wanted: Facility | None,
        lists: Lists,
        depth: int,
    ) -> None:
        """DIALECT: debian.  `@include` takes in everything, and has no facility to fail in."""
        self._count(entry)
        target = entry.target.text if entry.target else None
        refusal = self._nest(entry, target, wanted, lists, depth, False)
        if not refusal:
            return
        if wanted is None:
            raise PolicyError(f"{shown(str(entry.span))}: {refusal}", tuple(self.findings))
        lists[wanted].append(Place(entry, refusal))

    def _nest(
        self,
        entry: Entry,
        target: str | None,
        wanted: Facility | None,
        lists: Lists,
        depth: int,
        deeper: bool,
    ) -> str:
        """Take in the file an entry names; return why it could not be done, or `""`."""
        below = depth + (deeper or "unbounded-includes" not in self.quirks)
        if target is None:
            return "the line names no file"
        if below >= MAX_NESTING:
            return self._refuse(
                "nested-too-deep",
                entry,
                f"more than {MAX_NESTING} files are nested",
                "libpam stops here; include fewer levels",
            )
        path = self._find_included(target)
        if path is None:
            return self._refuse(
                "missing-include",
                entry,
                f"the file `{shown(target)}` is not there",
                "the entry always fails: create the file or correct the name",
            )
        if path in self.open_paths and "self-include" not in self.quirks:
            return self._refuse(
                "self-include",
                entry,
                f"`{shown(target)}` is being read already: it includes itself, directly or not",
                "remove one of the includes",
            )
        file = self._read(path)
        if not file.entries and file.complete and "empty-include" not in self.quirks:
            return self._refuse(
                "empty-include",
                entry,
                f"the included file `{shown(target)}` has no entries",
                "it would grant what it was meant to check: fill the file or remove the include",
            )
        before = self.count
        self._take_in(file, wanted, lists, below)
        if self.count == before and wanted is not None and file.entries:
            self._note(
                "include-adds-nothing",
                Severity.WARNING,
                entry.span,
                f"`{shown(target)}` has no `{word(wanted)}` entries",
                "the include adds nothing to this facility",
            )
        return "" if file.complete else "the included file ends in the middle of a line"

    def _find_included(self, target: str) -> str | None:
        if target.startswith("/") or "system-includes" not in self.quirks:
            return self._find(target)
        # DIALECT: system-includes; Debian's 1.5 looks in the system's directory alone.
        directory = self.layout.directories[0]
        path = f"{directory}/{target}"
        found = self.source.read(path).outcome in (Outcome.READ, Outcome.CUT_SHORT)
        return path if found and self.source.is_directory(directory) else None

    def _check_name(self, entry: Entry) -> None:
        """C: a name that leaves nothing for the log prefix makes `pam_start` give up."""
        if entry.target is None:
            return
        base = entry.target.text.rpartition("/")[2]
        stem = base[: base.rindex(".")] if "." in base else base
        if stem in ("", "?"):
            name = f"`{shown(entry.target.text)}` is no name for a module"
            span = entry.target.span
            hint = "libpam refuses the whole service: name a file, `pam_….so`"
            self._note("nameless-module", Severity.ERROR, span, name, hint)
            raise PolicyError(f"{shown(str(span))}: {name}", tuple(self.findings))

    def _count(self, entry: Entry) -> None:
        """Bound the work: files that include one another grow as a power of their number."""
        self.count += 1
        if self.count > MAX_ENTRIES:
            raise self._bomb(entry.span, f"the service comes to more than {MAX_ENTRIES} entries")

    def _bomb(self, span: Span, message: str) -> PolicyError:
        hint = "the files include one another over and over: remove the repetition"
        self._note("include-bomb", Severity.ERROR, span, message, hint)
        return PolicyError(f"{shown(str(span))}: {message}", tuple(self.findings))

    def _refuse(self, rule: str, entry: Entry, message: str, hint: str) -> str:
        self._note(rule, Severity.ERROR, entry.span, message, hint)
        return message

    def _note(self, rule: str, severity: Severity, span: Span, message: str, hint: str) -> None:
        self.findings[Finding(rule, severity, span, message, hint)] = None
