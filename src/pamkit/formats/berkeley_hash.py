"""Berkeley DB hash files, to be read: the value of a key, and all keys.

What `pam_userdb(8)` opens through Berkeley DB's ndbm interface, as `db_load -t hash` writes it.
Either byte order, versions 7 to 9 (Berkeley DB 3.3 to 5.3), with page checksums or without.
A file may be damaged, or made to do damage: every number in it is held against the size of the
file, no page is gone to twice, and what does not fit is a `ValueError`, never an answer.

Source: `DBMETA`, `HMETA`, `PAGE` and the hash items of Berkeley DB's `db_page.h`.
"""

from __future__ import annotations

from struct import unpack_from

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[int, int], bytes]
    """Gets an offset and how many bytes; returns as many of them as the file has."""

_META_SIZE = 512
_MAGICS = {
    0x061561: "hash",
    0x053162: "btree",
    0x042253: "queue",
    0x074582: "heap",
}
_HASH = 0x061561
_OLDEST, _NEWEST = 7, 9
_PAGE_SIZES = tuple(1 << bits for bits in range(9, 17))
_NO_PAGE = 0

_HASH_META = 8
_HASH_PAGES = (2, 13)  # unsorted, sorted
_OVERFLOW_PAGE = 7
_HAS_CHECKSUMS, _IS_PARTITIONED = 0x01, 0x06

_HEAD, _HEAD_WITH_CHECKSUM = 26, 32

# Kinds of items.
_PLAIN, _DUPLICATES, _OFF_PAGE, _OFF_PAGE_DUPLICATES = 1, 2, 3, 4
_OFF_PAGE_SIZE = 12

_CHECK_KEY = b"%$sniglet^&\0"
"""C: a file keeps the hash of this, to tell whether it was made with another function."""


class _Table(Record, eq=False):
    """What the first page says of a file."""

    read: Read
    order: str
    page_size: int
    pages: int
    head: int
    max_bucket: int
    high_mask: int
    low_mask: int
    spares: tuple[int, ...]


def is_one(head: bytes) -> bool:
    """Whether a file that begins like this is one of Berkeley DB, of any kind."""
    return len(head) >= 16 and any(unpack_from(o + "I", head, 12)[0] in _MAGICS for o in "<>")


def find(read: Read, size: int, key: bytes) -> bytes | None:
    """Return the value of a key, `None` if it is not there; of several values the first.

    ``size`` is that of the file in bytes.  `ValueError`, with words for an administrator, if the
    file is another kind's, or damaged on the way to the key.
    """
    table = _table(read, size)
    for key_item, value_item in _pairs(table, _bucket(table, key)):
        if _length(table, key_item) == len(key) and _content(table, key_item) == key:
            return _content(table, value_item)
    return None


def keys(read: Read, size: int) -> Iterator[bytes]:
    """Return all keys, in the order of the file; `ValueError` as `find`, once it comes to it."""
    table = _table(read, size)
    left = size
    for bucket in range(table.max_bucket + 1):
        for key_item, _ in _pairs(table, bucket):
            left -= _length(table, key_item)
            if left < 0:
                # Whoever has all keys point to one long piece means to keep us busy.
                raise ValueError("a damaged file: its keys are longer than the file")
            yield _content(table, key_item)


def _table(read: Read, size: int) -> _Table:
    meta = read(0, _META_SIZE)
    if len(meta) < _META_SIZE:
        raise ValueError("a file that is too short for Berkeley DB")
    order = next((o for o in "<>" if unpack_from(o + "I", meta, 12)[0] in _MAGICS), "")
    if not order:
        raise ValueError("not a file of Berkeley DB")
    magic, version, page_size = unpack_from(order + "III", meta, 12)
    if magic != _HASH:
        raise ValueError(f"a {_MAGICS[magic]} file, expected a hash file")
    if not _OLDEST <= version <= _NEWEST:
        raise ValueError(f"a hash file of version {version}, expected {_OLDEST} to {_NEWEST}")
    encrypted, kind, flags = meta[24], meta[25], meta[26]
    if encrypted:
        raise ValueError("an encrypted file")
    if flags & _IS_PARTITIONED:
        raise ValueError("a file in several parts")
    max_bucket, high_mask, low_mask = unpack_from(order + "III", meta, 72)
    pages = size // page_size if page_size in _PAGE_SIZES else 0
    if kind != _HASH_META or size != pages * page_size or not 0 <= max_bucket < pages:
        raise ValueError("a damaged file: its first page contradicts itself")
    if (
        high_mask & (high_mask + 1)
        or low_mask != high_mask >> 1
        or not (low_mask <= max_bucket <= high_mask)
    ):
        raise ValueError("a damaged file: its masks contradict its size")
    (check,) = unpack_from(order + "I", meta, 92)
    if check != _hash(_CHECK_KEY):
        raise ValueError("a file with a hash function of its own")
    head = _HEAD_WITH_CHECKSUM if flags & _HAS_CHECKSUMS else _HEAD
    spares = unpack_from(order + "32I", meta, 96)
    return _Table(
        read, order, page_size, pages, head, max_bucket, high_mask, low_mask, tuple(spares)
    )


