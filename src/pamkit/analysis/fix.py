"""What a rule proposes to write instead: edits of a text, and the proof that they mean the same."""

from __future__ import annotations

from pamkit.policy.dialect import Dialect
from pamkit.policy.parser import parse
from pamkit.policy.syntax import Entry, Kind, PolicyFile
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Edit(Record):
    """A stretch of one line of a file, and what is to stand there."""

    span: Span
    text: str


def edited(file: PolicyFile, edits: Iterable[Edit], dialect: Dialect, *, with_service: bool) -> str:
    """Return the text of a file after edits that change nothing of what it means.

    INVARIANT: an edit after which a module would be asked otherwise, or another one, is left out;
    so is one that lies on what another edit has changed.
    """
    text = file.text
    meant = _meaning(file)
    before = (1 << 62, 0)
    for edit in sorted(edits, key=_place, reverse=True):
        if (edit.span.line, edit.span.end_column) > before:
            continue
        proposed = _replaced(text, edit)
        now = parse(proposed, file.name, dialect, with_service=with_service)
        if _meaning(now) == meant:
            text, before = proposed, _place(edit)
    return text


def _place(edit: Edit) -> tuple[int, int]:
    return edit.span.line, edit.span.column


def _replaced(text: str, edit: Edit) -> str:
    lines = text.split("\n")
    line = lines[edit.span.line - 1]
    start, end = edit.span.column - 1, edit.span.end_column - 1
    lines[edit.span.line - 1] = line[:start] + edit.text + line[end:]
    return "\n".join(lines)


def _meaning(file: PolicyFile) -> object:
    return file.complete, tuple(_of(entry) for entry in file.entries)


def _of(entry: Entry) -> object:
    """Return all that counts of an entry; of an include that is less."""
    target = entry.target and entry.target.text
    service = entry.service and entry.service.text
    said = (entry.kind, service, entry.facility, target, entry.must_fail)
    if entry.kind is not Kind.MODULE:
        return said
    args = tuple(arg.text for arg in entry.args)
    return (*said, entry.quiet, entry.control.actions, args)
