"""Keys that a module keeps for a session in the kernel's keyring: `world.keyrings`, the keys."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from pamkit.vocab.secret import Secret

    class Keys(Protocol):
        """The keys in the session keyring of the calling thread, of the type `user`.

        All raise `OSError`: `ENOKEY` if there is none of that name or number, `EKEYEXPIRED` if its
        time is over, `EKEYREVOKED`, `ENOSYS` if the kernel has no keys.
        """

        def put(self, name: str, secret: Secret, *, seconds: int) -> int:
            """Make a key that ends after so many seconds; return its number.

            One of that name gets this secret, and the end; if it cannot be given an end, it goes.
            """

        def find(self, name: str) -> int:
            """Return the number of a key that is good."""

        def read(self, key: int) -> Secret:
            """Return what is in a key."""

        def expire(self, key: int, *, seconds: int) -> None:
            """Let a key end so many seconds from now, whenever it would have ended."""

        def remove(self, key: int) -> None:
            """Take a key out of the session keyring, and make it unusable for everybody."""
