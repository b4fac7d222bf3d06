"""Lines that another family reads otherwise: its own reader reads the same text, and both differ.

What is compared is the entry that each reader makes of a line: that there is one, its facility, its
module with its arguments, what it includes.  Controls are compared by what they do
(`analysis.parting`).
"""

from __future__ import annotations

from pamkit.policy.control import KEYWORDS
from pamkit.policy.dialect import CALL, START, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.places import included_from, places_in
from pamkit.policy.source import Layout
from pamkit.policy.syntax import Kind
from pamkit.policy.words import ascii_lower
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_WORDS
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.policy.syntax import Entry, Line, PolicyFile
    from pamkit.vocab.diagnostic import Finding


class OtherReading(Record):
    """What one family makes of a line: the rule that tells of it, where, and in words."""

    rule: str
    span: Span
    said: str


def other_readings(
    file: PolicyFile, here: Dialect, there: Dialect, *, with_service: bool
) -> tuple[OtherReading, ...]:
    """Return where the reader of a dialect makes something else of a file.

    ``file`` is the text as the dialect ``here`` reads it; ``with_service``: it has a column for the
    service.  Lines that neither can read are left out.
    """
    read = parse(file.text, file.name, there, with_service=with_service)
    return tuple(dict.fromkeys(_Pair(file, read, here, there).differences()))


def fault_in_words(fault: tuple[int, int]) -> str:
    """Return how far a fault goes in a family (`policy.dialect.Dialect`), in words."""
    reach, code = fault
    if reach == START:
        return "the service does not start"
    if reach == CALL:
        return "the call is refused"
    return "the line is passed over" if code == ReturnCode.IGNORE else "the line fails"


