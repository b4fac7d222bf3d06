"""Packs words as cracklib does, for tests."""

from collections.abc import Iterable
from typing import Literal


def packed(
    words: Iterable[bytes], order: Literal["little", "big"] = "little"
) -> tuple[bytes, bytes]:
    """Return index and words of a dictionary."""
    listed = sorted(set(words))
    index, data = b"", b""
    for at, word in enumerate(listed):
        if at % 16 == 0:
            index += len(data).to_bytes(4, order)
            data += word + b"\0"
            continue
        before = listed[at - 1]
        shared = next(
            (i for i, (x, y) in enumerate(zip(before, word, strict=False)) if x != y),
            min(len(before), len(word)),
        )
        data += bytes((shared,)) + word[shared:] + b"\0"
    header = (0x70775631, 4), (len(listed), 4), (16, 2), (0, 2)
    return b"".join(number.to_bytes(size, order) for number, size in header) + index, data
