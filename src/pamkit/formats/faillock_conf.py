"""The settings of pam_faillock(8): lines of faillock.conf(5) and words of a policy.

A line is `key = value`, `key value` or `key`; `#` begins a comment wherever it stands.  The words
behind the module are the same keys, as `key=value` or `key`.  For the keys that are switches the
value does not matter.  What cannot be used is reported and changes nothing.
"""

from __future__ import annotations

from pamkit.formats.parsed_once import parsed_once
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PATH = "/etc/security/faillock.conf"
"""Where the administrator's file lies."""

LONGEST = 604_800
"""Seconds in a week: longer intervals are refused.  C: `MAX_TIME_INTERVAL`."""

MOST_DENY = 65_535
"""C: `deny` is an unsigned short."""

_BLANKS = " \t\n\v\f\r"
_DIGITS = "0123456789"
_MOST_DIGITS = 20

_SWITCHES = (
    "even_deny_root",
    "audit",
    "silent",
    "no_log_info",
    "local_users_only",
    "nodelay",
)
_NUMBERS = {
    "deny": MOST_DENY,
    "fail_interval": LONGEST,
    "unlock_time": LONGEST,
    "root_unlock_time": LONGEST,
}
_OR_NEVER = ("unlock_time", "root_unlock_time")


class Settings(Record):
    """What faillock.conf(5) can say; times in seconds, an unlock time of 0 is `never`."""

    directory: str = "/var/run/faillock"
    deny: int = 3
    fail_interval: int = 900
    unlock_time: int = 600
    root_unlock_time: int | None = None
    admin_group: str = ""
    even_deny_root: bool = False
    audit: bool = False
    silent: bool = False
    no_log_info: bool = False
    local_users_only: bool = False
    nodelay: bool = False

    def unlock_after(self, *, is_admin: bool) -> int:
        """Return the seconds a lock lasts, 0 for ever; administrators may have their own time."""
        if is_admin and self.root_unlock_time is not None:
            return self.root_unlock_time
        return self.unlock_time

    def with_limits_of(self, other: Settings) -> Settings:
        """Return these settings with what another says about who is locked, and when."""
        return self.changed(
            deny=other.deny,
            fail_interval=other.fail_interval,
            unlock_time=other.unlock_time,
            root_unlock_time=other.root_unlock_time,
            admin_group=other.admin_group,
            even_deny_root=other.even_deny_root,
        )


def settings_of(data: bytes, words: Sequence[str]) -> tuple[Settings, tuple[str, ...]]:
    """Return what a file and then words say, and the lines for the log; `ValueError` as `pairs`."""
    settings, log = _said_in(data)
    return _heeding(settings, log, (word.partition("=")[::2] for word in words))


def pairs(data: bytes) -> tuple[tuple[str, str], ...]:
    """Return the keys and values of a file, in order; `ValueError` for a NUL in it.

    DIALECT: up to 1.5 a line of more than 1022 bytes was an error as well.
    """
    if b"\0" in data:
        raise ValueError("there is a NUL in the file")
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    stripped = [line.partition("#")[0].strip(_BLANKS) for line in lines if line[:1] != "#"]
    return tuple(_pair(line) for line in stripped if line)


def assigned(settings: Settings, key: str, value: str) -> tuple[Settings, str]:
    """Return the settings with one more, and the line for the log if it cannot be used."""
    if key in _SWITCHES:
        return settings.changed(**{key: True}), ""
    if key == "admin_group":
        return settings.changed(admin_group=value), ""
    if key == "dir":
        if value.startswith("/"):
            return settings.changed(directory=value), ""
        # DIALECT: up to 1.5 the last words were `keeping default`.
        return settings, f"Tally directory is not absolute path ({value}); keeping value"
    if key not in _NUMBERS:
        return settings, f"Unknown option: {key}"
    number = 0 if value == "never" and key in _OR_NEVER else _number(value)
    if number is None or number > _NUMBERS[key]:
        return settings, f"Bad number supplied for {key} argument"
    return settings.changed(**{key: number}), ""


def _heeding(
    settings: Settings, log: tuple[str, ...], said: Iterable[tuple[str, str]]
) -> tuple[Settings, tuple[str, ...]]:
    for key, value in said:
        settings, odd = assigned(settings, key, value)
        if odd:
            log = (*log, odd)
    return settings, log


def _file_says(data: bytes) -> tuple[Settings, tuple[str, ...]]:
    return _heeding(Settings(), (), pairs(data))


_said_in = parsed_once(_file_says)


def _pair(line: str) -> tuple[str, str]:
    end = next((at for at, char in enumerate(line) if char in _BLANKS or char == "="), len(line))
    key, rest = line[:end], line[end:].lstrip(_BLANKS)
    return key, rest.removeprefix("=").lstrip(_BLANKS)


def _number(value: str) -> int | None:
    """Read a number as `sscanf(3)` does: what follows the digits does not matter.

    C: a negative number, or one of more bits than there is room for, becomes another one, and
    `deny=65536` would never lock; here it is no number.
    """
    digits = value.lstrip(_BLANKS).removeprefix("+")
    count = len(digits) - len(digits.lstrip(_DIGITS))
    significant = digits[:count].lstrip("0")
    if not count or len(significant) > _MOST_DIGITS:
        return None
    return int(significant or "0")
