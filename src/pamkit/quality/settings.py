"""What pwquality.conf(5) and its `.d` directory say on this machine."""

from __future__ import annotations

from pamkit.formats.pwquality_conf import configured, is_drop_in
from pamkit.formats.quality_settings import QualitySettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Files

FILE = "/etc/security/pwquality.conf"
DIRECTORY = "/etc/security/pwquality.conf.d"

_PLACES = ("/etc/security/", "/usr/lib/security/", "/usr/etc/security/")
"""The administrator's, libpwquality's own, and openSUSE's."""


def read_settings(files: Files) -> tuple[QualitySettings, tuple[str, ...]]:
    """Return the settings, and what is wrong with them, in libpwquality's words.

    First the files of the `.d` directories count, by name; one of the administrator hides the
    distribution's of the same name.  Then the first `pwquality.conf` that is there.  `OSError` if
    one of them is there and cannot be read: it may ask for more than the others.
    """
    settings, problems = QualitySettings(), list[str]()
    for path in _drop_ins(files):
        settings, wrong = configured(settings, files.read(path))
        problems += wrong
    for place in _PLACES:
        try:
            data = files.read(f"{place}pwquality.conf")
        except (FileNotFoundError, NotADirectoryError):
            continue
        settings, wrong = configured(settings, data)
        problems += wrong
        break
    return settings, tuple(problems)


def _drop_ins(files: Files) -> list[str]:
    found: dict[str, str] = {}
    for place in reversed(_PLACES):
        directory = f"{place}pwquality.conf.d"
        try:
            names = files.names(directory)
        except (FileNotFoundError, NotADirectoryError):
            continue
        found |= {name: f"{directory}/{name}" for name in names if is_drop_in(name)}
    return [found[name] for name in sorted(found)]
