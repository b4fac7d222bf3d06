"""Named integers: what `enum.IntEnum` is to a reader, at the price of a plain class.

The standard `enum` costs half a millisecond a class and several to import, on every start
of every program that asks for a login.  Type checkers see `IntEnum` itself, so `match` is
checked for completeness; at run time members are `int` with a name.
"""

from __future__ import annotations

__all__ = ["Names"]  # one name, two homes: below, and `enum` for type checkers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from enum import IntEnum as Names
    from typing import Any
else:

    class NamesType(type):
        """The class of enumerations: turns integer attributes into members."""

        def __new__(
            mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
        ) -> NamesType:
            """Make an enumeration; the first name of a number counts, later ones are aliases."""
            numbers = {
                key: value
                for key, value in namespace.items()
                if isinstance(value, int) and not key.startswith("_")
            }
            rest = {key: value for key, value in namespace.items() if key not in numbers}
            cls = super().__new__(mcs, name, bases, rest)
            cls._members = {}
            cls._by_number = {}
            for key, number in numbers.items():
                member = cls._by_number.get(number)
                if member is None:
                    member = int.__new__(cls, number)
                    member.name = key
                    cls._by_number[number] = member
                cls._members[key] = member
                setattr(cls, key, member)
            return cls

        def __call__(cls, number: int) -> Any:
            """Return the member with this number, or what `_missing_` makes of it."""
            if not isinstance(number, int) or isinstance(number, bool):
                # `False` equals 0, which is success: a truth value is no code.
                raise ValueError(f"{number!r} is not a valid {cls.__name__}")
            member = cls._by_number.get(number)
            if member is None:
                member = cls._missing_(number)
                if member is None:
                    raise ValueError(f"{number} is not a valid {cls.__name__}")
            return member

        def __getitem__(cls, name: str) -> Any:
            """Return the member with this name; `KeyError` if there is none."""
            return cls._members[name]

        def __iter__(cls) -> Iterator[Any]:
            """All members, aliases left out, in order of definition."""
            return iter(cls._by_number.values())

        def __len__(cls) -> int:
            """How many members there are."""
            return len(cls._by_number)

        def __contains__(cls, value: object) -> bool:
            """Whether a value is one of the members or their numbers."""
            return value in cls._by_number

    class Names(int, metaclass=NamesType):
        """Base of the enumerations; subclasses list ``NAME = number``."""

        @property
        def value(self) -> int:
            """The number."""
            return int(self)

        @classmethod
        def _missing_(cls, number: int) -> Any:
            return None

        def __repr__(self) -> str:
            return f"<{self.__class__.__name__}.{self.name}: {int(self)}>"

        def __str__(self) -> str:
            return int.__repr__(self)

        def __reduce__(self) -> tuple[Any, ...]:
            return (self.__class__, (int(self),))