def _pairs(table: _Table, bucket: int) -> Iterator[tuple[bytes, bytes]]:
    """Return the items of a bucket: of each key, and of its value."""
    number, before = bucket + table.spares[bucket.bit_length()], _NO_PAGE
    seen = {_NO_PAGE}
    while number not in seen:
        seen.add(number)
        page = _page(table, number)
        if before == _NO_PAGE and not any(page):
            return  # a page that was set aside, and never needed
        own, previous, following, entries = unpack_from(table.order + "IIIH", page, 8)
        if (own, previous) != (number, before) or page[25] not in _HASH_PAGES or entries % 2:
            raise ValueError(f"a damaged file: page {number} contradicts itself")
        items = _items(table, number, page, entries)
        for key_item, value_item in zip(items[::2], items[1::2], strict=True):
            if key_item[0] == _PLAIN and _bucket(table, key_item[1:]) != bucket:
                raise ValueError(f"a damaged file: page {number} has a key of another")
            yield key_item, value_item
        before, number = number, following
    if number != _NO_PAGE:
        raise ValueError(f"a damaged file: page {number} comes after itself")


def _items(table: _Table, number: int, page: bytes, entries: int) -> list[bytes]:
    """Return the items of a page; they lie one below the other, from its end downwards."""
    least, end = table.head + 2 * entries, len(page)
    items = []
    if least <= end:
        for at in unpack_from(f"{table.order}{entries}H", page, table.head):
            if not least <= at < end:
                break
            items.append(page[at:end])
            end = at
    if len(items) != entries:
        raise ValueError(f"a damaged file: page {number} has an item that does not fit")
    return items


def _length(table: _Table, item: bytes) -> int:
    """Return how many bytes a key has, before they are all read."""
    if item[0] == _OFF_PAGE and len(item) == _OFF_PAGE_SIZE:
        length: int = unpack_from(table.order + "I", item, 8)[0]
        return length
    return len(item) - 1


def _content(table: _Table, item: bytes) -> bytes:
    """Return the bytes that an item stands for."""
    kind = item[0]
    if kind == _PLAIN:
        return item[1:]
    if kind == _OFF_PAGE and len(item) == _OFF_PAGE_SIZE:
        return _overflow(table, *unpack_from(table.order + "II", item, 4))
    if kind == _DUPLICATES and len(item) >= 5:
        (length,) = unpack_from(table.order + "H", item, 1)
        if item[3 + length : 5 + length] == item[1:3]:
            return item[3 : 3 + length]
    if kind == _OFF_PAGE_DUPLICATES:
        raise ValueError("a key has more values than fit on a page")
    raise ValueError("a damaged file: an item of no kind")


def _overflow(table: _Table, number: int, length: int) -> bytes:
    """Return a long entry, from pages of its own."""
    pieces: list[bytes] = []
    left, before = length, _NO_PAGE
    # Each page brings at least a byte, so this ends; and no entry is longer than the file.
    while left and length <= table.pages * table.page_size:
        page = _page(table, number)
        own, previous, following, _, size = unpack_from(table.order + "IIIHH", page, 8)
        fits = 0 < size <= min(left, table.page_size - table.head)
        if (own, previous, page[25]) != (number, before, _OVERFLOW_PAGE) or not fits:
            break
        pieces.append(page[table.head : table.head + size])
        left, before, number = left - size, number, following
    if left or number != _NO_PAGE:
        raise ValueError("a damaged file: an entry ends too early or too late")
    return b"".join(pieces)


def _page(table: _Table, number: int) -> bytes:
    if not 0 < number < table.pages:
        raise ValueError(f"a damaged file: there is no page {number}")
    page = table.read(number * table.page_size, table.page_size)
    if len(page) != table.page_size:
        raise ValueError("a file that became shorter")
    return page


def _bucket(table: _Table, key: bytes) -> int:
    bucket = _hash(key) & table.high_mask
    return bucket & table.low_mask if bucket > table.max_bucket else bucket


def _hash(key: bytes) -> int:
    """Return the hash of a key: Fowler, Noll and Vo's, begun at 0."""
    value = 0
    for byte in key:
        value = (value * 16777619 & 0xFFFFFFFF) ^ byte
    return value
