"""What people call the families, and how several are named that do the same."""

from __future__ import annotations

from pamkit.policy.dialect import DIALECT_NAMES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

SAID = {
    "linux": "Linux-PAM",
    "debian": "Debian",
    "openpam": "OpenPAM",
    "netbsd": "NetBSD",
    "macos": "macOS",
    "solaris": "Solaris",
    "illumos": "illumos",
    "cde": "CDE",
    "aix": "AIX",
    "hpux": "HP-UX",
}
"""Dialects by their names; `openpam` is FreeBSD's."""


def listed(ways: Mapping[str, str]) -> str:
    """Return what each dialect does, those together that do the same; who is named first stays so.

    The others follow in the order of `DIALECT_NAMES`.
    """
    groups: dict[str, list[str]] = {}
    first = tuple(ways)[:1]
    for name in dict.fromkeys((*first, *DIALECT_NAMES)):
        if name in ways:
            groups.setdefault(ways[name], []).append(SAID[name])
    return "; ".join(f"{', '.join(names)}: {said}" for said, names in groups.items())
