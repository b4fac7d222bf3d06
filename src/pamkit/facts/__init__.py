"""Fact sheets of modules that are not ours: a TOML file each, and how one is found."""

from __future__ import annotations

import tomllib
from pathlib import Path

from pamkit.module.declaration import Declaration
from pamkit.module.fact_sheet import BadSheet, declaration_from

PLACE = Path(__file__).resolve().parent
"""Where the sheets are that come with pamkit."""


def sheets(place: Path = PLACE) -> tuple[str, ...]:
    """Return the names of the modules that there are sheets of, in order."""
    return tuple(sorted(path.stem for path in place.glob("pam_*.toml")))


def declaration_of(name: str, place: Path = PLACE) -> Declaration | None:
    """Return the declaration of a foreign module by its name (`pam_x`); `None` without a sheet.

    Raises `BadSheet`, which names the file, for a sheet that cannot be.
    """
    if not name.isidentifier():
        return None
    path = place / f"{name}.toml"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    try:
        made = declaration_from(tomllib.loads(data.decode()))
    except (ValueError, RecursionError) as odd:  # `BadSheet`, no TOML, no UTF-8
        raise BadSheet(f"{path.name}: {odd}") from None
    if made.name != name:
        raise BadSheet(f"{path.name}: name: expected `{name}`, found `{made.name}`")
    return made
