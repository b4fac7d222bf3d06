"""What a new password is made of, and how like it is to an old one: the measures of its checkers.

All of them look at bytes.  As in C under a UTF-8 locale, only ASCII has letters and digits; every
other byte is of the kind `other`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

KINDS = DIGIT, UPPER, LOWER, OTHER = range(4)
"""The kinds of bytes, in the order in which checkers look at their credits."""


def counts(password: bytes) -> tuple[int, int, int, int]:
    """Return how many digits, upper case letters, lower case letters and others there are."""
    found = [0, 0, 0, 0]
    for byte in password:
        found[_kind(byte)] += 1
    return found[0], found[1], found[2], found[3]


def kinds_in(password: bytes) -> int:
    """Return how many of the four kinds there are."""
    return sum(count > 0 for count in counts(password))


def length_wanted(minlen: int, credits: tuple[int, ...], found: tuple[int, ...]) -> int:
    """Return the least length, after each byte of a kind counted up to its credit for one more.

    Credits below zero give nothing: they are least numbers, which `lacking` looks at.
    """
    for credit, count in zip(credits, found, strict=True):
        minlen -= min(count, max(credit, 0))
    return minlen


def lacking(credits: tuple[int, ...], found: tuple[int, ...]) -> int | None:
    """Return the first kind of which there are fewer than its credit, below zero, asks for."""
    for kind, (credit, count) in enumerate(zip(credits, found, strict=True)):
        if count < -credit:
            return kind
    return None


def repeats_kind(password: bytes, most: int) -> bool:
    """Whether more than ``most`` bytes of one kind stand side by side."""
    return any(run > most for run in _runs([_kind(byte) for byte in password]))


def repeats_byte(password: bytes, most: int) -> bool:
    """Whether more than ``most`` equal bytes stand side by side; one byte is never too many."""
    return any(run > max(most, 1) for run in _runs(list(password)))


def climbs(password: bytes, most: int) -> bool:
    """Whether more than ``most`` bytes follow one another up or down, as in `abc` or `321`."""
    most, up, down = max(most, 1), 1, 1
    for step in steps(password):
        up, down = up + 1 if step == 1 else 1, down + 1 if step == -1 else 1
        if up > most or down > most:
            return True
    return False


def steps(password: bytes) -> Iterator[int]:
    """Yield how far it is from each byte to the next.

    C: a `char` has a sign, so 128 does not follow 127.
    """
    for at in range(1, len(password)):
        yield (password[at] ^ 0x80) - (password[at - 1] ^ 0x80)


def is_palindrome(password: bytes) -> bool:
    """Whether it reads the same from both ends."""
    return password == password[::-1]


def is_similar(old: bytes, new: bytes, difok: int) -> bool:
    """Whether less than ``difok`` was changed, unless the new one is twice as long."""
    return len(new) < 2 * len(old) and _distance(old, new) < difok


def is_rotated(old: bytes, new: bytes) -> bool:
    """Whether the new one is the old one, its end put before its beginning, or a part of that."""
    return new in old * 2


def _kind(byte: int) -> int:
    if 48 <= byte <= 57:
        return DIGIT
    if 65 <= byte <= 90:
        return UPPER
    return LOWER if 97 <= byte <= 122 else OTHER


def _runs(values: list[int]) -> Iterator[int]:
    run = 0
    for at, value in enumerate(values):
        run = run + 1 if at and value == values[at - 1] else 1
        yield run


def _distance(old: bytes, new: bytes) -> int:
    """Return how much was changed.

    C: no Levenshtein distance; leaving out or putting in a byte that equals the one it meets
    costs nothing, so `aab` is no further from `ab` than `ab` itself.
    """
    above = list(range(len(new) + 1))
    for row, left in enumerate(old, 1):
        line = [row]
        for column, right in enumerate(new, 1):
            nearest = min(above[column - 1], line[column - 1], above[column])
            line.append(nearest + (left != right))
        above = line
    return above[-1]
