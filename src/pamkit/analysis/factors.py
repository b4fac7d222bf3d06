"""Second factors: which modules are some, and who passes them without one."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.entry import KnownEntry

FACTORS = ("pam_oath", "pam_google_authenticator", "pam_u2f", "pam_duo", "pam_yubico")
"""Modules that people put beside a password: a code, a key, a telephone.

Modules that stand in the place of a password are none: fingerprints, cards, agents, tickets.
"""

_STRANGERS = {
    "pam_u2f": ("nouserok",),
    "pam_oath": ("no_usersfile_okay",),
    "pam_google_authenticator": ("nullok",),
    "pam_yubico": ("nullok",),
}
"""Options that let by who has not been enrolled."""

_FILES = {
    "pam_u2f": "authfile=",
    "pam_google_authenticator": "secret=",
    "pam_yubico": "authfile=",
}
"""Options that say where it is kept who is enrolled; without them that is the home directory."""

_IN_HOME = ("~", "${HOME}", "$HOME", "/home/", "%h")


def is_factor(entry: KnownEntry) -> bool:
    """Whether an entry asks for a second factor."""
    return entry.module in FACTORS


def is_code(entry: KnownEntry) -> bool:
    """Whether an entry asks for a second factor that is a code: it could be guessed."""
    return is_factor(entry) and entry.module != "pam_u2f"


def lets_strangers_by(entry: KnownEntry) -> str:
    """Return the option by which an entry lets by who has not been enrolled; `""` if none."""
    words = _STRANGERS.get(entry.module, ())
    return next((arg for arg in entry.args if arg in words), "")


def has_home_file(entry: KnownEntry) -> bool:
    """Whether it is kept in the home of each user that he is enrolled."""
    word = _FILES.get(entry.module)
    if word is None:
        return False
    # pam_yubico has no file in the home if it asks for a mapping in a directory.
    if any(arg.startswith("ldap") for arg in entry.args):
        return False
    value = next((arg.removeprefix(word) for arg in entry.args if arg.startswith(word)), "")
    relative = entry.module == "pam_u2f" and not value.startswith("/")
    return not value or relative or value.startswith(_IN_HOME)
