"""A service's files put together as OpenPAM does it: an include is another service.

Source: OpenPAM's `pam.conf(5)`, and what the libraries of FreeBSD and macOS do.
"""

from __future__ import annotations

from pamkit.policy.resolve import MAX_OPEN, OTHER, Place
from pamkit.policy.syntax import Kind
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.families.loading import Lists, Loading
    from pamkit.policy.syntax import Entry
    from pamkit.vocab.failure import PolicyError

BUILT_IN = "(built in)"
"""The name of the file that the library has in itself."""


def load_services(loading: Loading, service: str) -> None:
    """Read the files of a service, and of `other` where it leaves a facility empty.

    Raises `PolicyError` where the family's `pam_start` fails, and where it would not come back.
    """
    _Services(loading).load(service)


class _Services:
    """Reads services, one inside the other where they are included."""

    def __init__(self, loading: Loading) -> None:
        self.loading, self.grammar = loading, loading.grammar
        self.open: list[tuple[str, Facility | None]] = []

    def load(self, service: str) -> None:
        """Read a service and what stands in for it."""
        loading = self.loading
        own = loading.other if service == OTHER else loading.own
        found = self._service(service, None, own)
        for facility in Facility:
            if own[facility]:
                continue
            there = self._service(OTHER, facility, loading.other)
            if not there and self.grammar.needs_other:
                raise self._nobody(service, facility, found)
            if not loading.other[facility] and self.grammar.built_in:
                self._built_in(facility)

    def _service(self, name: str, wanted: Facility | None, lists: Lists) -> bool:
        """Take in the entries of a service: those of one facility, or all.

        Returns whether the service is somewhere; with ``adds_nothing``, whether it adds anything.
        """
        self.open.append((name, wanted))
        found = False
        for place in self.loading.places:
            directory = place.endswith("/")
            path = place + name if directory else place
            if self.loading.file(path, with_service=not directory) is None:
                continue
            entries = self.loading.entries[path, not directory]
            taken = self._file(entries, None if directory else name, wanted, lists)
            if taken or (directory and self.grammar.empty_counts):
                found = True
                break
        self.open.pop()
        return found

    def _file(
        self,
        entries: tuple[Entry, ...],
        column: str | None,
        wanted: Facility | None,
        lists: Lists,
    ) -> int:
        """Take in the entries of a file and return how many count for finding the service."""
        taken = 0
        for entry in entries:
            self.loading.look_at(entry)
            if column is not None and not self._is_of(entry, column):
                continue
            facility = entry.facility
            if facility is None:
                raise self.loading.bad(entry)
            if wanted is not None and facility is not wanted:
                continue
            if entry.must_fail:
                raise self.loading.bad(entry)
            if entry.kind is Kind.INCLUDE:
                more = self._include(entry, facility, lists)
                taken += more * self.grammar.adds_nothing
                continue
            self.loading.place(entry, lists, facility)
            taken += 1
        return taken

    def _is_of(self, entry: Entry, column: str) -> bool:
        """Whether an entry of a file with a column is one of a service."""
        name = entry.service.text if entry.service else ""
        if self.grammar.any_case:
            return ascii_lower(name) == ascii_lower(column)
        return name == column

    def _include(self, entry: Entry, facility: Facility, lists: Lists) -> int:
        """Take in a facility of another service; return how many entries that adds."""
        target = entry.target.text if entry.target else ""
        if (target, facility) in self.open or (target, None) in self.open:
            # C: the library would read on until its stack is full.
            raise self._refused(
                "self-include",
                entry,
                f"`{shown(target)}` is being read already: it includes itself, directly or not",
                "remove one of the includes",
            )
        if len(self.open) == MAX_OPEN:
            raise self._refused(
                "nested-too-deep",
                entry,
                f"more than {MAX_OPEN} services are nested",
                "include fewer levels",
            )
        self.loading.count_entry(entry)
        before = sum(map(len, lists.values()))
        there = self._service(target, facility, lists)
        added = sum(map(len, lists.values())) - before
        if not there and not self.grammar.adds_nothing:
            raise self._refused(
                "missing-include",
                entry,
                f"the service `{shown(target)}` is not there",
                "the whole service is refused: create its file or correct the name",
            )
        if not added:
            self._look_at_nothing(entry, target, facility)
        return added

    def _look_at_nothing(self, entry: Entry, target: str, facility: Facility) -> None:
        """Say that an include adds nothing; `PolicyError` if what it names says nothing at all."""
        if "empty-include" not in self.loading.quirks and not self._says_anything(target):
            raise self._refused(
                "empty-include",
                entry,
                f"the included service `{shown(target)}` has no entries",
                "it would grant what it was meant to check: fill its file or remove the include",
            )
        self.loading.note(
            "include-adds-nothing",
            Severity.WARNING,
            entry.span,
            f"`{shown(target)}` has no `{word(facility)}` entries",
            "the include adds nothing to this facility",
        )

    def _says_anything(self, target: str) -> bool:
        """Whether any file has an entry for a service."""
        for place in self.loading.places:
            directory = place.endswith("/")
            path = place + target if directory else place
            self.loading.file(path, with_service=not directory)
            for entry in self.loading.entries.get((path, not directory), ()):
                self.loading.look_at(entry)
                if directory or self._is_of(entry, target):
                    return True
        return False

    def _built_in(self, facility: Facility) -> None:
        """DIALECT: macos.  Fill a facility with what the library has in itself: a refusal."""
        if (BUILT_IN, False) not in self.loading.files:
            self.loading.tree(self.grammar.built_in, BUILT_IN, with_service=False)
        for entry in self.loading.entries[BUILT_IN, False]:
            if entry.facility is facility:
                self.loading.other[facility].append(Place(entry, ""))

    def _nobody(self, service: str, facility: Facility, found: bool) -> PolicyError:
        """Return the error for a facility that nobody fills."""
        if found:
            message = f"nobody fills `{word(facility)}`, and there is no policy for `{OTHER}`"
        else:
            message = f"there is no policy for the service `{shown(service)}`, nor for `{OTHER}`"
        place = self.loading.places[0]
        span = Span(place + OTHER if place.endswith("/") else place, 1)
        self.loading.note(
            "missing-other",
            Severity.WARNING,
            span,
            f"there is no file for the service `{OTHER}`",
            "without it nothing stands in for missing facilities; create it",
        )
        return self.loading.refused(span, message)

    def _refused(self, rule: str, entry: Entry, message: str, hint: str) -> PolicyError:
        self.loading.note(rule, Severity.ERROR, entry.span, message, hint)
        return self.loading.refused(entry.span, message)
