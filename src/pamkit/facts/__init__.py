"""Fact sheets of modules that are not ours: a TOML file each, and how one is found."""

from __future__ import annotations

from pathlib import Path

from pamkit.module.fact_sheet import BadSheet, sheet_from

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.declaration import Declaration
    from pamkit.module.fact_sheet import FactSheet

PLACE = Path(__file__).resolve().parent
"""Where the sheets are that come with pamkit."""

LINUX = "linux"
"""The system whose modules a policy names if nothing else is said."""


def sheets(place: Path = PLACE, *, system: str = LINUX) -> tuple[str, ...]:
    """Return the names of the modules of a system that there are sheets of, in order."""
    return tuple(sorted(path.stem for path in _folder(place, system).glob("pam_*.toml")))


def systems(place: Path = PLACE) -> tuple[str, ...]:
    """Return the systems that there are sheets for; the modules of each are its own."""
    others = {path.parent.name for path in place.glob("*/pam_*.toml")}
    return (LINUX, *sorted(others))


def declaration_of(name: str, place: Path = PLACE, *, system: str = LINUX) -> Declaration | None:
    """Return what a foreign module (`pam_x`) states; `None` without a sheet; raises `BadSheet`."""
    sheet = sheet_of(name, place, system=system)
    return None if sheet is None else sheet.declaration


def sheet_of(name: str, place: Path = PLACE, *, system: str = LINUX) -> FactSheet | None:
    """Return the sheet of a foreign module by its name (`pam_x`); `None` if there is none.

    Raises `BadSheet`, which names the file, for a sheet that cannot be.
    """
    if not name.isidentifier() or not system.isidentifier():
        return None
    path = _folder(place, system) / f"{name}.toml"
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    import tomllib

    try:
        made = sheet_from(tomllib.loads(data.decode()))
    except (ValueError, RecursionError) as odd:  # `BadSheet`, no TOML, no UTF-8
        raise BadSheet(f"{path.name}: {odd}") from None
    found = made.declaration.name
    if found != name:
        raise BadSheet(f"{path.name}: name: expected `{name}`, found `{found}`")
    return made


def _folder(place: Path, system: str) -> Path:
    return place if system == LINUX else place / system
