"""A page as Markdown, for people who read it in a browser, an editor or a terminal."""

from __future__ import annotations

from pamkit.docgen.page import Block, Bullets, Page, Table, Text, Verbatim

_CODE = "`"


def markdown(page: Page) -> str:
    """Return the text of a page; it ends in a newline."""
    parts = [f"# {page.title}", _prose(page.summary), *map(_block, page.blocks)]
    for section in page.sections:
        parts += [f"## {section.title}", *map(_block, section.blocks)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _block(block: Block) -> str:
    match block:
        case Text():
            return _prose(block.text)
        case Bullets():
            return "\n".join(f"- {_prose(item)}" for item in block.items)
        case Verbatim():
            return f"```{block.language or 'text'}\n{block.text}\n```"
        case Table():
            ruler = tuple("---" for _ in block.head)
            return "\n".join(_row(row) for row in (block.head, ruler, *block.rows))


def _row(cells: tuple[str, ...]) -> str:
    shown = [_prose(cell).replace("|", r"\|") for cell in cells]
    return "|" + "|".join(f" {cell} " if cell else " " for cell in shown) + "|"


def _prose(text: str) -> str:
    """Keep what stands between backticks; elsewhere `<` is no tag."""
    parts = text.split(_CODE)
    return _CODE.join(part if at % 2 else part.replace("<", r"\<") for at, part in enumerate(parts))
