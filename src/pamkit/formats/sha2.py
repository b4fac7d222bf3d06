"""The SHA-2 hashes of small texts, for where no library has them.

Source: FIPS 180-4.  Its tables are digits of roots of primes, and are worked out when they are
first needed: most machines never do.
"""

from __future__ import annotations

from pamkit.vocab.record import Record


class _Width(Record):
    """What differs between words of 32 and of 64 bits; the turns of the four mixing functions."""

    bits: int
    rounds: int
    early: tuple[int, int, int]
    late: tuple[int, int, int]
    first: tuple[int, int, int]
    second: tuple[int, int, int]


_NARROW = _Width(32, 64, (7, 18, 3), (17, 19, 10), (2, 13, 22), (6, 11, 25))
_WIDE = _Width(64, 80, (1, 8, 7), (19, 61, 6), (28, 34, 39), (14, 18, 41))

_primes: list[int] = []
_constants: dict[int, list[int]] = {}


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of SHA-256; it works on blocks of 64."""
    return _hashed(data, _NARROW, [_root(prime, 2, 32) for prime in _first_primes(8)])


def sha384(data: bytes) -> bytes:
    """Return the 48 bytes of SHA-384; it works on blocks of 128."""
    return _hashed(data, _WIDE, [_root(prime, 2, 64) for prime in _first_primes(16)[8:]])[:48]


def sha512(data: bytes) -> bytes:
    """Return the 64 bytes of SHA-512; it works on blocks of 128."""
    return _hashed(data, _WIDE, [_root(prime, 2, 64) for prime in _first_primes(8)])


def _hashed(data: bytes, width: _Width, state: list[int]) -> bytes:
    size, word = 2 * width.bits, width.bits // 8
    tail = (len(data) * 8).to_bytes(2 * word, "big")
    padded = data + b"\x80" + bytes(-(len(data) + 1 + len(tail)) % size) + tail
    for at in range(0, len(padded), size):
        state = _with_block(state, padded[at : at + size], width)
    return b"".join(value.to_bytes(word, "big") for value in state)


def _with_block(state: list[int], block: bytes, width: _Width) -> list[int]:
    bits, mask, step = width.bits, (1 << width.bits) - 1, width.bits // 8
    words = [int.from_bytes(block[at : at + step], "big") for at in range(0, len(block), step)]
    for at in range(16, width.rounds):
        early = _shifted(words[at - 15], width.early, bits)
        late = _shifted(words[at - 2], width.late, bits)
        words.append((words[at - 16] + early + words[at - 7] + late) & mask)
    a, b, c, d, e, f, g, h = state
    for word, constant in zip(words, _cube_roots(width), strict=True):
        one = h + _turned(e, width.second, bits) + (e & f ^ ~e & g) + constant + word
        two = _turned(a, width.first, bits) + (a & b ^ a & c ^ b & c)
        a, b, c, d, e, f, g, h = (one + two) & mask, a, b, c, (d + one) & mask, e, f, g
    new = (a, b, c, d, e, f, g, h)
    return [(old + more) & mask for old, more in zip(state, new, strict=True)]


def _turned(word: int, by: tuple[int, int, int], bits: int) -> int:
    one, two, three = (word >> turn | word << bits - turn for turn in by)
    return (one ^ two ^ three) & (1 << bits) - 1


def _shifted(word: int, by: tuple[int, int, int], bits: int) -> int:
    one, two = (word >> turn | word << bits - turn for turn in by[:2])
    return (one ^ two ^ word >> by[2]) & (1 << bits) - 1


def _cube_roots(width: _Width) -> list[int]:
    if width.bits not in _constants:
        primes = _first_primes(width.rounds)
        _constants[width.bits] = [_root(prime, 3, width.bits) for prime in primes]
    return _constants[width.bits]


def _first_primes(count: int) -> list[int]:
    number = _primes[-1] + 1 if _primes else 2
    while len(_primes) < count:
        if all(number % prime for prime in _primes):
            _primes.append(number)
        number += 1
    return _primes[:count]


def _root(number: int, power: int, bits: int) -> int:
    """Return that many bits behind the point of a root."""
    wanted, low, high = number << power * bits, 0, number << bits
    while high - low > 1:
        middle = (low + high) // 2
        if middle**power <= wanted:
            low = middle
        else:
            high = middle
    return low & (1 << bits) - 1
