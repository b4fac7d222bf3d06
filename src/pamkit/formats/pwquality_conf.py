"""The lines of pwquality.conf(5): `name = value`, comments from `#` on."""

from __future__ import annotations

from pamkit.formats.passwd import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.formats.quality_settings import QualitySettings

_BLANKS = " \t\n\v\f\r"


def configured(settings: QualitySettings, data: bytes) -> tuple[QualitySettings, tuple[str, ...]]:
    """Return the settings that a file makes of others, and what is wrong with its lines.

    Later lines win.  A line that is wrong is passed over: C reads no further, and would judge
    by half of what was asked for.
    """
    problems = []
    for line in data.split(b"\n"):
        if b"\0" in line:
            problems.append("The configuration file is malformed")
            continue
        said = text_of(line).partition("#")[0].strip(_BLANKS)
        if not said:
            continue
        try:
            settings = settings.with_setting(*_parts(said))
        except ValueError as wrong:
            problems.append(str(wrong))
    return settings, tuple(problems)


def is_drop_in(name: str) -> bool:
    """Whether a file of the `.d` directory counts.  C: its first `.conf` must be its end."""
    _, end, rest = name.partition(".conf")
    return bool(end) and not rest


def _parts(line: str) -> tuple[str, str]:
    end = next((at for at, sign in enumerate(line) if sign == "=" or sign in _BLANKS), len(line))
    name, rest = line[:end], line[end:].lstrip(_BLANKS)
    return name, rest.removeprefix("=").lstrip(_BLANKS)
