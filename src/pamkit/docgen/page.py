"""A page as a value: sections of text, lists, tables and examples, without any markup of a format.

Inside texts, words between backticks are code; that is all the markup there is.
"""

from __future__ import annotations

from pamkit.vocab.record import Record


class Text(Record):
    """A paragraph."""

    text: str


class Bullets(Record):
    """A list of short texts."""

    items: tuple[str, ...]


class Verbatim(Record):
    """Lines that are shown as they are."""

    text: str
    language: str = ""


class Table(Record):
    """Rows below a head; the first cell of a row names it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Text | Bullets | Verbatim | Table


class Section(Record):
    """A heading and what stands under it."""

    title: str
    blocks: tuple[Block, ...]


class Page(Record):
    """A name, one sentence on what it is, and sections; ``blocks`` stand before the first."""

    title: str
    summary: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()


def capital(phrase: str) -> str:
    """Return a phrase as it begins a sentence."""
    return phrase[:1].upper() + phrase[1:]


def from_docstring(doc: str) -> tuple[str, tuple[Block, ...]]:
    """Return the first sentence of a docstring and the blocks of the rest.

    Paragraphs are separated by blank lines; lines that start with `- ` are a list; an indented
    paragraph is verbatim.
    """
    lines = [line.rstrip() for line in doc.strip().splitlines()]
    margin = min((len(s) - len(s.lstrip()) for s in lines[1:] if s), default=0)
    text = "\n".join([*lines[:1], *(line[margin:] for line in lines[1:])])
    summary, *rest = [part for part in text.split("\n\n") if part.strip()] or [""]
    return _code(" ".join(summary.split())), tuple(_block(part.strip("\n")) for part in rest)


def _block(part: str) -> Block:
    if part.startswith(("    ", "\t")):
        indent = len(part) - len(part.lstrip())
        return Verbatim("\n".join(line[indent:] for line in part.splitlines()))
    if part.startswith("- "):
        items = ("\n" + part).split("\n- ")[1:]
        return Bullets(tuple(_code(" ".join(item.split())) for item in items))
    return Text(_code(" ".join(part.split())))


def _code(text: str) -> str:
    return text.replace("``", "`")
