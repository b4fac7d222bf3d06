"""`declare(...)`: the one statement of what a module is."""

from __future__ import annotations

from pamkit.module.facts import Fact
from pamkit.module.options import NoOptions, Options
from pamkit.vocab.codes import CODES_BY_WORD, ReturnCode
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Example(Record):
    """A line that shows the module at work, and the service it would stand in."""

    service: str
    line: str
    phrase: str = ""


class Declaration(Record):
    """What a module is: see `declare` for the fields."""

    name: str
    options: type[Options]
    answers: dict[Primitive, frozenset[ReturnCode]]
    reads: frozenset[Item]
    sets: frozenset[Item]
    facts: tuple[Fact, ...]
    files: tuple[str, ...]
    examples: tuple[Example, ...]

    @property
    def facilities(self) -> tuple[Facility, ...]:
        """The facilities the module can stand in."""
        return tuple(sorted({FACILITY_OF[primitive] for primitive in self.answers}))

    def fact(self, name: str, options: object) -> bool:
        """Whether a fact holds for a line with these options."""
        for fact in self.facts:  # noqa: SIM110  # asked so often that a generator would cost
            if fact.name == name and fact.holds(options):
                return True
        return False


def example(service: str, line: str, phrase: str = "") -> Example:
    """Return an example for a declaration."""
    return Example(service, line, phrase)


def declare(
    name: str,
    *,
    options: type[Options] = NoOptions,
    answers: Mapping[Primitive, str],
    reads: Iterable[Item] = (),
    sets: Iterable[Item] = (),
    facts: Iterable[Fact] = (),
    files: Iterable[str] = (),
    examples: Iterable[Example],
) -> Declaration:
    """Return the declaration of a module.

    ``answers`` gives, for each primitive it serves, the policy words of the codes it may
    answer; ``reads`` and ``sets`` the items it uses; ``files`` the paths it looks at;
    ``facts`` what can be said of it without running it.  Raises `ValueError` for a word that
    names no code.
    """
    table = {}
    for primitive, words in answers.items():
        for word in words.split():
            if word not in CODES_BY_WORD:
                raise ValueError(f"`{word}` names no return code")
        table[primitive] = frozenset(CODES_BY_WORD[word] for word in words.split())
    return Declaration(
        name,
        options,
        table,
        frozenset(reads),
        frozenset(sets),
        tuple(facts),
        tuple(files),
        tuple(examples),
    )
