"""Frozen values that read like dataclasses and start like tuples.

Importing `dataclasses` costs more than a whole login, so the login path has its own base
for values.  To a type checker a `Record` *is* a frozen dataclass; at run time it is a tuple
whose fields have names: one shared constructor, no generated code, nothing to compile.
"""

from __future__ import annotations

from _collections import _tuplegetter  # type: ignore[import-not-found]  # what namedtuple uses

__all__ = ["Record", "RecordType", "dataclass_transform"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self, dataclass_transform
else:

    def dataclass_transform(**_: object) -> object:
        """Stand in for the decorator that only type checkers look at."""
        return lambda cls: cls


_tuple_new = tuple.__new__
_tuple_eq = tuple.__eq__
_tuple_iter = tuple.__iter__  # a record may be iterable in a way of its own


def annotated(namespace: dict[str, Any]) -> tuple[str, ...]:
    """Return the names that a class body annotates, in order."""
    if "__annotations__" in namespace:
        return tuple(namespace["__annotations__"])
    # From Python 3.14 on, a body without `from __future__ import annotations` keeps a function;
    # format 1 is the values themselves.
    annotate = namespace.get("__annotate_func__")
    return () if annotate is None else tuple(annotate(1))


@dataclass_transform(frozen_default=True, eq_default=True)
class RecordType(type):
    """The class of record classes: turns annotations into fields."""

    _fields: tuple[str, ...]
    _defaults: dict[str, Any]
    _arity: int

    def __new__(
        mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], *, eq: bool = True
    ) -> RecordType:
        """Make a record class; ``eq=False`` makes its values equal only to themselves."""
        namespace["__slots__"] = ()
        fields: tuple[str, ...] = ()
        defaults: dict[str, Any] = {}
        for base in bases:
            fields += getattr(base, "_fields", ())
            defaults |= getattr(base, "_defaults", {})
        # All that a class needs is in its body before it is made: setting it later costs more
        # than making the class.
        for field in annotated(namespace):
            if field in namespace:
                defaults[field] = namespace[field]
            namespace[field] = _tuplegetter(len(fields), None)
            fields += (field,)
        namespace["_fields"], namespace["_defaults"] = fields, defaults
        namespace["_arity"] = len(fields)
        if not eq:
            namespace["__eq__"] = object.__eq__  # a place is no value
            namespace["__hash__"] = object.__hash__  # goes with equality
        return super().__new__(mcs, name, bases, namespace)


if TYPE_CHECKING:

    class Record(metaclass=RecordType):
        """A frozen value with named fields, as type checkers see it."""

        def changed(self, **changes: Any) -> Self:
            """Return a copy with some fields replaced."""

else:

    class Record(tuple, metaclass=RecordType):
        """A frozen value with named fields; subclasses declare them as annotations."""

        def __new__(cls, *values: Any, **named: Any) -> Self:
            """Make a value from its fields, in order or by name."""
            if named or len(values) != cls._arity:
                values = _complete(cls, values, named)
            return _tuple_new(cls, values)

        def __eq__(self, other: object) -> bool:
            """Equal if of one class and equal field by field."""
            return other.__class__ is self.__class__ and _tuple_eq(self, other)

        def __ne__(self, other: object) -> bool:
            """The opposite of equal: tuples bring a `!=` of their own that knows no classes."""
            return not self == other

        __hash__ = tuple.__hash__

        def __bool__(self) -> bool:
            """A value is never empty, even without fields."""
            return True

        def __repr__(self) -> str:
            """The call that would make this value."""
            inside = ", ".join(
                f"{f}={v!r}" for f, v in zip(self._fields, _tuple_iter(self), strict=True)
            )
            return f"{self.__class__.__name__}({inside})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            """Pickle and copy by the fields."""
            return tuple(_tuple_iter(self))

        def changed(self, **changes: Any) -> Self:
            """Return a copy with some fields replaced."""
            values = tuple(map(changes.pop, self._fields, _tuple_iter(self)))
            if changes:
                raise _no_field(self.__class__, changes)
            return _tuple_new(self.__class__, values)


def _complete(cls: RecordType, values: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, ...]:
    """Fill in named and default fields; `TypeError` where one is missing or unknown."""
    fields = cls._fields
    if len(values) > len(fields):
        raise TypeError(f"{cls.__name__} takes {len(fields)} fields but {len(values)} were given")
    free = fields[len(values) :]
    given = cls._defaults | named
    try:
        filled = (*values, *map(given.__getitem__, free))
    except KeyError as missing:
        raise TypeError(f"{cls.__name__} needs the field `{missing.args[0]}`") from None
    if not named.keys() <= set(free):
        raise _no_field(cls, {name: named[name] for name in named if name not in free})
    return filled


def _no_field(cls: type, named: dict[str, Any]) -> TypeError:
    return TypeError(f"{cls.__name__} has no free field `{next(iter(named))}`")
