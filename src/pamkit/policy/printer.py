"""Tree to text: exact printing, and a formatter that changes no meaning."""

from __future__ import annotations

from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.syntax import Entry, Line, PolicyFile
from pamkit.policy.words import LONGEST, byte_length
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.record import Record

_WIDTHS = (10, 10, 24)  # facility, control, module; what most distributions use
_BLANKS = " \t"

_OLD = frozenset({"short-lines", "blanks-continue"})
"""How libpam before 1.6 reads; see `dialect.QUIRKS`."""

_OLDER = "libpam before 1.6 reads it as something else than it would be laid out"


def to_text(file: PolicyFile) -> str:
    """Return the text the tree was read from, byte for byte."""
    return file.text


def formatted(file: PolicyFile, dialect: Dialect = LINUX) -> str:
    """Return the text with its columns aligned and its continued lines joined.

    A line is left as it is where `laid_out` says so.  Formatting the result again changes nothing.
    """
    return "".join(line.new for line in laid_out(file, dialect))


class LaidLine(Record):
    """A logical line as it was and as it is laid out; ``number`` is that of its first line.

    ``left`` says why it stays as it is (empty if it is laid out, or is no entry).
    """

    number: int
    old: str
    new: str
    left: str = ""


def laid_out(file: PolicyFile, dialect: Dialect = LINUX) -> tuple[LaidLine, ...]:
    """Return the lines of a file with their new layout.

    A line stays as it is, byte for byte, where it is wrong, or where the new one would be too long
    for older libpams or would not mean exactly the same to all.  Blank lines and comments stay.
    """
    with_service = any(entry.service for entry in file.entries)
    wrong = _errors(file)
    laid: list[LaidLine] = []
    goes_on = False  # whether libpam before 1.6 reads the next line as part of what came before
    for line in file.lines:
        raw = line.logical.raw
        new = _columns(line, with_service)
        left = _objection(line, new, dialect, with_service, wrong)
        if new != raw and goes_on and not left:
            left = _OLDER
        laid.append(LaidLine(line.logical.line, raw, raw if left else new, left))
        if line.logical.text is not None or not _is_plain(raw):
            ends = _is_plain(raw) or _read(raw, dialect, with_service, _OLD).complete
            # A line of which nothing is left does not end what goes on.
            goes_on = not ends or (goes_on and line.logical.text is None)
    return tuple(laid)


def meaning(entry: Entry | None) -> object:
    """Return all that counts of an entry, without where and how it is written."""
    if entry is None:
        return None
    return (
        entry.kind,
        entry.service and entry.service.text,
        entry.facility,
        entry.quiet,
        entry.control.actions,
        entry.target and entry.target.text,
        tuple(arg.text for arg in entry.args),
        entry.must_fail,
    )


def _errors(file: PolicyFile) -> dict[int, str]:
    """Return what is wrong, by number of the line, the first thing of each."""
    return {
        finding.span.line: finding.message
        for finding in reversed(file.findings)
        if finding.severity is Severity.ERROR
    }


def _objection(
    line: Line, new: str, dialect: Dialect, with_service: bool, wrong: dict[int, str]
) -> str:
    """Return why a line must stay as it is; empty if nothing speaks against the new one."""
    raw, first = line.logical.raw, line.logical.line
    for number in range(first, first + raw.count("\n") + (not raw.endswith("\n"))):
        if number in wrong:
            return wrong[number]
    if new == raw:
        return ""
    if byte_length(new) > LONGEST:
        return f"it would be longer than {LONGEST} bytes, which libpam before 1.6 cuts in two"
    if not _is_plain(raw):
        old, older = (_read(text, dialect, with_service, _OLD) for text in (raw, new))
        if (old.complete, _meanings(old)) != (older.complete, _meanings(older)):
            return _OLDER
    read = _read(new, dialect, with_service)
    return "" if _meanings(read) == [meaning(line.entry)] else "it would mean something else"


def _is_plain(raw: str) -> bool:
    """Whether every libpam takes it for one line."""
    return byte_length(raw) <= LONGEST and "\n" not in raw[:-1] and "\0" not in raw


def _read(
    text: str, dialect: Dialect, with_service: bool, quirks: frozenset[str] = frozenset()
) -> PolicyFile:
    return parse(text, "", dialect, with_service=with_service, quirks=quirks)


def _meanings(file: PolicyFile) -> list[object]:
    return [meaning(entry) for entry in file.entries]


def _columns(line: Line, with_service: bool) -> str:
    """Return the new layout of a line, which may not do."""
    if line.logical.text is None:
        return line.logical.raw
    widths = (_WIDTHS[0], *_WIDTHS) if with_service else _WIDTHS
    text = ""
    for at, word in enumerate(line.words):
        text += word.raw
        if at < len(line.words) - 1:
            text = f"{text:<{sum(widths[: at + 1])}}"
            text += " " * (not text.endswith(" "))
    if line.logical.comment:
        text = f"{text}  {line.logical.comment.rstrip(_BLANKS)}"
    return text + "\n" * line.logical.raw.endswith("\n")
