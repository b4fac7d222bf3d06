"""The packed dictionary of cracklib: sorted words in blocks of sixteen, and an index of the blocks.

The index (`.pwi`) begins with a magic number, how many words there are, and how many a block has;
then comes the place of each block in the words (`.pwd`).  A block's first word stands whole; of
the others, how many bytes they share with the word before, and the rest.  All numbers have the
byte order of the machine that packed it.  The third file (`.hwm`) only makes the search shorter.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Literal

_MAGIC = 0x70775631
_HEADER, _PLACE, _BLOCK = 12, 4, 16


class CracklibDictionary:
    """Words that passwords must not be based on; ask ``word in dictionary``."""

    __slots__ = ("_blocks", "_count", "_index", "_order", "_words")

    def __init__(self, index: bytes, words: bytes) -> None:
        """Take the bytes of index and words; `ValueError` for what is no dictionary."""
        self._index, self._words = index, words
        self._order: Literal["little", "big"] = "little"
        if self._number(0, 4) != _MAGIC:
            self._order = "big"
        self._count = self._number(4, 4)
        self._blocks = -(-self._count // _BLOCK)
        if self._number(0, 4) != _MAGIC or self._number(8, 2) != _BLOCK or not self._count:
            raise ValueError("no dictionary of cracklib")
        if len(index) < _HEADER + self._blocks * _PLACE:
            raise ValueError("a dictionary that is cut short")

    def __len__(self) -> int:
        """How many words there are."""
        return self._count

    def __iter__(self) -> Iterator[bytes]:
        """Yield all words; `ValueError` where they make no sense."""
        for block in range(self._blocks):
            yield from self._block(block)

    def __contains__(self, word: object) -> bool:
        """Whether a word is listed; `ValueError` if the place where it would be makes no sense."""
        if not isinstance(word, bytes):
            return False
        low, high = 0, self._blocks
        while high - low > 1:
            middle = (low + high) // 2
            if self._first(middle) <= word:
                low = middle
            else:
                high = middle
        return word in list(self._block(low))

    def _first(self, block: int) -> bytes:
        place = self._number(_HEADER + block * _PLACE, _PLACE)
        return self._words[place : self._end(place)]

    def _block(self, block: int) -> Iterator[bytes]:
        word = self._first(block)
        yield word
        place = self._number(_HEADER + block * _PLACE, _PLACE) + len(word) + 1
        for _ in range(1, min(_BLOCK, self._count - block * _BLOCK)):
            end = self._end(place + 1)
            shared = self._words[place]
            if shared > len(word):
                raise ValueError("a word that begins like none before it")
            word = word[:shared] + self._words[place + 1 : end]
            yield word
            place = end + 1

    def _end(self, place: int) -> int:
        end = self._words.find(b"\0", place)
        if end < 0:
            raise ValueError("a word that does not end")
        return end

    def _number(self, place: int, size: int) -> int:
        return int.from_bytes(self._index[place : place + size], self._order)
