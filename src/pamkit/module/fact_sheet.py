"""Fact sheets: what is known of a module that is not ours, as data that analysis can read.

A sheet is a table, usually out of a TOML file.  It states what `declare` takes: the same words,
the same checks.  Every fact is looked up once, by whoever writes the sheet, and nothing is run.
"""

from __future__ import annotations

from pamkit.module import facts as known_facts
from pamkit.module.declaration import Declaration, Example, declare
from pamkit.module.facts import Fact
from pamkit.module.options import Options, OptionsType, flag, number, path, rest, text
from pamkit.vocab.facility import FACILITY_WORDS, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

FACTS = {fact.name: fact for fact in vars(known_facts).values() if isinstance(fact, Fact)}
"""The facts that a sheet may state, by name."""

_KINDS: dict[str, Callable[..., Any]] = {
    "flag": flag,
    "text": text,
    "path": path,
    "number": number,
    "rest": rest,
}

_PRIMITIVES = {primitive.name.lower(): primitive for primitive in Primitive}
_ITEMS = {item.name.lower(): item for item in Item}


class BadSheet(ValueError):
    """A sheet says something that cannot be; the text says where, and what was expected."""


class FactSheet(Record):
    """What is known of a module that is not ours: what it states, and where that was read.

    ``replaced_by`` names what has its place on current systems, if it is gone from them.
    """

    declaration: Declaration
    summary: str
    source: str
    replaced_by: str = ""


def sheet_from(sheet: Mapping[str, Any]) -> FactSheet:
    """Return what a sheet says.

    Keys: ``name``; ``summary``, one sentence without a full stop; ``source``, what it was read
    in; ``replaced_by``; ``answers``, a table of words by primitive; ``options``, tables with
    ``word``, ``phrase``, ``kind`` (`flag` if there is none) and, if it counts in some of them only,
    ``facilities``; ``facts``, names or tables with ``name`` and ``when``; ``reads``, ``sets``,
    ``files``; ``examples``, tables with ``service``, ``line`` and ``phrase``.  Raises `BadSheet`.
    """
    left = dict(sheet)
    name = _taken(left, "name", str, "")
    summary, source, successor = (
        _taken(left, key, str, "") for key in ("summary", "source", "replaced_by")
    )
    if not name.startswith("pam_") or not name.isidentifier():
        raise BadSheet(f"name: expected a name like `pam_x`, found `{name}`")
    if not summary or summary.endswith(".") or not source:
        raise BadSheet("summary, source: expected a sentence without a full stop, and a source")
    answers = _answers(_taken(left, "answers", dict, {}))
    options = _options(name, _tables(left, "options"))
    stated = tuple(_fact(each, options) for each in _taken(left, "facts", list, []))
    examples = [_example(table) for table in _tables(left, "examples")]
    reads, sets = (
        [_known("item", word, _ITEMS) for word in _words(left, key)] for key in ("reads", "sets")
    )
    files = _words(left, "files")
    _nothing_left(left, "a sheet")
    try:
        declaration = declare(
            name,
            options=options,
            answers=answers,
            reads=reads,
            sets=sets,
            facts=stated,
            files=files,
            examples=examples,
        )
    except ValueError as odd:
        raise BadSheet(f"answers: {odd}") from None
    return FactSheet(declaration, summary, source, successor)


def _answers(table: dict[str, Any]) -> dict[Primitive, str]:
    answers = {}
    for primitive, words in table.items():
        if not isinstance(words, str) or not words.split():
            raise BadSheet(f"answers.{primitive}: expected the words of codes")
        answers[_known("primitive", primitive, _PRIMITIVES)] = words
    if not answers:
        raise BadSheet("answers: a module serves at least one primitive")
    return answers


def _options(name: str, tables: list[dict[str, Any]]) -> type[Options]:
    namespace: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    seen: set[str] = set()
    for table in tables:
        left = dict(table)
        kind = _taken(left, "kind", str, "flag")
        word = _taken(left, "word", str, "")
        phrase = _taken(left, "phrase", str, "")
        if not phrase or bool(word) == (kind == "rest"):
            raise BadSheet(f"options: `{word}` needs a word and a phrase")
        make = _known("kind of option", kind, _KINDS)
        if word in seen:
            raise BadSheet(f"options: `{word}` is there twice")
        seen.add(word)
        field = _field(word) or "words"
        if field in namespace["__annotations__"] or hasattr(Options, field):
            field += "_too"  # `debug` beside `debug=`, `match=`
        settings = {key: left.pop(key) for key in ("default", "value") if key in left}
        if kind == "number":
            settings.setdefault("default", None)  # what a sheet does not say is not known
        homes = tuple(_words(left, "facilities"))
        for home in homes:
            _known("facility", home, FACILITY_WORDS)
        _nothing_left(left, f"the option `{word}`")
        try:
            option = make(phrase, **({"word": word} if word else {}), **settings)
            namespace[field] = option.changed(facilities=homes)
        except TypeError:
            raise BadSheet(f"options: a {kind} takes no `{', '.join(settings)}`") from None
        namespace["__annotations__"][field] = "object"
    made: Any = OptionsType(f"OptionsOf_{name}", (Options,), namespace)
    options: type[Options] = made
    return options


def _field(word: str) -> str:
    """Return the name under which an option is kept: its word, as far as that can be one."""
    return "".join(c if c.isalnum() else "_" for c in word.rstrip("=")).lower()


def _fact(stated: object, options: type[Options]) -> Fact:
    table = {"name": stated} if isinstance(stated, str) else stated
    if not isinstance(table, dict):
        raise BadSheet(f"facts: expected names or tables, found `{stated}`")
    left = dict(table)
    name = _taken(left, "name", str, "")
    when = _taken(left, "when", dict, {})
    _nothing_left(left, f"the fact `{name}`")
    fact: Fact = _known("fact", name, FACTS)
    for field in when:
        _known("option", field, options.stated())
    return fact.when(**when) if when else fact


def _example(table: dict[str, Any]) -> Example:
    left = dict(table)
    made = Example(
        _taken(left, "service", str, ""),
        _taken(left, "line", str, ""),
        _taken(left, "phrase", str, ""),
    )
    _nothing_left(left, "an example")
    if not made.service or not made.line:
        raise BadSheet("examples: an example needs a service and a line")
    return made


def _taken(left: dict[str, Any], key: str, kind: type, default: Any) -> Any:
    value = left.pop(key, default)
    if not isinstance(value, kind):
        raise BadSheet(f"{key}: expected a {_KIND_WORDS[kind]}, found `{value}`")
    return value


_KIND_WORDS: dict[type, str] = {str: "string", dict: "table", list: "list"}


def _tables(left: dict[str, Any], key: str) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = _taken(left, key, list, [])
    for table in tables:
        if not isinstance(table, dict):
            raise BadSheet(f"{key}: expected tables, found `{table}`")
    return tables


def _words(left: dict[str, Any], key: str) -> list[str]:
    words: list[str] = _taken(left, key, list, [])
    for word in words:
        if not isinstance(word, str):
            raise BadSheet(f"{key}: expected strings, found `{word}`")
    return words


def _known(what: str, word: str, known: Mapping[str, Any]) -> Any:
    if word not in known:
        raise BadSheet(f"there is no {what} `{word}`: expected one of {', '.join(sorted(known))}")
    return known[word]


def _nothing_left(left: dict[str, Any], where: str) -> None:
    if left:
        raise BadSheet(f"{where} has no `{next(iter(left))}`")
