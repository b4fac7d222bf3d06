"""A code that proves that whoever made it had the key: HMAC.  Source: RFC 2104."""

from __future__ import annotations

from pamkit.formats.sha1 import sha1
from pamkit.formats.sha2 import sha256, sha384, sha512
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.vocab.secret import Secret


class Algorithm(Record, eq=False):
    """A hash to make codes with: bytes of a block, and of a code."""

    digest: Callable[[bytes], bytes]
    block: int
    size: int


SHA1 = Algorithm(sha1, 64, 20)

_ALGORITHMS = {
    "SHA1": SHA1,
    "SHA256": Algorithm(sha256, 64, 32),
    "SHA384": Algorithm(sha384, 128, 48),
    "SHA512": Algorithm(sha512, 128, 64),
}


def algorithm(name: str) -> Algorithm | None:
    """Return what OpenSSL knows by a name, in capitals or not; `None` for what is not known."""
    plain = name.upper().replace("SHA2-", "SHA").replace("SHA-", "SHA")
    return _ALGORITHMS.get(plain)


def hmac(key: Secret, message: bytes, by: Algorithm) -> bytes:
    """Return the code of a message."""
    block = key.expose()
    if len(block) > by.block:
        block = by.digest(block)
    block += bytes(by.block - len(block))
    inner = by.digest(bytes(byte ^ 0x36 for byte in block) + message)
    return by.digest(bytes(byte ^ 0x5C for byte in block) + inner)
