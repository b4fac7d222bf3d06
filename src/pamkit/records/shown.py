"""How a login before is shown to its user: `Last login: DATE from HOST on TERMINAL`."""

from __future__ import annotations

from pamkit.formats.ctime import ctime_with_zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.module.world import Clock


def login_line(heading: str, *, date: str = "", host: str = "", line: str = "") -> str:
    """Return one line with what is known of a login; `""` if that is nothing.

    Hosts name themselves: what would steer a terminal, or begin another line, is shown as `?`.
    """
    parts = (("", date), ("from ", host), ("on ", line))
    said = " ".join(before + _tame(text) for before, text in parts if text)
    return f"{heading} {said}" if said else ""


def date_of(clock: Clock, seconds: int) -> str:
    """Return when something was, on a clock on the wall; `""` if no clock can show it."""
    try:
        return ctime_with_zone(clock.local(seconds))
    except OSError:
        return ""


def _tame(text: str) -> str:
    if text.isprintable():
        return text  # nothing in it steers
    return "".join("?" if _steers(letter) else letter for letter in text)


def _steers(letter: str) -> bool:
    # The last ones are bytes of no text, which some terminals take for those before them.  (As
    # literals they would need codecs, which the core does not have.)
    number = ord(letter)
    return number < 0x20 or 0x7F <= number <= 0x9F or 0xDC80 <= number <= 0xDC9F
