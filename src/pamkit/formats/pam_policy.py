"""Which policy a user has of their own, by the tables of Solaris 11.

The first of these that names one counts: the user in user_attr(5), the rights profiles that are
named there, in the order of their names and each before those that it names itself, the profiles
that policy.conf(5) gives to all, and `PAM_POLICY` of that file.  Behind the profile `Stop` none of
the profiles counts any more.

Source: `pam_user_policy(7)`, `user_attr(5)`, `prof_attr(5)`, `policy.conf(5)` of Solaris 11.
"""

from __future__ import annotations

from pamkit.formats.user_attr import PATH, listed, plain, said_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

USERS = PATH
PROFILES = "/etc/security/prof_attr"
DEFAULTS = "/etc/security/policy.conf"
POLICIES = "/etc/security/pam_policy"
"""Where policies of users lie that are named without a path."""

FRAGMENTS = (f"{USERS}.d", f"{PROFILES}.d")
"""Directories of files that belong to the tables as well."""

_KEY = "pam_policy"
_PROFILE_KEYS = ("auth_profiles", "profiles")
_STOP = "Stop"
_MARK = "\ufeff"
"""What some editors write before the first line."""


def policy_path(value: str) -> str:
    """Return the file that a value names; empty if it names none."""
    if not value or value.startswith("/"):
        return value
    return f"{POLICIES}/{value}"


def policy_of(
    user: str,
    users: Iterable[bytes],
    profiles: Callable[[], tuple[bytes, ...]],
    defaults: Callable[[], bytes],
) -> str:
    """Return what names the user's own policy, as written; empty if the user has none.

    ``users`` and ``profiles`` are the texts of the tables.  ``profiles`` and ``defaults`` are
    called only where the user's own lines name no policy.
    """
    lines = [said for data in users if (said := said_of(data, user)) is not None]
    for said in lines:
        if value := plain(said.get(_KEY, "")):
            return value
    given = _settings(defaults())
    wanted = [name for said in lines for key in _PROFILE_KEYS for name in listed(said.get(key, ""))]
    for key in ("AUTH_PROFS_GRANTED", "PROFS_GRANTED"):
        wanted += listed(given.get(key, ""))
    return _by_profiles(wanted, profiles() if wanted else ()) or given.get("PAM_POLICY", "")


def _by_profiles(wanted: list[str], tables: tuple[bytes, ...]) -> str:
    """Return what the first profile says that names a policy; empty if none does."""
    seen: set[str] = set()
    left = wanted[::-1]
    while left:
        name = left.pop()
        if name == _STOP:
            break
        if name in seen:
            continue
        seen.add(name)
        for said in (said_of(data, name) for data in tables):
            if said is None:
                continue
            if value := plain(said.get(_KEY, "")):
                return value
            left += listed(said.get("profiles", ""))[::-1]
            break
    return ""


def _settings(data: bytes) -> dict[str, str]:
    """Return the settings of policy.conf by name in capital letters; the first of each counts."""
    found: dict[str, str] = {}
    for line in data.decode("utf-8", "surrogateescape").removeprefix(_MARK).split("\n"):
        key, sign, value = line.rstrip("\r").partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key.strip().upper(), value.strip())
    return found
