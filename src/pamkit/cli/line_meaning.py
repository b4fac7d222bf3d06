"""What the module of a line is for, and what its options mean, in a sentence each."""

from __future__ import annotations

from pamkit.cli.shown import argument, policy_text
from pamkit.docgen.modules import declared, family_module_names
from pamkit.facts import sheet_of, systems

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
    # A name may mean a module of another family as well: it is the one that states this.
    for name in (declaration.name, *family_module_names()):
        if name.rpartition(".")[2] == declaration.name:
            known = declared(name)
            if known is not None and known[0] is declaration:
                return known[1].partition("\n")[0].strip()
    for system in systems():
        sheet = sheet_of(declaration.name, system=system)
        if sheet is not None and _is_same(sheet.declaration, declaration):
            return f"{sheet.summary}."
    return ""


def _is_same(one: Declaration, other: Declaration) -> bool:
    # Reading a sheet twice makes two types of its options.
    return (one.answers, one.examples) == (other.answers, other.examples)


def options(link: Link, declaration: Declaration | None) -> Iterator[tuple[str, str]]:
    """Yield each argument that the module states, as it may be shown, and what it means."""
    stated = () if declaration is None else declaration.options.stated().values()
    for arg in link.args:
        found = next((option for option in stated if _is(option, arg)), None)
        if found is not None:
            yield argument(arg), policy_text(found.phrase)


def _is(option: Option, arg: str) -> bool:
    return option.word == arg or (option.word.endswith("=") and arg.startswith(option.word))
