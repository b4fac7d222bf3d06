"""The settings of libpwquality: names, defaults and bounds; source: pwquality.conf(5)."""

from __future__ import annotations

from pamkit.vocab.record import Record

_MOST = 2**31 - 2
_LEAST_LENGTH, _KINDS = 6, 4
_BLANKS = " \t\n\v\f\r"


class QualitySettings(Record):
    """How a new password is judged, and by whom the judgement is heeded.

    Numbers and switches are as libpwquality has them; ``dictpath`` empty is the default
    dictionary of cracklib.
    """

    difok: int = 1
    minlen: int = 8
    dcredit: int = 0
    ucredit: int = 0
    lcredit: int = 0
    ocredit: int = 0
    minclass: int = 0
    maxrepeat: int = 0
    maxclassrepeat: int = 0
    maxsequence: int = 0
    gecoscheck: int = 0
    dictcheck: int = 1
    usercheck: int = 1
    usersubstr: int = 0
    badwords: str = ""
    dictpath: str = ""
    enforcing: int = 1
    retry: int = 1
    enforce_for_root: int = 0
    local_users_only: int = 0

    @property
    def credits(self) -> tuple[int, int, int, int]:
        """The credits of digits, upper case, lower case and others."""
        return self.dcredit, self.ucredit, self.lcredit, self.ocredit

    def with_setting(self, name: str, value: str) -> QualitySettings:
        """Return the settings with one set; `ValueError` in libpwquality's words if it cannot be.

        Names are compared without regard to case.  A switch is set by its name alone, whatever
        its value: `enforce_for_root = 0` switches it on.
        """
        field = name.lower() if name.isascii() else ""
        if field in _SWITCHES:
            return self.changed(**{field: 1})
        if field in _TEXTS:
            return self.changed(**{field: value})
        if field not in _NUMBERS:
            raise ValueError(f"Unknown setting - {name}")
        try:
            number = integer(value)
        except ValueError:
            raise ValueError(f"Bad integer value of setting - {name}") from None
        return self.changed(**{field: _bounded(field, number)})

    def with_option(self, word: str) -> QualitySettings:
        """Return the settings with one set as on a policy line, `name=value`; `ValueError`."""
        name, _, value = word.partition("=")
        return self.with_setting(name, value)

    def for_judging(self) -> tuple[str, ...]:
        """Return the settings that a judgement depends on, each as `name=value`."""
        return tuple(f"{field}={getattr(self, field)}" for field in _JUDGING)


def integer(text: str) -> int:
    """Return the number that a whole text is, as strtol(3) to base 10; `ValueError` if none.

    Numbers that C's `int` can hold, but for its least and its greatest.
    """
    digits = text.lstrip(_BLANKS)
    sign = -1 if digits.startswith("-") else 1
    digits = digits[1:] if digits[:1] in ("+", "-") else digits
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 4096:
        raise ValueError(f"expected a number, found `{text[:24]}`")
    number = sign * int(digits)
    if not -_MOST <= number <= _MOST:
        raise ValueError(f"expected a smaller number, found `{text[:24]}`")
    return number


_SWITCHES = ("enforce_for_root", "local_users_only")
_TEXTS = ("badwords", "dictpath")
_NUMBERS = tuple(field for field in QualitySettings._fields if field not in (*_SWITCHES, *_TEXTS))
_JUDGING = tuple(
    field for field in QualitySettings._fields if field not in (*_SWITCHES, "enforcing", "retry")
)


def _bounded(field: str, number: int) -> int:
    if field == "minlen":
        return max(number, _LEAST_LENGTH)
    return min(number, _KINDS) if field == "minclass" else number
