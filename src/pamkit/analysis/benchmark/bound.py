"""A number that a benchmark asks for: at least, at most, exactly."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.rule import Rule
    from pamkit.analysis.tree import Tree


class Bound(Record):
    """What a number must be; ``also`` is a number that is right beside the range."""

    least: int | None = None
    most: int | None = None
    also: int | None = None
    suggested: int = 0

    def holds(self, value: int | None) -> bool:
        """Whether a number is right; none is not."""
        if value is None:
            return False
        if value == self.also:
            return True
        return (self.least is None or value >= self.least) and (
            self.most is None or value <= self.most
        )

    def __str__(self) -> str:
        """The range in words."""
        if self.least == self.most:
            return f"{self.least}"
        if self.least is None:
            return f"at most {self.most}"
        if self.most is None:
            said = f"at least {self.least}"
            return said if self.also is None else f"{said}, or {self.also}"
        return f"from {self.least} to {self.most}"


def at_least(number: int, *, also: int | None = None) -> Bound:
    """Return the bound of numbers that are not smaller."""
    return Bound(least=number, also=also, suggested=number)


def at_most(number: int) -> Bound:
    """Return the bound of numbers that are not greater."""
    return Bound(most=number, suggested=number)


def up_to(number: int) -> Bound:
    """Return the bound of numbers from 1 on that are not greater: 0 would switch it off."""
    return Bound(least=1, most=number, suggested=number)


def exactly(number: int) -> Bound:
    """Return the bound of one number."""
    return Bound(least=number, most=number, suggested=number)


def number(text: str) -> int | None:
    """Return the whole number that a text is; `None` if it is none."""
    digits = text.removeprefix("-")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None


def asked(rule: Rule, name: str, tree: Tree) -> int:
    """Return the number that is asked for of a rule; what is none counts as 0."""
    return number(rule.value(name, tree)) or 0
