"""Words to the tree of a policy file; every oddity is a finding, and none stops the rest."""

from __future__ import annotations

from pamkit.policy.control import ALL_BAD, KEYWORDS, Control, parse_brackets
from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.syntax import Entry, Kind, Line, PolicyFile
from pamkit.policy.words import (
    LONGEST,
    MAX_LINES,
    LogicalLine,
    Word,
    ascii_lower,
    byte_length,
    logical_lines,
    words,
)
from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.facility import FACILITY_WORDS
from pamkit.vocab.span import Span

_NESTING = {"include": Kind.INCLUDE, "substack": Kind.SUBSTACK}

_NO_CONTROL = Control("", ALL_BAD)

_MOST_HINTS = 64
"""Unknown words of a file for which a near one is looked for; more are no slips of the pen."""


def parse(
    text: str,
    name: str,
    dialect: Dialect = LINUX,
    *,
    with_service: bool = False,
    quirks: frozenset[str] = frozenset(),
    first: int = 1,
) -> PolicyFile:
    """Return the tree of a policy text.

    ``text`` is the file decoded as UTF-8 with undecodable bytes as surrogates; ``name`` is
    used in spans.  ``with_service`` reads the five columns of a pam.conf.  ``first`` is the number
    of the first line.  Never raises.

    Source: `pam.conf(5)`, `pam.d(5)`.
    """
    if dialect.keywords:
        from pamkit.policy.families.parser import parse_family  # DIALECT: another family's

        return parse_family(text, name, dialect, with_service=with_service)
    reader = _Reader(name, dialect, with_service)
    lines: list[Line] = []
    at = 0
    for logical in logical_lines(text, quirks, first):
        if len(lines) == MAX_LINES:
            lines.append(reader.too_many(text[at:], logical.line))
            break
        lines.append(reader.line(logical))
        at += len(logical.raw)
    complete = not (lines and lines[-1].logical.dangling)
    return PolicyFile(name, tuple(lines), tuple(reader.findings), complete)


