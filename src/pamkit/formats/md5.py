"""MD5 of short texts, for where no library has it: names of directories are made of it.

Source: RFC 1321.  It is broken wherever somebody gains by two texts with one hash.
"""

from __future__ import annotations

_BLOCK = 64
_WORD = 0xFFFFFFFF
_START = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_TURNS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))

# 2**32 * abs(sin(n)), n from 1 to 64.
_SINES = bytes.fromhex(
    "d76aa478e8c7b756242070dbc1bdceeef57c0faf4787c62aa8304613fd469501"
    "698098d88b44f7afffff5bb1895cd7be6b901122fd987193a679438e49b40821"
    "f61e2562c040b340265e5a51e9b6c7aad62f105d02441453d8a1e681e7d3fbc8"
    "21e1cde6c33707d6f4d50d87455a14eda9e3e905fcefa3f8676f02d98d2a4c8a"
    "fffa39428771f6816d9d6122fde5380ca4beea444bdecfa9f6bb4b60bebfbc70"
    "289b7ec6eaa127fad4ef308504881d05d9d4d039e6db99e51fa27cf8c4ac5665"
    "f4292244432aff97ab9423a7fc93a039655b59c38f0ccc92ffeff47d85845dd1"
    "6fa87e4ffe2ce6e0a30143144e0811a1f7537e82bd3af2352ad7d2bbeb86d391"
)
_ADDED = tuple(int.from_bytes(_SINES[at : at + 4], "big") for at in range(0, 256, 4))


def md5(data: bytes) -> bytes:
    """Return the 16 bytes of the hash."""
    state = _START
    length = (len(data) * 8 & (1 << 64) - 1).to_bytes(8, "little")
    padded = data + b"\x80" + bytes(-(len(data) + 9) % _BLOCK) + length
    for at in range(0, len(padded), _BLOCK):
        state = _with_block(state, padded[at : at + _BLOCK])
    return b"".join(word.to_bytes(4, "little") for word in state)


def _with_block(state: tuple[int, int, int, int], block: bytes) -> tuple[int, int, int, int]:
    words = [int.from_bytes(block[at : at + 4], "little") for at in range(0, _BLOCK, 4)]
    a, b, c, d = state
    for at in range(64):
        turn, step = divmod(at, 16)
        if turn == 0:
            mixed, word = b & c | ~b & d, step
        elif turn == 1:
            mixed, word = d & b | ~d & c, (5 * step + 1) % 16
        elif turn == 2:
            mixed, word = b ^ c ^ d, (3 * step + 5) % 16
        else:
            mixed, word = c ^ (b | ~d & _WORD), 7 * step % 16
        by = _TURNS[turn][at % 4]
        total = (a + mixed + _ADDED[at] + words[word]) & _WORD
        a, d, c, b = d, c, b, (b + (total << by | total >> 32 - by)) & _WORD
    return (
        (state[0] + a) & _WORD,
        (state[1] + b) & _WORD,
        (state[2] + c) & _WORD,
        (state[3] + d) & _WORD,
    )
