"""A page as a manual page in roff, for `man(1)`."""

from __future__ import annotations

from pamkit.docgen.modules import page_of
from pamkit.docgen.page import Block, Bullets, Page, Table, Text, Verbatim
from pamkit.module.declaration import Declaration


def roff(declaration: Declaration, doc: str) -> str:
    """Return the manual page of a service module, section 8, from its declaration and docstring.

    It says the same as the module's Markdown page, in the same order.
    """
    page = page_of(declaration, doc)
    lines = [
        f'.TH {_line(page.title.upper())} 8 "" "pamkit" "Service modules"',
        ".SH NAME",
        f"{_line(page.title)} \\- {_lead(page)}",
        *(line for block in page.blocks for line in _block(block)),
    ]
    for section in page.sections:
        lines.append(f".SH {_line(section.title.upper())}")
        lines += [line for block in section.blocks for line in _block(block)]
    lines += [".SH SEE ALSO", r"\fBpam.conf\fR(5), \fBpam.d\fR(5), \fBpam\fR(7)"]
    return "\n".join(lines) + "\n"


def _lead(page: Page) -> str:
    """The first sentence as `man -k` wants it: one line without a full stop."""
    return _line(page.summary.rstrip("."))


def _block(block: Block) -> list[str]:
    match block:
        case Text():
            return [".PP", _line(block.text)]
        case Bullets():
            return [line for item in block.items for line in (r".IP \(bu 2", _line(item))]
        case Verbatim():
            shown = [_escaped(line) for line in block.text.splitlines()]
            return [".PP", ".RS 4", ".nf", *shown, ".fi", ".RE"]
        case Table():
            return [line for row in block.rows for line in _row(block.head, row)]


def _row(head: tuple[str, ...], row: tuple[str, ...]) -> list[str]:
    """A row as a term and what is said of it; cells after the second carry their heading."""
    said = [cell for cell in row[1:2] if cell]
    said += [f"{title}: {cell}" for title, cell in zip(head[2:], row[2:], strict=True) if cell]
    return [".TP", _line(row[0]), _line("; ".join(said)) or r"\&"]


def _line(text: str) -> str:
    """One line of roff; what stands between backticks becomes bold."""
    parts = [_escaped(part) for part in text.split("`")]
    return "".join(rf"\fB{part}\fR" if at % 2 else part for at, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return rf"\&{text}" if text.startswith((".", "'")) else text
