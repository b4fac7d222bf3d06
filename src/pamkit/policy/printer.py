"""Tree to text: exact printing, and a formatter that changes no meaning."""

from __future__ import annotations

from pamkit.policy.dialect import LINUX, Dialect
from pamkit.policy.parser import parse
from pamkit.policy.syntax import Entry, Line, PolicyFile
from pamkit.policy.words import LONGEST, Word, byte_length

_WIDTHS = (10, 10, 24)  # facility, control, module; what most distributions use


def to_text(file: PolicyFile) -> str:
    """Return the text the tree was read from, byte for byte."""
    return file.text


def formatted(file: PolicyFile, dialect: Dialect = LINUX) -> str:
    """Return the text with its columns aligned and its continued lines joined.

    A line is left as it is where it is malformed, or where the new one would not mean
    exactly the same, or would be too long for older libpams.  Formatting the result again
    changes nothing.
    """
    with_service = any(entry.service for entry in file.entries)
    return "".join(_line(line, dialect, with_service) for line in file.lines)


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


def _line(line: Line, dialect: Dialect, with_service: bool) -> str:
    raw = line.logical.raw
    if line.entry is None or not all(word.closed for word in line.words):
        return raw
    text = _columns(line.words, with_service)
    if line.logical.comment:
        text = f"{text}  {line.logical.comment.rstrip()}"
    text += "\n" * raw.endswith("\n")
    new = parse(text, "", dialect, with_service=with_service).lines
    same = len(new) == 1 and meaning(new[0].entry) == meaning(line.entry)
    fits = byte_length(text) <= LONGEST
    return text if same and fits else raw


def _columns(words: tuple[Word, ...], with_service: bool) -> str:
    widths = (_WIDTHS[0], *_WIDTHS) if with_service else _WIDTHS
    text = ""
    for at, word in enumerate(words):
        text += word.raw
        if at < len(words) - 1:
            text = f"{text:<{sum(widths[: at + 1])}}"
            text += " " * (not text.endswith(" "))
    return text
