"""The page of a service module, from its declaration and docstring."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.resources import files

from pamkit.docgen.markdown import markdown
from pamkit.docgen.page import (
    Block,
    Bullets,
    Page,
    Section,
    Table,
    Text,
    Verbatim,
    capital,
    from_docstring,
)
from pamkit.module.declaration import Declaration
from pamkit.module.facts import Fact
from pamkit.module.options import Match, Option
from pamkit.vocab.codes import ReturnCode, c_name, text
from pamkit.vocab.facility import Primitive, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PACKAGE = "pamkit.modules"

_MATCHES = {
    Match.EXACT: "",
    Match.PREFIX: "A word that begins like an option is taken for it.",
    Match.ANY_CASE: "Capital and small letters are the same in options.",
}


def module_names() -> tuple[str, ...]:
    """Return the names of all service modules, in order; none of them is imported.

    Those of other families are not among them: see `family_module_names`.
    """
    return _modules_in(files(_PACKAGE).iterdir())


def family_module_names() -> tuple[str, ...]:
    """Return the names of the modules of other families, as `openpam.pam_group`, in order."""
    folders = (entry for entry in files(_PACKAGE).iterdir() if entry.is_dir())
    found = (
        f"{folder.name}.{name}" for folder in folders for name in _modules_in(folder.iterdir())
    )
    return tuple(sorted(found))


def module_page(name: str) -> str | None:
    """Return the Markdown page of a module; `None` if there is no module of that name."""
    found = declared(name)
    if found is None:
        return None
    declaration, doc = found
    family = name.rpartition(".")[0]
    page = page_of(declaration, doc)
    return markdown(page.changed(title=f"{page.title} ({family})") if family else page)


def declared(name: str) -> tuple[Declaration, str] | None:
    """Return declaration and docstring of a module; it alone is imported."""
    if name not in module_names() and name not in family_module_names():
        return None
    python = import_module(f"{_PACKAGE}.{name}")
    return python.MODULE, python.__doc__ or ""


def _modules_in(found: Iterable[Traversable]) -> tuple[str, ...]:
    names = (entry.name for entry in found)
    return tuple(
        sorted(
            name.removesuffix(".py")
            for name in names
            if name.startswith("pam_") and name.endswith(".py")
        )
    )


def page_of(declaration: Declaration, doc: str) -> Page:
    """Return the page; every module's has the same sections in the same order."""
    summary, description = from_docstring(doc)
    places = ", ".join(f"`{word(facility)}`" for facility in declaration.facilities)
    return Page(
        declaration.name,
        summary,
        (),
        (
            Section("Description", (*description, Text(f"It can stand in {places}."))),
            Section("Options", _options(declaration)),
            Section("Answers", (_answers(declaration),)),
            Section("Items", (_items(declaration),)),
            Section("What is known of it", (_facts(declaration),)),
            Section("Files", (_files(declaration),)),
            Section("Examples", _examples(declaration)),
        ),
    )


def _options(declaration: Declaration) -> tuple[Block, ...]:
    stated = declaration.options.stated()
    if not stated:
        return (Text("It takes none."),)
    match = _MATCHES[declaration.options.match]
    rows = tuple(
        (f"`{_written(option)}`", _meaning(option), _default(option)) for option in stated.values()
    )
    table = Table(("Option", "Meaning", "Default"), rows)
    return (table, Text(match)) if match else (table,)


def _written(option: Option) -> str:
    if option.read is None:
        return option.word if option.word.isascii() else option.value
    return f"{option.word}{option.value}"


def _meaning(option: Option) -> str:
    meaning = option.phrase
    if option.facilities:
        meaning += f" (only in {', '.join(f'`{name}`' for name in option.facilities)})"
    return f"{meaning}; deprecated: {option.deprecated}" if option.deprecated else meaning


def _default(option: Option) -> str:
    """The default where there is something to say: a plain word is not there, a text is empty."""
    default = option.default
    if option.read is None and option.word.isascii():
        return ""
    if default is None or default is False or default == "" or default == ():
        return ""
    return f"`{_spelled(option, default)}`"


def _spelled(option: Option, value: object) -> str:
    """Return a value as a policy spells it: one of the alternatives, if it names them."""
    if option.read is not None and "|" in option.value:
        for alternative in option.value.split("|"):
            if option.read(alternative) == value:
                return alternative
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _answers(declaration: Declaration) -> Block:
    if all(len(answers) == len(ReturnCode) for answers in declaration.answers.values()):
        return Text("It can answer every return code there is, to every primitive it serves.")
    codes = sorted({code for answers in declaration.answers.values() for code in answers})
    return Table(
        ("Code", "Text", "Answered by"),
        tuple((f"`{c_name(code)}`", text(code), _by(declaration, code)) for code in codes),
    )


def _by(declaration: Declaration, code: ReturnCode) -> str:
    served = sorted(declaration.answers)
    silent = [primitive for primitive in served if code not in declaration.answers[primitive]]
    if not silent and len(served) > 1:
        return "all it serves"
    if len(silent) == 1 and len(served) > 3:
        return f"all but {_listed(silent)}"
    return _listed(primitive for primitive in served if primitive not in silent)


def _listed(primitives: Iterable[Primitive]) -> str:
    return ", ".join(f"`{primitive.name.lower()}`" for primitive in primitives)


def _items(declaration: Declaration) -> Block:
    parts = []
    for verb, items in (("reads", declaration.reads), ("sets", declaration.sets)):
        if items:
            parts.append(f"It {verb} {', '.join(f'`PAM_{item.name}`' for item in sorted(items))}.")
    return Bullets(tuple(parts)) if parts else Text("It uses none.")


def _facts(declaration: Declaration) -> Block:
    if not declaration.facts:
        return Text("Nothing can be said of it without running it.")
    return Bullets(tuple(_fact(declaration, fact) for fact in declaration.facts))


def _fact(declaration: Declaration, fact: Fact) -> str:
    stated = declaration.options.stated()
    conditions = [_condition(stated[field], value) for field, value in fact.only]
    phrase = capital(fact.phrase)
    return f"{phrase}{', if ' * bool(conditions)}{' and '.join(conditions)}."


def _condition(option: Option, value: object) -> str:
    """An option's value in words, as in `trust` is given."""
    shown = f"`{_written(option)}`"
    if value == option.default:
        rest = not option.word.isascii()
        return "nothing else is said" if rest else f"{shown} is not given"
    if option.read is None:
        return f"{shown} is given"
    return f"`{option.word}{_spelled(option, value)}` is given"


def _files(declaration: Declaration) -> Block:
    if not declaration.files:
        return Text("It looks at none.")
    return Bullets(tuple(f"`{path}`" for path in declaration.files))


def _examples(declaration: Declaration) -> tuple[Block, ...]:
    blocks: list[Block] = []
    for example in declaration.examples:
        place = f"n `/etc/pam.d/{example.service}`:"
        phrase = capital(example.phrase).rstrip(".")
        blocks.append(Text(f"{phrase}, i{place}" if phrase else f"I{place}"))
        blocks.append(Verbatim(example.line))
    return tuple(blocks)