class _Reader:
    """Reads the lines of one file and collects what is odd."""

    def __init__(self, name: str, dialect: Dialect, with_service: bool) -> None:
        self.name = name
        self.dialect = dialect
        self.with_service = with_service
        self.findings: list[Finding] = []
        self.hints: dict[tuple[str, tuple[str, ...]], str] = {}

    def line(self, logical: LogicalLine) -> Line:
        """Return the tree of one logical line."""
        self._look_at_bytes(logical)
        if logical.dangling:
            self._error(
                "dangling-continuation",
                Span(self.name, logical.line),
                "the file ends after a `\\`",
                "libpam refuses the whole file: remove the `\\` or add the missing line",
            )
        if logical.text is None:
            return Line(logical, (), None)
        found = words(logical, self.name)
        for word in found:
            if not word.closed:
                self._error("unclosed-bracket", word.span, "`[` without `]`", "close the bracket")
        if logical.dangling:
            return Line(logical, found, None)
        rest = list(found)
        service = rest.pop(0) if self.with_service else None
        return Line(logical, found, self._entry(rest, service, found[0].span))

    def too_many(self, raw: str, number: int) -> Line:
        """Return what is left of a file that is too long, from line ``number`` on, as it is."""
        self._error(
            "too-many-lines",
            Span(self.name, number),
            f"the file has more than {MAX_LINES} lines",
            "no service gets it: remove what is no policy",
        )
        return Line(LogicalLine(raw, number, None), (), None)

    def _entry(self, rest: list[Word], service: Word | None, span: Span) -> Entry:
        facility, quiet, must_fail = None, False, False
        column = rest.pop(0) if rest else None
        if column is None:
            # Only a pam.conf can have such a line: it holds nothing but a service.
            self._error("missing-facility", span, "the line names no facility", _FACILITIES)
            must_fail = True
        else:
            quiet = column.text.startswith("-")
            spelled = ascii_lower(column.text[quiet:])
            if spelled == "@include" and self.dialect.at_include:
                return self._at_include(rest, service, column, quiet)
            facility = FACILITY_WORDS.get(spelled)
            if facility is None:
                must_fail = True
                self._unknown_facility(column, spelled)
        kind, control = Kind.MODULE, _NO_CONTROL
        flag = rest.pop(0) if rest else None
        if flag is None:
            must_fail = True
            self._error(
                "missing-control", span, "the line has no control", "expected `required` or another"
            )
        else:
            kind, control = self._control(flag)
        target = rest.pop(0) if rest else None
        if target is None and flag is not None:
            must_fail = must_fail or kind is Kind.MODULE
            self._missing_target(kind, flag)
        if kind is not Kind.MODULE:
            self._look_at_nesting(column, quiet, rest)
        elif target is not None:
            self._look_at_module(target, flag)
        return Entry(kind, span, service, facility, quiet, control, target, tuple(rest), must_fail)

    def _at_include(
        self, rest: list[Word], service: Word | None, column: Word, quiet: bool
    ) -> Entry:
        target = rest.pop(0) if rest else None
        if target is None:
            self._missing_target(Kind.AT_INCLUDE, column)
        self._look_at_nesting(column, quiet, rest)
        return Entry(
            Kind.AT_INCLUDE,
            column.span,
            service,
            None,
            quiet,
            _NO_CONTROL,
            target,
            tuple(rest),
            False,
        )

    def _control(self, flag: Word) -> tuple[Kind, Control]:
        spelled = ascii_lower(flag.text)
        if spelled in KEYWORDS:
            return Kind.MODULE, Control(flag.raw, KEYWORDS[spelled], "", 0)
        if spelled in _NESTING:
            return _NESTING[spelled], Control(flag.raw, ALL_BAD, "", 0)
        control = parse_brackets(flag.text)
        if control.problem and not flag.raw.startswith("["):
            self._error(
                "unknown-control",
                flag.span,
                f"control `{shown(flag.text)}` is unknown",
                self._hint(spelled, _CONTROLS),
            )
        elif not flag.raw.startswith("["):
            self._warn(
                "bare-control",
                flag.span,
                f"`{shown(flag.text)}` is read as if it stood in brackets",
                f"write `[{shown(flag.text)}]`",
            )
        elif control.problem:
            found = shown(control.text[control.at : control.at + 20])
            self._error(
                "bad-control",
                flag.span,
                f"{control.problem}, found `{found}`",
                "libpam lets every answer of this module fail; write value=action pairs",
            )
        return Kind.MODULE, Control(flag.raw, control.actions, control.problem, control.at)

    def _unknown_facility(self, column: Word, spelled: str) -> None:
        if spelled == "@include":
            hint = "only Debian's libpam knows `@include`; here it is an entry that must fail"
        elif column.text.startswith("\ufeff"):
            hint = "remove the byte order mark at the start of the file"
        else:
            hint = self._hint(spelled, _FACILITY_NAMES)
        self._error(
            "unknown-facility", column.span, f"facility `{shown(column.text)}` is unknown", hint
        )

    def _missing_target(self, kind: Kind, flag: Word) -> None:
        if kind is Kind.MODULE:
            self._error(
                "missing-module", flag.span, "the line names no module", "add a module, `pam_….so`"
            )
        else:
            self._error(
                "missing-file",
                flag.span,
                f"`{shown(flag.text)}` names no file",
                "add the file's name",
            )

    def _look_at_nesting(self, column: Word | None, quiet: bool, rest: list[Word]) -> None:
        if quiet and column is not None:
            self._warn(
                "quiet-include", column.span, "`-` has no effect on an include", "remove the `-`"
            )
        if rest:
            self._warn(
                "ignored-words",
                rest[0].span,
                f"`{shown(rest[0].text)}` after the file name is ignored",
                "one include takes one file",
            )

    def _look_at_module(self, target: Word, flag: Word | None) -> None:
        if target.text in _NESTING and flag is not None and flag.raw.startswith("["):
            self._warn(
                "bracketed-include",
                target.span,
                f"this is a module named `{target.text}`, not an include",
                f"write `{target.text}` in place of the brackets",
            )

    def _look_at_bytes(self, logical: LogicalLine) -> None:
        raw = logical.raw
        if "\0" not in raw and "\r" not in raw and "\\" not in raw and len(raw) <= LONGEST // 4:
            return
        start = Span(self.name, logical.line)
        if "\0" in raw:
            self._error(
                "nul-byte", start, "the line holds a NUL byte", "libpam stops reading there"
            )
        if "\r" in raw:
            self._error(
                "carriage-return",
                start,
                "the line holds a carriage return",
                "libpam takes it for part of a word: save the file with Unix line ends",
            )
        if "\\" in logical.comment and logical.comment.rstrip().endswith("\\"):
            self._warn(
                "comment-continuation",
                start,
                "a `\\` at the end of a comment continues nothing",
                "remove the `\\`",
            )
        if logical.text is not None and "\n" in raw[:-1] and not logical.dangling:
            last = raw[:-1].rpartition("\n")[2]
            if not last.partition("#")[0].strip():
                self._warn(
                    "blank-continuation",
                    start,
                    "a continued line ends in a blank or comment line",
                    "libpam before 1.6 goes on reading behind it: remove the `\\`",
                )
        if len(raw) > LONGEST // 4 and byte_length(raw) > LONGEST:
            self._warn(
                "long-line",
                start,
                "the line is longer than 1023 bytes",
                "libpam before 1.6 cuts it in two: use continuation lines",
            )

    def _hint(self, word: str, known: tuple[str, ...]) -> str:
        """Return a help line for an unknown word."""
        hint = self.hints.get((word, known))
        if hint is None:
            if len(self.hints) == _MOST_HINTS:
                return _EXPECTED + ", ".join(known)
            from pamkit.policy.suggest import did_you_mean  # a policy without mistakes never asks

            hint = self.hints[word, known] = did_you_mean(word, known)
        return hint

    def _error(self, rule: str, span: Span, message: str, hint: str = "") -> None:
        self.findings.append(Finding(rule, Severity.ERROR, span, message, hint, ()))

    def _warn(self, rule: str, span: Span, message: str, hint: str = "") -> None:
        self.findings.append(Finding(rule, Severity.WARNING, span, message, hint, ()))


_EXPECTED = "expected one of "
_FACILITY_NAMES = tuple(FACILITY_WORDS)
_FACILITIES = _EXPECTED + ", ".join(FACILITY_WORDS)
_CONTROLS = (*KEYWORDS, *_NESTING)