class _Pair:
    """One file, as two families read it."""

    def __init__(self, file: PolicyFile, read: PolicyFile, here: Dialect, there: Dialect) -> None:
        self.file, self.read, self.here, self.there = file, read, here, there
        self.theirs = {_at(entry.span): line for line, entry in _entries(read)}

    def differences(self) -> Iterator[OtherReading]:
        """Yield what differs, line by line."""
        seen: set[tuple[int, int]] = set()
        end = self._end()
        for line in self.file.lines:
            first, last = _reach(line)
            if first > end:
                break
            entry = line.entry
            if entry is not None:
                seen.add(_at(entry.span))
                yield from self._entry(line, entry)
            more = [
                other
                for place, other in self.theirs.items()
                if first <= place[0] <= last and place not in seen
            ]
            for other in more:
                assert other.entry is not None  # noqa: S101  # said for type checkers
                seen.add(_at(other.entry.span))
                yield self._one_more(line, other.entry)
        if self.file.complete and not self.read.complete:
            worst = [each for each in self.read.findings if each.severity is Severity.ERROR][-1]
            is_blank = worst.rule == "missing-facility"
            rule = "portable-blank-line" if is_blank else "portable-quotes"
            yield OtherReading(rule, worst.span, "the whole file is refused")

    def _end(self) -> int:
        """Return the last line that both have read."""
        if self.read.complete:
            return self.file.lines[-1].logical.line if self.file.lines else 0
        worst = [each for each in self.read.findings if each.severity is Severity.ERROR][-1]
        return worst.span.line - 1

    def _entry(self, line: Line, entry: Entry) -> Iterator[OtherReading]:
        there = self.theirs.get(_at(entry.span))
        other = None if there is None else there.entry
        bad, bad_there = _is_bad(entry), other is None or _is_bad(other)
        if bad and bad_there:
            return
        if bad_there:
            reason = self._reason(self.read.findings, line)
            rule, span = self._rule(entry, line, reason, self.there)
            joined = reason is None and other is None
            said = "it is part of the line before" if joined else fault_in_words(self._bad_line)
            yield OtherReading(rule, span, said)
        elif bad:
            assert other is not None  # noqa: S101  # said for type checkers
            reason = self._reason(self.file.findings, line)
            rule, span = self._rule(entry, line, reason, self.here)
            yield OtherReading(rule, span, "the line is understood")
        else:
            assert other is not None  # noqa: S101  # said for type checkers
            yield from self._both(line, entry, other)

    @property
    def _bad_line(self) -> tuple[int, int]:
        return self.there.bad_line

    def _reason(self, findings: Iterable[Finding], line: Line) -> Finding | None:
        first, last = _reach(line)
        return next(
            (
                each
                for each in findings
                if each.severity is Severity.ERROR and first <= each.span.line <= last
            ),
            None,
        )

    def _rule(
        self, entry: Entry, line: Line, reason: Finding | None, reader: Dialect
    ) -> tuple[str, Span]:
        """Return the rule that tells of a line that one reader does not understand, and where."""
        control = line.words[entry.service is not None :][1:2]
        where = control[0].span if control else entry.span
        rule = "" if reason is None else reason.rule
        if rule == "long-line":
            return "portable-long-line", entry.span
        if "\\\n" in line.logical.raw:
            return "portable-wrapped-line", entry.span
        if rule == "unknown-facility":
            return self._of_facility(entry, line), entry.span
        if entry.nests or rule in ("missing-file", "ignored-words"):
            return "portable-include", entry.span
        if rule in ("unknown-control", "bad-control"):
            word = control[0].text if control else ""
            if entry.control.text.startswith("["):
                return "portable-brackets", where
            known = KEYWORDS if not reader.keywords else dict(reader.keywords)
            is_known = ascii_lower(word) in (*known, "include")
            return ("portable-case" if is_known else "portable-control"), where
        if rule == "nameless-module" and entry.target is not None:
            return "portable-quotes", entry.target.span
        return "portable-comment" if "#" in line.logical.raw else "portable-quotes", entry.span

    def _of_facility(self, entry: Entry, line: Line) -> str:
        if entry.takes_all:
            return "portable-include"
        column = line.words[entry.service is not None :][0].text
        if column.startswith("-"):
            return "portable-dash"
        if ascii_lower(column) in FACILITY_WORDS:
            return "portable-case"
        return "portable-include" if ascii_lower(column) == "@include" else "portable-quotes"

    def _both(self, line: Line, entry: Entry, other: Entry) -> Iterator[OtherReading]:
        """Yield in what two entries differ that both families understand."""
        if entry.service is not None and self._other_service(entry):
            said = f"the line is of a service `{shown(entry.service.text)}`, in these letters only"
            if self._any_case(self.there):
                said = "the service is compared without case"
            yield OtherReading("portable-case", entry.service.span, said)
        if entry.kind is not Kind.MODULE:
            said = self._included(entry, other)
            if said:
                yield OtherReading("portable-include", entry.span, said)
            return
        words = tuple(word.text for word in entry.args)
        others = tuple(word.text for word in other.args)
        assert entry.target is not None and other.target is not None  # noqa: S101, PT018  # both good
        if entry.target.text != other.target.text:
            said = f"the module is `{shown(other.target.text)}`"
            yield OtherReading(self._cut(line, other), entry.target.span, said)
        if words != others:
            yield OtherReading(self._cut(line, other), entry.span, _handed(words, others))

    def _included(self, entry: Entry, other: Entry) -> str:
        """Return what an include names elsewhere; empty if it is the same."""
        assert entry.target is not None and other.target is not None  # noqa: S101, PT018  # both good
        layout = Layout()
        here = included_from(self.here, layout, entry.target.text)
        there = included_from(self.there, layout, other.target.text)
        if set(here) & set(there):
            return ""
        path, column = there[0]
        what = "a file with a column for the service" if column else "a file"
        return f"it names {what}, `{shown(path)}`"

    def _other_service(self, entry: Entry) -> bool:
        name = entry.service.text if entry.service else ""
        return name != ascii_lower(name) and self._any_case(self.here) is not self._any_case(
            self.there
        )

    @staticmethod
    def _any_case(dialect: Dialect) -> bool:
        return places_in(dialect, Layout()).any_case

    def _cut(self, line: Line, other: Entry) -> str:
        """Return the rule of a line that two readers cut into other words."""
        first, last = _reach(line)
        if any(
            each.rule == "long-line" and first <= each.span.line <= last
            for each in self.read.findings
            if each.severity is Severity.ERROR
        ):
            return "portable-long-line"
        span = other.args[-1].span if other.args else other.span
        theirs = self.theirs[_at(other.span)].logical.raw
        if "\\\n" in line.logical.raw or "\\\n" in theirs:
            return "portable-wrapped-line"
        commented = "#" in line.logical.raw or "#" in theirs
        quoted = any(word.raw != word.text for word in line.words) or span.line != line.logical.line
        return "portable-comment" if commented and not quoted else "portable-quotes"

    def _one_more(self, line: Line, other: Entry) -> OtherReading:
        """Return what is said of an entry that only the other family sees."""
        text = line.logical.raw
        said = "it is an entry" if not _is_bad(other) else fault_in_words(self._bad_line)
        if other.span.line == line.logical.line and line.entry is not None:
            return OtherReading("portable-long-line", other.span, "it is cut, and goes on here")
        if "\\\n" in text:
            return OtherReading("portable-wrapped-line", other.span, f"a line of its own: {said}")
        rule = "portable-comment" if "#" in text else "portable-quotes"
        return OtherReading(rule, other.span, f"no comment: {said}" if "#" in text else said)


def _entries(file: PolicyFile) -> Iterator[tuple[Line, Entry]]:
    return ((line, line.entry) for line in file.lines if line.entry is not None)


def _at(span: Span) -> tuple[int, int]:
    return span.line, span.column


def _reach(line: Line) -> tuple[int, int]:
    """Return the first and the last line of a text that a logical line is made of."""
    raw = line.logical.raw
    return line.logical.line, line.logical.line + raw.removesuffix("\n").count("\n")


def _is_bad(entry: Entry) -> bool:
    return entry.must_fail or bool(entry.control.problem) or (entry.nests and not entry.target)


def _handed(words: tuple[str, ...], others: tuple[str, ...]) -> str:
    """Return in words which arguments a module gets elsewhere."""
    if others[: len(words)] == words:
        return f"the module also gets {_quoted(others[len(words) :])}"
    if words[: len(others)] == others:
        return f"the module does not get {_quoted(words[len(others) :])}"
    return f"the module gets {_quoted(others)}"


_MOST_WORDS = 4
_LONGEST_WORD = 40


def _quoted(words: tuple[str, ...]) -> str:
    said = " ".join(f"`{_short(word)}`" for word in words[:_MOST_WORDS])
    return f"{said} …" if len(words) > _MOST_WORDS else said


def _short(word: str) -> str:
    return shown(word) if len(word) <= _LONGEST_WORD else f"{shown(word[:_LONGEST_WORD])}…"
