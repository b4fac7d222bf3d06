"""What reading a service's files needs in every family: each file once, and bounds for the work."""

from __future__ import annotations

from pamkit.policy.families.grammar import grammar_of
from pamkit.policy.families.parser import parse_family
from pamkit.policy.resolve import MAX_ENTRIES, MAX_LOOKED_AT, Place
from pamkit.policy.source import Outcome
from pamkit.policy.words import MAX_LINES
from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.facility import Facility
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.dialect import Dialect
    from pamkit.policy.resolve import Parse
    from pamkit.policy.source import PolicySource, Reading
    from pamkit.policy.syntax import Entry, PolicyFile

    Lists = dict[Facility, list[Place]]


class Loading:
    """The files of one service as far as they were read, and what was found on the way."""

    def __init__(
        self,
        source: PolicySource,
        places: tuple[str, ...],
        dialect: Dialect,
        quirks: frozenset[str],
        parsed: Parse | None = None,
    ) -> None:
        self.source, self.places, self.dialect, self.quirks = source, places, dialect, quirks
        self.grammar, self.parsed = grammar_of(dialect), parsed
        self.own: Lists = {facility: [] for facility in Facility}
        self.other: Lists = {facility: [] for facility in Facility}
        self.readings: dict[str, Reading] = {}  # a file has one content, however often it is met
        self.files: dict[tuple[str, bool], PolicyFile] = {}  # by path, and if it has the column
        self.entries: dict[tuple[str, bool], tuple[Entry, ...]] = {}  # of each file, by the same
        self.broken: dict[tuple[str, bool], PolicyError] = {}  # by the same
        self.findings: dict[Finding, None] = {}  # a set that keeps its order
        self.count = 0
        self.looked_at = 0

    def file(self, path: str, *, with_service: bool) -> PolicyFile | None:
        """Return the tree of a file, `None` if there is no such file; `PolicyError` if it is bad.

        A file that cannot be read is an error: nobody may get by because of it.
        """
        if (path, with_service) in self.broken:
            raise self.broken[path, with_service]
        known = self.files.get((path, with_service))
        if known is not None:
            return known
        if path not in self.readings:
            self.readings[path] = self.source.read(path)
        reading = self.readings[path]
        if reading.outcome is Outcome.MISSING:
            return None
        if reading.outcome is not Outcome.READ:
            # DIALECT: macos; Apple's library passes over a file that it may not open.
            passed_over = self.grammar.adds_nothing and reading.outcome is Outcome.UNREADABLE
            if passed_over and "unreadable-falls-through" in self.quirks:
                return None
            raise PolicyError(
                f"`{shown(path)}` cannot be read: {reading.reason}", tuple(self.findings)
            )
        return self.tree(reading.text, path, with_service=with_service)

    def tree(self, text: str, path: str, *, with_service: bool) -> PolicyFile:
        """Return the tree of a text, and keep it; raises `PolicyError` if all of it is refused."""
        if self.parsed is not None:
            file = self.parsed(
                text, path, self.dialect, with_service=with_service, quirks=self.quirks
            )
        else:
            file = parse_family(text, path, self.dialect, with_service=with_service)
        self.files[path, with_service] = file
        self.entries[path, with_service] = file.entries
        self.findings.update(dict.fromkeys(file.findings))
        broken = self._broken(file)
        if broken is not None:
            self.broken[path, with_service] = broken
            raise broken
        return file

    def look_at(self, entry: Entry) -> None:
        """Bound the work: lines that are gone through."""
        self.looked_at += 1
        if self.looked_at > MAX_LOOKED_AT:
            raise self._bomb(entry.span, f"more than {MAX_LOOKED_AT} lines have to be read")

    def place(self, entry: Entry, lists: Lists, facility: Facility) -> None:
        """Put a module's entry in its place."""
        self.count_entry(entry)
        lists[facility].append(Place(entry, ""))

    def count_entry(self, entry: Entry) -> None:
        """Bound the work: files that include one another grow as a power of their number."""
        self.count += 1
        if self.count > MAX_ENTRIES:
            raise self._bomb(entry.span, f"the service comes to more than {MAX_ENTRIES} entries")

    def bad(self, entry: Entry) -> PolicyError:
        """Return why a bad entry refuses the service: the first error from its place on."""
        place = entry.span
        found = next(
            found
            for found in self.findings
            if found.severity is Severity.ERROR
            and found.span.file == place.file
            and (found.span.line, found.span.column) >= (place.line, place.column)
        )
        return self.refused(found.span, found.message)

    def refused(self, span: Span, message: str) -> PolicyError:
        """Return the error that says where and why the service is refused."""
        return PolicyError(f"{shown(str(span))}: {message}", tuple(self.findings))

    def note(self, rule: str, severity: Severity, span: Span, message: str, hint: str) -> None:
        """Keep a finding."""
        self.findings[Finding(rule, severity, span, message, hint)] = None

    def _broken(self, file: PolicyFile) -> PolicyError | None:
        """Return why all of a file is refused, `None` if it is not."""
        if len(file.lines) > MAX_LINES:
            last = file.lines[-1].logical.line
            return self.refused(Span(file.name, last), f"more than {MAX_LINES} lines")
        if not file.complete:
            worst = [found for found in file.findings if found.severity is Severity.ERROR][-1]
            return self.refused(worst.span, worst.message)
        if self.grammar.stops_at_blank and not file.lines:
            return self.refused(Span(file.name, 1), "the file is empty")
        return None

    def _bomb(self, span: Span, message: str) -> PolicyError:
        hint = "the files include one another over and over: remove the repetition"
        self.note("include-bomb", Severity.ERROR, span, message, hint)
        return self.refused(span, message)
