"""How many passwords pam_pwhistory remembers, where, and for whom: pwhistory.conf(5) and words.

The words behind the module's name go before the file.  Numbers are read as C reads them: a file
`scanf(3)`, the words `strtol(3)`, and both are cut to 32 bits.
"""

from __future__ import annotations

from pamkit.formats import login_defs
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PATH = "/etc/security/pwhistory.conf"
"""Where the file is, unless the policy says otherwise."""

MOST = 400
"""How many passwords the words can ask to have remembered."""

_BLANKS = " \t\n\v\f\r"
_LONG = 1 << 63


class Settings(Record):
    """What the module does; ``file`` is `""` for the usual place.

    C: with a negative number, which only the file can give, nothing is added to the history.
    """

    remember: int = 10
    tries: int = 1
    enforce_for_root: bool = False
    debug: bool = False
    file: str = ""


def read_settings(data: bytes) -> tuple[Settings, tuple[str, ...]]:
    """Return the settings in a file, and what is to be logged about them.

    Each line has a key and a value, with blanks or `=` between them; ``#`` starts a comment.  The
    first line of a key counts.  `debug` and `enforce_for_root` are set by being there.
    """
    made, complaints = Settings(), []
    for key, field in (("remember", "remember"), ("retry", "tries")):
        text = login_defs.value(data, key)
        number = None if text is None else _number(text)
        if number is not None:
            made = made.changed(**{field: _int(number if abs(number) < 2 * _LONG else -1)})
        elif text is not None:
            complaints.append(f"Bad number supplied for {key} argument")
    file = login_defs.value(data, "file")
    if file is not None and not file.startswith("/"):
        complaints.append(f"File path should be absolute: {file}")
        file = None
    made = made.changed(
        debug=login_defs.value(data, "debug") is not None,
        enforce_for_root=login_defs.value(data, "enforce_for_root") is not None,
        file=file or "",
    )
    return made, tuple(complaints)


def with_words(settings: Settings, words: Sequence[str]) -> tuple[Settings, tuple[str, ...]]:
    """Return settings changed by the words of a policy line, and what is to be logged about them.

    Capitals do not matter.  C: no number is 0, and no retry is 0 tries.
    """
    complaints = []
    for word in words:
        key, sign, given = word.partition("=")
        key = key.lower() + sign
        # C: this one word is looked for with its letters as they are.
        if key in _LEFT_TO_OTHERS or word.startswith("conf="):
            continue
        if key == "debug":
            settings = settings.changed(debug=True)
        elif key == "enforce_for_root":
            settings = settings.changed(enforce_for_root=True)
        elif key == "remember=":
            settings = settings.changed(remember=min(max(0, _long(given)), MOST))
        elif key == "retry=":
            tries = _long(given)
            settings = settings.changed(tries=1 if tries < 0 else tries)
        elif key == "file=" and given.startswith("/"):
            settings = settings.changed(file=given)
        elif key == "file=":
            complaints.append(f"pam_pwhistory: file path should be absolute: {word}")
        else:
            complaints.append(f"pam_pwhistory: unknown option: {word}")
    return settings, tuple(complaints)


_LEFT_TO_OTHERS = ("try_first_pass", "use_first_pass", "use_authtok", "authtok_type=")
"""Words that mean something to the library, if anything."""


def _number(text: str) -> int | None:
    """Return the number at the start of a text; `None` if there is none."""
    text = text.lstrip(_BLANKS)
    start = 1 if text[:1] in ("+", "-") else 0
    end = start
    while text[end : end + 1] in _DIGITS and end < len(text):
        end += 1
    if end == start:
        return None
    # More digits than these are out of range, whatever they are.
    digits = text[start:end].lstrip("0")[:32] or "0"
    return -int(digits) if text[0] == "-" else int(digits)


_DIGITS = "0123456789"


def _long(text: str) -> int:
    """Return what C's `strtol` makes of a text, as an `int`; 0 for what is no number."""
    return _int(min(max(-_LONG, _number(text) or 0), _LONG - 1))


def _int(number: int) -> int:
    """Return a number cut to the 32 bits of a C `int`."""
    low = number & 0xFFFFFFFF
    return low - (1 << 32) if low >= 1 << 31 else low
