"""Addresses of the internet, read from text as `inet_pton(3)` reads them, and their networks."""

from __future__ import annotations

from pamkit.vocab.record import Record

_GROUPS = 8
_HEX = frozenset("0123456789abcdefABCDEF")
_DIGITS = frozenset("0123456789")


class Address(Record):
    """An address as a number of so many bits: 32 for IPv4, 128 for IPv6."""

    bits: int
    number: int

    @property
    def is_loopback(self) -> bool:
        """Whether it is `127.0.0.1` or `::1`, the two names a machine has for itself."""
        return self in _LOOPBACKS

    def within(self, other: Address, mask: int) -> bool:
        """Whether it equals another one in the bits that the mask has."""
        return self.bits == other.bits and self.number & mask == other.number & mask


def address(text: str) -> Address | None:
    """Return the address that a text is; `None` if it is none."""
    number = _four(text)
    if number is not None:
        return Address(32, number)
    number = _eight(text)
    return None if number is None else Address(128, number)


def prefix_mask(bits: int, length: int) -> int:
    """Return the mask whose first ``length`` bits of ``bits`` are set."""
    return (1 << bits) - (1 << (bits - length))


def embedded(mapped: Address) -> Address | None:
    """Return the IPv4 address inside `::ffff:a.b.c.d`; `None` if there is none inside."""
    if mapped.bits != 128 or mapped.number >> 32 != 0xFFFF:
        return None
    return Address(32, mapped.number & 0xFFFFFFFF)


def dotted(four: Address) -> str:
    """Return an IPv4 address as text."""
    return ".".join(str(byte) for byte in four.number.to_bytes(4, "big"))


_LOOPBACKS = (Address(32, 0x7F000001), Address(128, 1))


def _four(text: str) -> int | None:
    parts = text.split(".")
    if len(parts) != 4:
        return None
    number = 0
    for part in parts:
        # A leading zero would be octal to some and decimal to others.
        plain = 0 < len(part) <= 3 and _DIGITS.issuperset(part)
        if not plain or (part[0] == "0" and part != "0") or int(part) > 255:
            return None
        number = number << 8 | int(part)
    return number


def _eight(text: str) -> int | None:
    before, gap, after = text.partition("::")
    if not gap:
        groups = _groups(before, last=True)
        return _joined(groups) if groups is not None and len(groups) == _GROUPS else None
    head = _groups(before, last=False) if before else []
    tail = _groups(after, last=True) if after else []
    if head is None or tail is None:
        return None
    missing = _GROUPS - len(head) - len(tail)
    return _joined([*head, *[0] * missing, *tail]) if missing > 0 else None


def _groups(text: str, *, last: bool) -> list[int] | None:
    """Return groups of 16 bits; ``last``: an IPv4 address may stand at the end."""
    parts = text.split(":")
    groups: list[int] = []
    for at, part in enumerate(parts):
        if 0 < len(part) <= 4 and _HEX.issuperset(part):
            groups.append(int(part, 16))
            continue
        four = _four(part) if last and at == len(parts) - 1 else None
        if four is None:
            return None
        groups += [four >> 16, four & 0xFFFF]
    return groups


def _joined(groups: list[int]) -> int:
    number = 0
    for group in groups:
        number = number << 16 | group
    return number
