"""A service's lines put together as Sun's libraries do it: a column names the service.

Source: Solaris' and illumos' `pam.conf(5)`, and what the libraries of illumos and CDE do.
"""

from __future__ import annotations

from pamkit.policy.resolve import OTHER, Place
from pamkit.policy.syntax import Kind
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility, word
from pamkit.vocab.failure import PolicyError
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.policy.families.loading import Lists, Loading
    from pamkit.policy.syntax import Entry, PolicyFile

    Entries = dict[Facility, list[Entry]]

MAX_INCLUDES = 32
"""Files inside one another (`PAM_MAX_INCLUDE`)."""


def load_columns(loading: Loading, service: str) -> None:
    """Read the lines of a service, and of `other` where there are none for a facility.

    Raises `PolicyError` where the family's library fails every call for the reading alone, and
    where there is nothing at all for the service.
    """
    _Columns(loading, service).load()


class _Columns:
    """Reads the files for one service; an include is looked up in its file as the service was."""

    def __init__(self, loading: Loading, service: str) -> None:
        self.loading, self.grammar = loading, loading.grammar
        self.service = service
        self.open_paths: list[str] = []
        self.tables: dict[str, tuple[Entries, Entries] | PolicyError] = {}

    def load(self) -> None:
        """Ask every place for the service, then every place for `other`."""
        loading = self.loading
        for name in dict.fromkeys((self.service, OTHER)):
            lists = loading.other if name == OTHER else loading.own
            for place in loading.places:
                wanted = [f for f in Facility if not loading.own[f] and not loading.other[f]]
                path = place + name if place.endswith("/") else place
                entries = self._entries(path, name, column=path == place) if wanted else {}
                self.open_paths.append(path)
                for facility in wanted:
                    for entry in entries.get(facility, ()):
                        self._take(entry, facility, lists)
                self.open_paths.pop()
        if not any(loading.own.values()) and not any(loading.other.values()):
            raise loading.refused(
                Span(loading.places[0], 1),
                f"there is no policy for the service `{shown(self.service)}`, nor for `{OTHER}`",
            )

    def _entries(self, path: str, name: str, *, column: bool) -> Entries:
        """Return the entries of a service in a file; none if there is no such file."""
        file = self.loading.file(path, with_service=column)
        if file is None:
            if column and len(self.loading.places) == 1:
                raise PolicyError(f"`{shown(path)}` is not there", tuple(self.loading.findings))
            return {}
        if column:
            own, other = self._table(path, file)
            return own if ascii_lower(name) == ascii_lower(self.service) else other
        return self._sorted(file)

    def _table(self, path: str, file: PolicyFile) -> tuple[Entries, Entries]:
        """Return the entries of a file with a column: the service's own, and those of `other`.

        C: a bad line of `other` counts until the service has a line of its own for the facility.
        """
        if path not in self.tables:
            self.tables[path] = self._new_table(file)
        table = self.tables[path]
        if isinstance(table, PolicyError):
            raise table
        return table

    def _new_table(self, file: PolicyFile) -> tuple[Entries, Entries] | PolicyError:
        own: Entries = {}
        other: Entries = {}
        try:
            for entry in file.entries:
                name = ascii_lower(entry.service.text) if entry.service else ""
                if name == ascii_lower(self.service):
                    self._add(entry, own)
                elif name == OTHER and (entry.facility is None or entry.facility not in own):
                    self._add(entry, other)
        except PolicyError as bad:
            return bad
        return own, other

    def _sorted(self, file: PolicyFile) -> Entries:
        """Return the entries of a file without a column."""
        found: Entries = {}
        for entry in file.entries:
            self._add(entry, found)
        return found

    def _add(self, entry: Entry, entries: Entries) -> None:
        if entry.must_fail or entry.facility is None:
            raise self.loading.bad(entry)
        entries.setdefault(entry.facility, []).append(entry)

    def _take(self, entry: Entry, facility: Facility, lists: Lists) -> None:
        """Put an entry in its place, or what it includes."""
        self.loading.look_at(entry)
        if entry.kind is Kind.MODULE:
            self.loading.place(entry, lists, facility)
            return
        self.loading.count_entry(entry)
        target = entry.target.text if entry.target else ""
        path = target if target.startswith("/") else f"{self.grammar.modules[0]}/{target}"
        refusal, entries = self._included(entry, path, facility)
        if refusal:
            lists[facility].append(Place(entry, refusal))
            return
        self.open_paths.append(path)
        for included in entries:
            self._take(included, facility, lists)
        self.open_paths.pop()

    def _included(self, entry: Entry, path: str, facility: Facility) -> tuple[str, list[Entry]]:
        """Return what a file has for a facility, or why it cannot be included.

        The library finds that out only when it comes to the line: entries before it count.
        """
        if path in self.open_paths:
            # C: the library reads on until 32 are nested, and then answers success.
            return self._refuse(
                "self-include",
                entry,
                f"`{shown(path)}` is being read already: it includes itself, directly or not",
                "remove one of the includes",
            )
        if len(self.open_paths) > MAX_INCLUDES:
            return self._refuse(
                "nested-too-deep",
                entry,
                f"more than {MAX_INCLUDES} files are nested",
                "the library answers success here: include fewer levels",
            )
        try:
            file = self.loading.file(path, with_service=True)
            own, other = self._table(path, file) if file else ({}, {})
        except PolicyError as broken:
            return self._refuse(
                "missing-include",
                entry,
                f"the file `{shown(path)}` cannot be included: {broken}",
                "the entry always fails: correct the file",
            )
        if file is None:
            return self._refuse(
                "missing-include",
                entry,
                f"the file `{shown(path)}` is not there",
                "the entry always fails: create the file or correct the name",
            )
        found = own.get(facility) or other.get(facility) or []
        if not found:
            # C: the library answers success here, and asks nobody any more.
            return self._refuse(
                "empty-include",
                entry,
                f"the included file `{shown(path)}` has no `{word(facility)}` entries for the "
                f"service `{shown(self.service)}`, nor for `{OTHER}`",
                "it would grant what it was meant to check: fill the file or remove the include",
            )
        return "", found

    def _refuse(self, rule: str, entry: Entry, message: str, hint: str) -> tuple[str, list[Entry]]:
        self.loading.note(rule, Severity.ERROR, entry.span, message, hint)
        return message, []
