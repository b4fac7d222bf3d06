"""The settings of our libpam.so.0: `/etc/pamkit.conf`, which only root can write.

A C program has no way to say what it wants, and its environment belongs to whoever started it.
Without the file a door behaves as the system's own libpam does.
"""

from __future__ import annotations

import errno
import os
import stat

from pamkit.policy.words import ascii_lower
from pamkit.vocab.record import Record

_MOST_BYTES = 1 << 16

MODES = ("python-first", "python", "native")
"""Which modules are taken: Python's where there are any, only those, or only native ones."""


class Preference(Record):
    """Which modules are taken, by module and by service; see `MODES`."""

    mode: str = MODES[0]
    by_module: tuple[tuple[str, str], ...] = ()
    by_service: tuple[tuple[str, str], ...] = ()

    def within(self, service: str) -> Preference:
        """Return what holds for one service."""
        return self.changed(mode=dict(self.by_service).get(service, self.mode))

    def native_first(self, written: str) -> bool:
        """Whether only a native module will do."""
        return self._mode(written) == "native"

    def native_at_all(self, written: str) -> bool:
        """Whether a native module will do."""
        return self._mode(written) != "python"

    def _mode(self, written: str) -> str:
        name = written.rpartition("/")[2].removesuffix(".so")
        return dict(self.by_module).get(name, self.mode)


class Settings(Record, eq=False):
    """What the file says; `None` leaves the choice to what the system is.

    ``sessions`` is the file where sessions are on record; `None` keeps none.
    """

    dialect: str | None = None
    quirks: tuple[str, ...] | None = None
    preference: Preference = Preference()
    sessions: str | None = None


DEFAULT = Settings()


class BadSettings(ValueError):
    """The file is there and cannot be used: nothing is started, as with a broken policy."""


def read_settings(path: str) -> Settings:
    """Return the settings; `BadSettings` for a file that others can write, or of odd lines."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as fault:
        if fault.errno in (errno.ENOENT, errno.ENOTDIR):
            return DEFAULT
        raise BadSettings(f"{path}: {fault.strerror}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_uid != 0 or status.st_mode & 0o022:
            raise BadSettings(f"{path}: expected a file of root that nobody else can write")
        data = os.read(descriptor, _MOST_BYTES)
        if len(data) == _MOST_BYTES:  # what is not read is not obeyed
            raise BadSettings(f"{path}: expected a file of less than {_MOST_BYTES} bytes")
    finally:
        os.close(descriptor)
    return parse_settings(data.decode("utf-8", "replace"), path)


def parse_settings(text: str, path: str) -> Settings:
    """Return what lines like ``quirks = libpam`` or ``modules in sshd = native`` say."""
    settings = DEFAULT
    for number, line in enumerate(text.split("\n"), 1):
        said = line.partition("#")[0].strip()
        if not said:
            continue
        name, sign, value = (part.strip() for part in said.partition("="))
        words = ascii_lower(name).split()
        after = _after(settings, words, value) if sign else None
        if after is None:
            raise BadSettings(f"{path}:{number}: `{said}` is no setting")
        settings = after
    return settings


def _after(settings: Settings, words: list[str], value: str) -> Settings | None:
    """Return the settings after one line; `None` if the line says nothing that we know."""
    if words == ["dialect"]:
        return settings.changed(dialect=value)
    if words == ["quirks"]:
        chosen = () if value == "none" else tuple(value.replace(",", " ").split())
        return settings.changed(quirks=chosen)
    if words == ["sessions"] and (value == "none" or value.startswith("/")):
        return settings.changed(sessions=None if value == "none" else value)
    if words[:1] != ["modules"] or value not in MODES:
        return None
    preference = settings.preference
    match words[1:]:
        case []:
            after = preference.changed(mode=value)
        case ["for", module]:
            pair = (module.removesuffix(".so"), value)
            after = preference.changed(by_module=(*preference.by_module, pair))
        case ["in", service]:
            after = preference.changed(by_service=(*preference.by_service, (service, value)))
        case _:
            return None
    return settings.changed(preference=after)
