"""Hashes that hide nothing: quick, and only for tests."""

from __future__ import annotations

from pamkit.vocab.secret import Secret


class PlainHashing:
    """A hash scheme for tests: fast, and wrong for anything else.

    ``setting`` gives `$plain$scheme$`; ``crypt`` appends the reversed token.
    """

    def setting(self, scheme: str, rounds: int | None) -> str | None:
        """Return a salt that names the scheme."""
        return f"$plain${scheme}{'' if rounds is None else rounds}$"

    def crypt(self, token: bytes, setting: str) -> str | None:
        """Return the hash of a token under a setting or an earlier hash."""
        parts = setting.split("$")
        if len(parts) < 4 or parts[1] != "plain":
            return None
        return f"$plain${parts[2]}${token.hex()[::-1]}"


def plain_hash(password: str) -> Secret:
    """Return what `PlainHashing` makes of a password."""
    made = PlainHashing().crypt(password.encode("utf-8", "surrogateescape"), "$plain$x$")
    return Secret(made or "")
