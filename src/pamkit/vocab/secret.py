"""A token that does not show itself: no text form, constant-time comparison, wiping."""

from __future__ import annotations

from _operator import _compare_digest


class Secret:
    """Holds the bytes of a password or other token until it is wiped.

    Python may keep copies of a `str` or `bytes` somebody made before; what is in here is
    overwritten by `wipe`.  A text is encoded as UTF-8, undecodable bytes as they came.
    """

    __slots__ = ("_bytes",)

    def __init__(self, token: str | bytes | bytearray | Secret) -> None:
        """Take a copy of ``token``.

        `ValueError` for a text that no bytes stand for, `TypeError` for anything that is no
        token: a number or an empty list would become an empty password.
        """
        self._bytes: bytearray
        if isinstance(token, Secret):
            self._bytes = token._bytes.copy()
        elif isinstance(token, str):
            self._bytes = _encoded(token)
        elif isinstance(token, (bytes, bytearray)):
            self._bytes = bytearray(token)
        else:
            raise TypeError(f"expected text or bytes, found {type(token).__name__}")

    def expose(self) -> bytes:
        """Return the token itself, for the one line that needs it."""
        return bytes(self._bytes)

    def wipe(self) -> None:
        """Overwrite the token; afterwards it is empty."""
        for index in range(len(self._bytes)):
            self._bytes[index] = 0
        self._bytes.clear()

    def matches(self, other: Secret | bytes) -> bool:
        """Whether two tokens are the same, in time that depends on their length only."""
        theirs = other._bytes if isinstance(other, Secret) else other
        return _compare_digest(self._bytes, theirs)

    def __len__(self) -> int:
        """How many bytes the token has."""
        return len(self._bytes)

    def __bool__(self) -> bool:
        """Whether there is anything in it; an empty token is a token too, so test `is None`."""
        return bool(self._bytes)

    def __eq__(self, other: object) -> bool:
        """Equal to another secret with the same bytes, compared in constant time."""
        return isinstance(other, Secret) and self.matches(other)

    __hash__ = None  # type: ignore[assignment]  # a hash would be a fingerprint of the token

    def __repr__(self) -> str:
        """The word, never the token."""
        return "Secret(…)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        """Refuse to be pickled: a secret does not travel to files or other processes."""
        raise TypeError("a secret cannot be pickled")


def _encoded(text: str) -> bytearray:
    try:
        return bytearray(text, "utf-8", "surrogateescape")
    except UnicodeEncodeError:
        pass  # it carries the whole text, so it must not even be the context of the next one
    raise ValueError("the token holds half a character")
