"""The pages of modules that are not ours, from their fact sheets: each one, and all in a table."""

from __future__ import annotations

from pamkit.docgen.markdown import markdown
from pamkit.docgen.modules import module_names, page_of
from pamkit.docgen.page import Page, Section, Table, Text, capital
from pamkit.facts import LINUX, sheet_of, sheets, systems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.fact_sheet import FactSheet
    from pamkit.module.facts import Fact


def sheet_names() -> tuple[str, ...]:
    """Return the names of all foreign modules that something is known of."""
    return tuple(sorted({name for system in systems() for name in sheets(system=system)}))


def sheet_page(name: str) -> str | None:
    """Return the page of a foreign module, for every system that has one; or `None`.

    Where a module of ours has the place of one in C, its own page says what there is to say.
    """
    found = [
        (system, sheet_of(name, system=system))
        for system in systems()
        if system != LINUX or name not in module_names()
    ]
    pages = [_page(system, sheet) for system, sheet in found if sheet is not None]
    return "\n".join(pages) or None


def sheets_page() -> str:
    """Return the page with a table of all of them."""
    tables = tuple(
        Section(
            f"On {capital(system)}" if system == LINUX else f"On {system}",
            (Table(("Module", "What it does", "What is known of it"), _rows(system)),),
        )
        for system in systems()
    )
    return markdown(
        Page(
            "Modules that are not ours",
            "What analysis knows of the modules of others, without running them.",
            (
                Text(
                    "Each has a fact sheet in `src/pamkit/facts`: the words it takes, the codes it"
                    " can answer, and what can be said of it. `pamkit doc pam_sss` shows a whole"
                    " sheet. What a sheet does not say is not known."
                ),
            ),
            tables,
        )
    )


def _page(system: str, sheet: FactSheet) -> str:
    of = "" if system == LINUX else f" This is the module of {system}."
    gone = f" It is gone from current systems: use {_named(sheet.replaced_by)}."
    doc = (
        f"{sheet.summary}.\n\nIt is not part of pamkit: this is what its fact sheet says."
        f"{of}{gone if sheet.replaced_by else ''}\n\nSource: {sheet.source}.\n"
    )
    return markdown(page_of(sheet.declaration, doc))


def _named(words: str) -> str:
    return " ".join(f"`{word}`" if word.startswith("pam_") else word for word in words.split())


def _rows(system: str) -> tuple[tuple[str, ...], ...]:
    rows = []
    for name in sheets(system=system):
        sheet = sheet_of(name, system=system)
        if sheet is not None:
            facts = dict.fromkeys(_fact(sheet, fact) for fact in sheet.declaration.facts)
            rows.append((f"`{name}`", sheet.summary, ", ".join(facts)))
    return tuple(rows)


def _fact(sheet: FactSheet, fact: Fact) -> str:
    stated = sheet.declaration.options.stated()
    conditions = [f"{'if' if value else 'unless'} `{stated[f].word}`" for f, value in fact.only]
    return " ".join([fact.name, *conditions])
