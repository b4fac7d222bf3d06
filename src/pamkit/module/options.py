"""Kinds of module option; the words behind a module to a frozen object, and what is odd.

A module states its options once, as a class; binding, pages and tests read it.
"""

from __future__ import annotations

from pamkit.vocab.names import Names
from pamkit.vocab.record import Record, RecordType, annotated, dataclass_transform

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, ClassVar, Self


class Match(Names):
    """How an argument is compared with the word of an option."""

    EXACT = 0
    PREFIX = 1
    ANY_CASE = 2


class Option(Record):
    """One option: its word, what it means in a phrase, and how its value is read.

    ``word`` ends in `=` if a value follows.  ``read`` turns the value into what the options
    object holds and raises `ValueError` for one it cannot take; `None` for a plain flag,
    whose presence means ``present``.  ``deprecated`` says what to use instead.
    """

    word: str
    phrase: str
    default: Any
    read: Callable[[str], Any] | None = None
    present: Any = True
    value: str = ""
    deprecated: str = ""
    facilities: tuple[str, ...] = ()


class Problem(Record):
    """Something odd about one argument; ``at`` is its index."""

    rule: str
    at: int
    message: str


_REST = "…"


def flag(
    phrase: str,
    *,
    word: str = "",
    default: Any = False,
    present: Any = True,
    deprecated: str = "",
) -> Any:
    """An option without a value; it holds ``present`` if it is given."""
    return Option(word, phrase, default, None, present, "", deprecated)


def text(
    phrase: str, *, default: Any = "", word: str = "", value: str = "text", deprecated: str = ""
) -> Any:
    """An option `word=text`."""
    return Option(_keyed(word), phrase, default, str, True, value, deprecated)


def path(phrase: str, *, default: Any = "", word: str = "", value: str = "file") -> Any:
    """An option `word=/path`; a relative path is refused, unless `Options.parse` is told how."""
    return Option(_keyed(word), phrase, default, _absolute, True, value)


def paths(phrase: str, *, default: Any = None, word: str = "", value: str = "path:path") -> Any:
    """An option `word=/path:/path`, a tuple without empty paths.

    A relative path stays, unless `Options.parse` is told how: nothing is found there.
    """
    return Option(_keyed(word), phrase, default, _listed, True, value)


def number(
    phrase: str,
    *,
    default: Any = 0,
    word: str = "",
    least: int = 0,
    most: int = 2**31 - 1,
    value: str = "number",
    deprecated: str = "",
) -> Any:
    """An option `word=number` within bounds."""

    def read(given: str) -> int:
        if not given.isascii() or not given.isdigit():
            raise ValueError(f"expected a number, found `{given}`")
        if len(given) > 20 or not least <= int(given) <= most:
            raise ValueError(f"expected a number from {least} to {most}, found `{given[:24]}`")
        return int(given)

    return Option(_keyed(word), phrase, default, read, True, value, deprecated)


def rest(phrase: str, *, value: str = "words") -> Any:
    """All arguments that no other option takes, in order, as a tuple."""
    return Option(_REST, phrase, (), None, True, value)


def _keyed(word: str) -> str:
    return word and word.removesuffix("=") + "="


def _absolute(given: str) -> str:
    if not given.startswith("/"):
        raise ValueError(f"expected an absolute path, found `{given}`")
    return given


def _listed(given: str) -> tuple[str, ...]:
    if not given:
        raise ValueError("expected paths, found nothing")
    return tuple(each for each in given.split(":") if each)


def _from(here: Callable[[], str], given: str) -> str:
    """Return a path that counts from a directory, or one that is absolute or empty already."""
    return given if given[:1] in ("", "/") else f"{here().rstrip('/')}/{given}"


