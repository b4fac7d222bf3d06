"""Names of policy files that are no services: they are made to be included."""

from __future__ import annotations

SHARED = ("common-", "system-auth", "password-auth", "fingerprint-auth", "smartcard-auth")
"""Beginnings of the names of files that are made to be included."""

SHARED_NAMES = frozenset(
    {
        *("postlogin", "postlogin-ac", "system-login", "system-local-login", "system-services"),
        *("system-remote-login", "system-account", "system-password", "system-session"),
        *(
            "base-auth",
            "base-account",
            "base-password",
            "base-session",
            "base-session-noninteractive",
        ),
        *("session-noninteractive", "config-util", "switchable-auth"),
    }
)
"""Other names of such files."""

USUAL = frozenset(
    {
        *("common-auth", "common-account", "common-password", "common-session"),
        *("common-session-noninteractive", "system-auth", "password-auth", *SHARED_NAMES),
    }
)
"""Names of such files as distributions have them."""


def is_shared(name: str) -> bool:
    """Whether a file's name says that it is made to be included."""
    return name.startswith(SHARED) or name in SHARED_NAMES
