"""Words to the tree of a policy file, for the families; every mistake is a finding."""

from __future__ import annotations

from pamkit.policy.control import ALL_BAD, Control
from pamkit.policy.families.column_words import column_lines
from pamkit.policy.families.grammar import INCLUDE, Includes, Writing, grammar_of
from pamkit.policy.families.joined_words import joined_lines
from pamkit.policy.families.lines import Cut, Fault
from pamkit.policy.families.names import is_plain_path, is_service_name
from pamkit.policy.families.shell_words import shell_lines
from pamkit.policy.syntax import Entry, Kind, Line, PolicyFile
from pamkit.policy.words import MAX_LINES, LogicalLine, Word, ascii_lower
from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.facility import FACILITY_WORDS, Facility
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.policy.dialect import Dialect
    from pamkit.policy.families.grammar import Grammar

_NO_CONTROL = Control("", ALL_BAD)

_MOST_HINTS = 64
"""Unknown words of a file for which a near one is looked for; more are no slips of the pen."""

_BREAKS_FILE = (Fault.UNFINISHED, Fault.BLANK)


def parse_family(
    text: str, name: str, dialect: Dialect, *, with_service: bool = False
) -> PolicyFile:
    """Return the tree of a policy text in one of the dialects that `GRAMMARS` names.

    ``text`` is the file decoded as UTF-8 with undecodable bytes as surrogates; ``name`` is used in
    spans.  ``with_service`` reads a column for the service first.  Never raises.

    A line that the family leaves out has no entry; one for which it refuses the service has an
    entry that ``must_fail``.  The tree is not ``complete`` if the family gives up the whole file.
    """
    grammar = grammar_of(dialect)
    reader = _Reader(name, grammar, dialect, with_service)
    lines: list[Line] = []
    at = 0
    for cut in _cut(text, name, grammar):
        if len(lines) == MAX_LINES:
            lines.append(reader.too_many(text[at:], cut.logical.line))
            break
        lines.append(reader.line(cut))
        at += len(cut.logical.raw)
        if not reader.complete and at < len(text):
            # The family reads no further, and nor does anybody here.
            lines.append(Line(LogicalLine(text[at:], text.count("\n", 0, at) + 1, None), (), None))
            break
    return PolicyFile(name, tuple(lines), tuple(reader.findings), reader.complete)


def _cut(text: str, name: str, grammar: Grammar) -> Iterator[Cut]:
    if grammar.writing is Writing.SHELL:
        return shell_lines(text, name)
    if grammar.writing is Writing.JOINED:
        return joined_lines(text, name)
    return column_lines(text, name, grammar)


class _Problem(Exception):
    """What is wrong with a line: the rule, where, and what to do."""

    def __init__(self, rule: str, span: Span, message: str, hint: str) -> None:
        self.rule, self.span, self.message, self.hint = rule, span, message, hint
        super().__init__(message)


