"""SHA-1 of small texts, for where no library has it: a few blocks, as stamps of logins have.

Source: FIPS 180-4.  Nobody can make a keyed hash (HMAC) of it without the key, to this day; for
anything else it is broken.
"""

from __future__ import annotations

BLOCK = 64
"""Bytes that are worked on at a time."""

_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0)
_WORD = 0xFFFFFFFF


def sha1(data: bytes) -> bytes:
    """Return the 20 bytes of the hash."""
    state = _START
    padded = data + b"\x80" + bytes(-(len(data) + 9) % BLOCK) + (len(data) * 8).to_bytes(8, "big")
    for at in range(0, len(padded), BLOCK):
        state = _with_block(state, padded[at : at + BLOCK])
    return b"".join(word.to_bytes(4, "big") for word in state)


def _with_block(
    state: tuple[int, int, int, int, int], block: bytes
) -> tuple[int, int, int, int, int]:
    words = [int.from_bytes(block[at : at + 4], "big") for at in range(0, BLOCK, 4)]
    for at in range(16, 80):
        words.append(_turned(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1))
    a, b, c, d, e = state
    for at, word in enumerate(words):
        if at < 20:
            mixed = (b & c | ~b & d) + 0x5A827999
        elif at < 40:
            mixed = (b ^ c ^ d) + 0x6ED9EBA1
        elif at < 60:
            mixed = (b & c | b & d | c & d) + 0x8F1BBCDC
        else:
            mixed = (b ^ c ^ d) + 0xCA62C1D6
        a, b, c, d, e = (_turned(a, 5) + mixed + e + word) & _WORD, a, _turned(b, 30), c, d
    return (
        (state[0] + a) & _WORD,
        (state[1] + b) & _WORD,
        (state[2] + c) & _WORD,
        (state[3] + d) & _WORD,
        (state[4] + e) & _WORD,
    )


def _turned(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & _WORD
