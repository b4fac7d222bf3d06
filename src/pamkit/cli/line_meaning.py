"""What the module of a line is for, and what its options mean, in a sentence each."""

from __future__ import annotations

from pamkit.cli.shown import argument, policy_text
from pamkit.docgen.modules import declared
from pamkit.facts import sheet_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.module.declaration import Declaration
    from pamkit.module.options import Option
    from pamkit.policy.chain import Link


def purpose(declaration: Declaration | None) -> str:
    """Return the first sentence of a module's page; nothing for one that nobody knows."""
    if declaration is None:
        return ""
    known = declared(declaration.name)
    if known is not None:
        return known[1].partition("\n")[0].strip()
    sheet = sheet_of(declaration.name)
    return "" if sheet is None else f"{sheet.summary}."


def options(link: Link, declaration: Declaration | None) -> Iterator[tuple[str, str]]:
    """Yield each argument that the module states, as it may be shown, and what it means."""
    stated = () if declaration is None else declaration.options.stated().values()
    for arg in link.args:
        found = next((option for option in stated if _is(option, arg)), None)
        if found is not None:
            yield argument(arg), policy_text(found.phrase)


def _is(option: Option, arg: str) -> bool:
    return option.word == arg or (option.word.endswith("=") and arg.startswith(option.word))