class _Reader:
    """Reads the lines of one file and collects what is odd."""

    def __init__(self, name: str, grammar: Grammar, dialect: Dialect, with_service: bool) -> None:
        self.name, self.grammar, self.keywords = name, grammar, dict(dialect.keywords)
        self.with_service = with_service
        self.findings: list[Finding] = []
        self.complete = True
        self.hints = 0

    def line(self, cut: Cut) -> Line:
        """Return the tree of one line."""
        logical, words = cut.logical, cut.words
        self._look_at_bytes(logical)
        if cut.fault is Fault.CUT_OFF:
            self._note(self._too_long(Span(self.name, logical.line)))
        if cut.fault in _BREAKS_FILE:
            self.complete = False
            self._note(_broken_file(cut.fault, Span(self.name, logical.line)))
            return Line(logical, words, None)
        if not words:
            return Line(logical, (), None)
        if self.with_service and len(words) == 1 and self.grammar.writing is Writing.JOINED:
            self._warn(
                "missing-facility",
                words[0].span,
                "the line holds nothing but a service",
                "it is left out: remove it",
            )
            return Line(logical, words, None)
        return Line(logical, words, self._entry(words, cut.fault))

    def too_many(self, raw: str, number: int) -> Line:
        """Return what is left of a file that is too long, from line ``number`` on, as it is."""
        problem = _Problem(
            "too-many-lines",
            Span(self.name, number),
            f"the file has more than {MAX_LINES} lines",
            "no service gets it: remove what is no policy",
        )
        self._note(problem)
        return Line(LogicalLine(raw, number, None), (), None)

    def _entry(self, words: tuple[Word, ...], fault: Fault) -> Entry | None:
        """Return the entry a line makes; `None` if the family leaves the line out."""
        columns = _Columns(words, self.with_service)
        problem: _Problem | None = None
        try:
            self._look_at(columns)
            if fault is Fault.LONG:
                raise self._too_long(words[0].span)
        except _Problem as found:
            problem = found
            self._note(found)
            if self.grammar.skips_bad_lines:
                return None
        facility, target = columns.facility, columns.target
        return Entry(
            columns.kind,
            words[0].span,
            columns.service,
            facility,
            columns.quiet,
            columns.control,
            target,
            columns.args,
            problem is not None,
        )

    def _too_long(self, span: Span) -> _Problem:
        goes_on = "the rest is read as a line of its own" * self.grammar.cuts_long
        return _Problem(
            "long-line",
            span,
            f"the line is longer than {self.grammar.longest} bytes",
            goes_on or "there is no way to go on in the next line: leave out options",
        )

    def _look_at(self, columns: _Columns) -> None:
        """Read the columns in order; raises `_Problem` at the first that is wrong."""
        self._facility(columns)
        self._control(columns)
        self._target(columns)

    def _facility(self, columns: _Columns) -> None:
        column = columns.take()
        if column is None:
            raise _Problem(
                "missing-facility",
                columns.first.span,
                "the line names no facility",
                "expected one of " + ", ".join(FACILITY_WORDS),
            )
        columns.quiet = self.grammar.quiet and column.text.startswith("-")
        spelled = self._folded(column.text[columns.quiet :])
        columns.facility = FACILITY_WORDS.get(spelled)
        if columns.facility is None:
            raise _Problem(
                "unknown-facility",
                column.span,
                f"facility `{shown(column.text)}` is unknown",
                self._hint(spelled, tuple(FACILITY_WORDS)),
            )
        if self.grammar.writing is Writing.JOINED and not columns.args:
            # C: macOS compares a word with the blank behind it, and so knows none at the end.
            columns.facility = None

    def _control(self, columns: _Columns) -> None:
        flag = columns.take()
        if flag is None:
            raise _Problem(
                "missing-control",
                columns.first.span,
                "the line has no control",
                "expected `required` or another",
            )
        columns.flag = flag
        spelled = self._folded(flag.text)
        if spelled == INCLUDE and self.grammar.includes is not Includes.NOTHING:
            columns.kind, columns.control = Kind.INCLUDE, Control(flag.raw, ALL_BAD)
        elif spelled in self.keywords:
            columns.control = Control(flag.raw, self.keywords[spelled])
        else:
            columns.control = Control(flag.raw, ALL_BAD)
            raise _Problem(
                "unknown-control",
                flag.span,
                f"control `{shown(flag.text)}` is unknown",
                self._hint(spelled, self._controls()),
            )

    def _target(self, columns: _Columns) -> None:
        target = columns.target = columns.take()
        if columns.kind is Kind.INCLUDE:
            self._included(columns, target)
        elif target is None:
            raise _Problem(
                "missing-module",
                columns.flag.span,
                "the line names no module",
                "add the name of a module's file",
            )
        elif self.grammar.writing is Writing.SHELL and not is_plain_path(target.text):
            raise _Problem(
                "nameless-module",
                target.span,
                f"`{shown(target.text)}` is no name for a module",
                "a name is made of letters, digits, `.`, `_`, `-`; a path begins with `/`",
            )

    def _included(self, columns: _Columns, target: Word | None) -> None:
        """Look at what stands after `include`."""
        named = "service" if self.grammar.includes is Includes.A_SERVICE else "file"
        if target is None:
            raise _Problem(
                "missing-file",
                columns.flag.span,
                f"`{shown(columns.flag.text)}` names no {named}",
                f"add the name of a {named}",
            )
        if named == "service" and not is_service_name(self.grammar, target.text):
            raise _Problem(
                "missing-file",
                target.span,
                f"`{shown(target.text)}` is no name of a service",
                "an include names a service here, not a file",
            )
        if columns.args:
            extra = columns.args[0]
            strange = f"`{shown(extra.text)}` stands after the name of a {named}"
            if self.grammar.writing is Writing.SHELL:
                raise _Problem("ignored-words", extra.span, strange, "an include takes one name")
            self._warn("ignored-words", extra.span, strange, "it is ignored: remove it")

    def _controls(self) -> tuple[str, ...]:
        """Return the words that may stand in the place of a control."""
        includes = self.grammar.includes is not Includes.NOTHING
        return (*self.keywords, *(INCLUDE,) * includes)

    def _folded(self, text: str) -> str:
        return ascii_lower(text) if self.grammar.any_case else text

    def _look_at_bytes(self, logical: LogicalLine) -> None:
        start = Span(self.name, logical.line)
        if "\0" in logical.raw:
            self._note(_Problem("nul-byte", start, "the line holds a NUL byte", "remove it"))
        if "\r" in logical.raw and self.grammar.writing is Writing.COLUMNS:
            self._warn(
                "carriage-return",
                start,
                "the line holds a carriage return",
                "it is taken for part of a word: save the file with Unix line ends",
            )

    def _hint(self, word: str, known: tuple[str, ...]) -> str:
        """Return a help line for an unknown word."""
        self.hints += 1
        if self.hints > _MOST_HINTS:
            return "expected one of " + ", ".join(known)
        from pamkit.policy.suggest import did_you_mean  # a policy without mistakes never asks

        return did_you_mean(word, known)

    def _note(self, problem: _Problem) -> None:
        self.findings.append(
            Finding(problem.rule, Severity.ERROR, problem.span, problem.message, problem.hint)
        )

    def _warn(self, rule: str, span: Span, message: str, hint: str) -> None:
        self.findings.append(Finding(rule, Severity.WARNING, span, message, hint))


class _Columns:
    """The words of a line, and what they were found to be so far."""

    def __init__(self, words: tuple[Word, ...], with_service: bool) -> None:
        self.first = words[0]
        self.flag = self.first
        self.args = words
        self.service = self.take() if with_service else None
        self.facility: Facility | None = None
        self.quiet = False
        self.kind = Kind.MODULE
        self.control = _NO_CONTROL
        self.target: Word | None = None

    def take(self) -> Word | None:
        """Return the next word, if there is one, and leave the rest in ``args``."""
        if not self.args:
            return None
        word, self.args = self.args[0], self.args[1:]
        return word


def _broken_file(fault: Fault, span: Span) -> _Problem:
    if fault is Fault.UNFINISHED:
        return _Problem(
            "dangling-continuation",
            span,
            "the file ends inside of quotes or behind a `\\`",
            "the whole file is refused: close the quotes",
        )
    return _Problem(
        "missing-facility",
        span,
        "the line holds nothing but blanks",
        "the whole file is refused, for every service: remove the blanks",
    )
