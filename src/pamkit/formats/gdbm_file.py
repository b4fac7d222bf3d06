"""GDBM files, to be read: the value of a key, and all keys.

What `pam_userdb(8)` opens where it was built with GDBM, or with GDBM's own ndbm interface.  All
of GDBM's formats in the byte order of this machine: with offsets of 32 bits or 64, with or
without the counter for crash tolerance.  A file may be damaged, or made to do damage: every
number in it is held against the size of the file, and what does not fit is a `ValueError`, never
an answer.

Source: `gdbmdefs.h` and `hash.c` of GDBM.
"""

from __future__ import annotations

from struct import unpack_from

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Read = Callable[[int, int], bytes]
    """Gets an offset and how many bytes; returns as many of them as the file has."""

_NARROW = (0x13579ACD, 0x13579AD0)
_WIDE = (0x13579ACF, 0x13579AD1)
_OLD = 0x13579ACE
"""The first magic; its offsets are as wide as those of the machine it was made on."""

_HASH_BITS = 31
_MOST_BITS = 31
_AVAILABLE = 6
"""Free pieces that each bucket knows of."""

_KEY_START = 4
"""Bytes of a key that are kept in the bucket as well."""

_FREE = -1


class _Shape(Record):
    """Where things are, by the width of offsets."""

    head: str
    offset: str
    bucket: str
    """How many bits, how many elements; at which byte of a bucket."""
    bits_at: int
    elements_at: int
    element: str
    element_size: int


_SHAPES = {
    32: _Shape("=iiIiiiiI", "I", "=ii", 4 + 8 * _AVAILABLE, 12 + 8 * _AVAILABLE, "=i4sIii", 20),
    64: _Shape("=iiQiiiiQ", "Q", "=ii", 8 + 16 * _AVAILABLE, 16 + 16 * _AVAILABLE, "=i4sQii", 24),
}


class _Table(Record, eq=False):
    """What the first bytes say of a file."""

    read: Read
    size: int
    shape: _Shape
    directory: int
    bits: int
    bucket_size: int
    elements: int


class _Element(Record):
    """One entry, as its bucket describes it."""

    hashed: int
    start: bytes
    at: int
    key_size: int
    value_size: int


def is_one(head: bytes) -> bool:
    """Whether a file that begins like this is one of GDBM."""
    known = (*_NARROW, *_WIDE, _OLD)
    return len(head) >= 4 and any(unpack_from(o + "I", head)[0] in known for o in "<>")


def find(read: Read, size: int, key: bytes) -> bytes | None:
    """Return the value of a key, `None` if it is not there.

    ``size`` is that of the file in bytes.  `ValueError`, with words for an administrator, if the
    file is another kind's, or damaged on the way to the key.
    """
    table = _table(read, size)
    # C: the hash is made of `char`, which has a sign on some machines; the file does not say.
    for signed in (True, False):
        hashed = _hash(key, signed=signed)
        index = hashed >> (_HASH_BITS - table.bits)
        for element in _elements(table, _bucket_at(table, index), index):
            if (element.hashed, element.key_size) != (hashed, len(key)):
                continue
            if _key(table, element) == key:
                return _bytes(table, element.at + element.key_size, element.value_size)
    return None


def keys(read: Read, size: int) -> Iterator[bytes]:
    """Return all keys, in the order of the file; `ValueError` as `find`, once it comes to it."""
    table = _table(read, size)
    before, left = 0, size
    for index in range(1 << table.bits):
        at = _bucket_at(table, index)
        if at == before:
            continue  # neighbours share a bucket until it is full
        before = at
        left -= table.bucket_size
        for element in _elements(table, at, index):
            left -= element.key_size
            if left < 0:
                # Whoever has all entries point to one long piece means to keep us busy.
                raise ValueError("a damaged file: its entries are longer than the file")
            yield _key(table, element)


def _table(read: Read, size: int) -> _Table:
    head = read(0, 40)
    if len(head) < 40:
        raise ValueError("a file that is too short for GDBM")
    (magic,) = unpack_from("=I", head)
    if magic not in (*_NARROW, *_WIDE, _OLD):
        if is_one(head):
            raise ValueError("a GDBM file from a machine of another byte order")
        raise ValueError("not a file of GDBM")
    for width, shape in _SHAPES.items():
        if magic not in (_OLD, *(_NARROW if width == 32 else _WIDE)):
            continue
        _, _, directory, length, bits, bucket_size, elements, _ = unpack_from(shape.head, head)
        table = _Table(read, size, shape, directory, bits, bucket_size, elements)
        if _fits(table, length):
            return table
    raise ValueError("a damaged file: its first bytes contradict themselves")


def _fits(table: _Table, length: int) -> bool:
    """Whether the numbers go together; ``length`` is that of the directory in bytes."""
    shape = table.shape
    return (
        0 <= table.bits <= _MOST_BITS
        and length == _width(shape) << table.bits
        and 0 < table.directory <= table.size - length
        and 0 < table.bucket_size <= table.size
        and table.elements == (table.bucket_size - shape.elements_at) // shape.element_size
        and table.elements > 0
    )


def _bucket_at(table: _Table, index: int) -> int:
    """Return where the bucket begins that the directory has at an index."""
    width = _width(table.shape)
    entry = _bytes(table, table.directory + index * width, width)
    at: int = unpack_from("=" + table.shape.offset, entry)[0]
    return at


def _elements(table: _Table, at: int, index: int) -> Iterator[_Element]:
    """Return the entries of a bucket, found in the directory at ``index``."""
    shape = table.shape
    bucket = _bytes(table, at, table.bucket_size)
    bits, count = unpack_from(shape.bucket, bucket, shape.bits_at)
    if not 0 <= bits <= table.bits or not 0 <= count <= table.elements:
        raise ValueError(f"a damaged file: the bucket at {at} contradicts itself")
    own = index >> (table.bits - bits)
    for number in range(table.elements):
        found = unpack_from(shape.element, bucket, shape.elements_at + number * shape.element_size)
        element = _Element(*found)
        if element.hashed == _FREE:
            continue
        count -= 1
        if element.hashed < 0 or element.hashed >> (_HASH_BITS - bits) != own:
            raise ValueError(f"a damaged file: the bucket at {at} has an entry of another")
        yield element
    if count:
        raise ValueError(f"a damaged file: the bucket at {at} has not as many entries as it says")


def _key(table: _Table, element: _Element) -> bytes:
    """Return the key of an entry."""
    key = _bytes(table, element.at, element.key_size)
    start = key[:_KEY_START]
    hashes = {_hash(key, signed=signed) for signed in (True, False)}
    if element.hashed not in hashes or element.start[: len(start)] != start:
        raise ValueError(f"a damaged file: the entry at {element.at} is another's")
    return key


def _bytes(table: _Table, at: int, size: int) -> bytes:
    if not 0 <= at <= table.size or not 0 <= size <= table.size - at:
        raise ValueError(f"a damaged file: it has no {size} bytes at {at}")
    found = table.read(at, size)
    if len(found) != size:
        raise ValueError("a file that became shorter")
    return found


def _width(shape: _Shape) -> int:
    return 4 if shape.offset == "I" else 8


def _hash(key: bytes, *, signed: bool) -> int:
    """Return the hash of a key."""
    value = 0x238F13AF * len(key)
    for index, byte in enumerate(key):
        number = byte - 256 if signed and byte > 127 else byte
        value = (value + (number << (index * 5 % 24))) & 0x7FFFFFFF
    return (1103515243 * value + 12345) & 0x7FFFFFFF
