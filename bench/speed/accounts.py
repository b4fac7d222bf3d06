"""Accounts that are laid over those of the machine, for logins that are measured."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bench.speed.place import Place

_FIRST_UID = 61234


def lay_accounts(place: Place, hashes: Mapping[str, str]) -> None:
    """Add accounts (hashes of passwords by user), and let what is logged go nowhere."""
    lines = {"passwd": "", "shadow": "", "group": ""}
    for uid, (user, hashed) in enumerate(hashes.items(), start=_FIRST_UID):
        lines["passwd"] += f"{user}:x:{uid}:{uid}::/:/bin/sh\n"
        lines["shadow"] += f"{user}:{hashed}:20000:0:99999:7:::\n"
        lines["group"] += f"{user}:x:{uid}:\n"
    for name, added in lines.items():
        path = f"/etc/{name}"
        there = Path(path).read_text() if os.access(path, os.R_OK) else ""
        place.lay(path, there + added, mode=0o600 if name == "shadow" else 0o644)
    if Path("/dev/log").exists():
        place.lay("/dev/log", "")