@dataclass_transform(frozen_default=True, eq_default=True)
class OptionsType(RecordType):
    """The class of option classes: keeps the options beside the fields."""

    _options: ClassVar[dict[str, Option]]

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **extra: bool
    ) -> OptionsType:
        """Make an options class from its options; `TypeError` for a field that is none."""
        stated: dict[str, Option] = {}
        fields = annotated(namespace)
        for field, value in namespace.items():
            if isinstance(value, Option) and field not in fields:
                # It would be taken for an unknown word wherever a policy uses it.
                raise TypeError(f"`{name}.{field}` has no type")
        for field in fields:
            option = namespace.get(field)
            if not isinstance(option, Option):
                raise TypeError(f"`{name}.{field}` is no option")
            word = option.word or field + "=" * (option.read is not None)
            stated[field] = option.changed(word=word)
            namespace[field] = option.default
        inherited: dict[str, Option] = {}
        for base in bases:
            inherited |= getattr(base, "_options", {})
        namespace["_options"] = inherited | stated
        cls = super().__new__(mcs, name, bases, namespace, **extra)
        assert isinstance(cls, OptionsType)  # noqa: S101  # said for type checkers
        return cls


_MOST_UNKNOWN = 256
_unknown: dict[tuple[type, tuple[str, ...]], tuple[str, ...]] = {}
"""What was found unknown in the arguments of a line: the same for every login."""


class Options(Record, metaclass=OptionsType):
    """What may stand behind a module's name; subclasses list their options as fields.

    ``match`` says how arguments are compared with the words of options.  ``leading``: the first
    argument that is no option ends them, and the rest is taken as it stands.  ``complains``: the
    module itself logs words that are no options, so that nobody else need.
    """

    match = Match.EXACT
    leading = False
    complains = False

    @classmethod
    def stated(cls) -> dict[str, Option]:
        """The options by field name, in order."""
        return cls._options

    @classmethod
    def parse(
        cls, args: Sequence[str], here: Callable[[], str] | None = None
    ) -> tuple[Self, tuple[Problem, ...]]:
        """Return the options that arguments stand for, and what is odd about them.

        Unknown and malformed words are left out, as C modules do; later words win.  ``here``
        gives the directory that relative paths count from; without it they are refused.
        """
        values: dict[str, Any] = {}
        problems: list[Problem] = []
        left: list[str] = []
        catch_all = next((f for f, o in cls._options.items() if o.word == _REST), None)
        for at, arg in enumerate(args):
            field = cls._field_for(arg)
            if field is None and cls.leading:
                left += args[at:]
                break
            if field is None:
                left.append(arg)
                if catch_all is None:
                    problems.append(Problem("unknown-option", at, f"option `{arg}` is unknown"))
                continue
            option = cls._options[field]
            if option.deprecated:
                problems.append(Problem("deprecated-option", at, option.deprecated))
            if option.read is None:
                values[field] = option.present
                continue
            try:
                given = arg[len(option.word) :]
                if here is not None and option.read is _absolute:
                    given = _from(here, given)
                elif here is not None and option.read is _listed:
                    given = ":".join(_from(here, each) for each in given.split(":"))
                values[field] = option.read(given)
            except ValueError as odd:
                problems.append(Problem("bad-option-value", at, f"`{option.word}`: {odd}"))
        if catch_all is not None:
            values[catch_all] = tuple(left)
        return cls(**values), tuple(problems)

    @classmethod
    def unknown(cls, args: Sequence[str]) -> tuple[str, ...]:
        """Return the arguments that no option takes, in order: C modules name them in the log."""
        if not args:
            return ()
        key = (cls, tuple(args))
        found = _unknown.get(key)
        if found is None:
            takes_all = any(option.word == _REST for option in cls._options.values())
            found = tuple(arg for arg in args if not takes_all and cls._field_for(arg) is None)
            if len(_unknown) >= _MOST_UNKNOWN:
                _unknown.clear()
            _unknown[key] = found
        return found

    @classmethod
    def _field_for(cls, arg: str) -> str | None:
        match = cls.match
        given = arg.lower() if match is Match.ANY_CASE else arg
        for field, option in cls._options.items():
            word = option.word
            if word == _REST:
                continue
            if match is Match.PREFIX or option.read is not None:
                if given.startswith(word):
                    return field
            elif given == word:
                return field
        return None


class NoOptions(Options):
    """For a module that takes no options."""
