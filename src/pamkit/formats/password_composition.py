"""What `/etc/default/passwd` of Solaris demands of new passwords, and what a password lacks.

Source: `passwd(1)` and `pam_authtok_check(7)` of illumos; the remarks are its own.
"""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.vocab.secret import Secret

PATH = "/etc/default/passwd"

_BLANKS = b" \t\n\v\f\r"
_MARK = "\ufeff"
"""What some editors write before the first line."""


class Demands(Record):
    """The settings, under the names of the file in small letters."""

    passlength: int = 6
    namecheck: bool = True
    mindiff: int = 3
    minalpha: int = 2
    minnonalpha: int = 1
    minupper: int = 0
    minlower: int = 0
    maxrepeats: int = 0
    minspecial: int = 0
    mindigit: int = 0
    whitespace: bool = True
    dictionlist: str = ""
    dictiondbdir: str = ""

    @property
    def wants_dictionary(self) -> bool:
        """Whether passwords are looked up in a dictionary."""
        return bool(self.dictionlist or self.dictiondbdir)


class BadDemands(ValueError):
    """Settings that exclude one another; the text is the complaint for the log."""


def demands_of(data: bytes) -> tuple[Demands, tuple[str, ...]]:
    """Return what a file demands, and complaints for the log.

    A number that is none counts as not said.  Raises `BadDemands`.
    """
    said = _values(data)
    given: dict[str, int | bool | str] = {}
    complaints = []
    for name in _NUMBERS:
        value = said.get(name)
        if value is None:
            continue
        digits = value[: len(value) - len(value.lstrip("0123456789"))]
        if digits:
            given[name] = int(digits[:9])
        else:
            complaints.append(
                f"{PATH} contains non-integer value for {name.upper()}=: {value}. "
                "Using default instead."
            )
    for other in ("minspecial", "mindigit"):
        if other in given and "minnonalpha" in given:
            raise BadDemands(
                f"{PATH} contains definition for MINNONALPHA and for {other.upper()}. "
                "These options are mutually exclusive."
            )
    if "minspecial" in given or "mindigit" in given:
        given["minnonalpha"] = 0
    given["namecheck"] = said.get("namecheck", "").lower() != "no"
    given["whitespace"] = said.get("whitespace", "").lower() not in ("no", "0")
    for name in ("dictionlist", "dictiondbdir"):
        given[name] = said.get(name, "")
    made = Demands().changed(**given)
    least = made.mindigit + made.minspecial + made.minnonalpha + made.minalpha
    if made.passlength < least:
        complaints.append(f"effective PASSLENGTH set to {least}.")
        made = made.changed(passlength=least)
    return made, tuple(complaints)


def lack_of(demands: Demands, user: str, new: Secret, old: Secret | None) -> str:
    """Return what a password lacks, in the words for the applicant, or `""`.

    ``old`` is the password before, if it is known; of a dictionary nothing is said.
    """
    typed, name = new.expose(), user.encode("utf-8", "surrogateescape")
    if len(typed) < demands.passlength:
        return f"Password too short - must be at least {demands.passlength} characters."
    if demands.namecheck and _is_turned(typed.upper(), name.upper()):
        return "Password cannot be circular shift of logonid."
    lack = _composition(demands, typed)
    if lack:
        return lack
    before = b"" if old is None else old.expose()
    differ = sum(one != two for one, two in zip(typed, before, strict=False))
    if differ + abs(len(typed) - len(before)) < demands.mindiff:
        return (
            f"The first {max(len(typed), len(before))} characters of the old and new passwords "
            f"must differ by at least {demands.mindiff} positions."
        )
    return ""


_NUMBERS = (
    *("passlength", "mindiff", "minalpha", "minnonalpha", "minupper", "minlower", "maxrepeats"),
    *("minspecial", "mindigit"),
)


def _values(data: bytes) -> dict[str, str]:
    """Return the values of a file of `/etc/default`, by name in small letters; the first counts."""
    said: dict[str, str] = {}
    for raw in data.decode("utf-8", "surrogateescape").removeprefix(_MARK).split("\n"):
        name, sign, value = raw.strip(" \t\r").partition("=")
        if sign and name and not name.startswith("#"):
            said.setdefault(name.lower(), value.strip("\"'"))
    return said


def _composition(demands: Demands, typed: bytes) -> str:
    upper = sum(0x41 <= byte <= 0x5A for byte in typed)
    lower = sum(0x61 <= byte <= 0x7A for byte in typed)
    digits = sum(0x30 <= byte <= 0x39 for byte in typed)
    blanks = sum(byte in _BLANKS for byte in typed)
    special = len(typed) - upper - lower - digits - blanks
    if blanks and not demands.whitespace:
        return "Whitespace characters are not allowed."
    wanted = (
        (upper + lower, demands.minalpha, "alphabetic character(s)"),
        (len(typed) - upper - lower, demands.minnonalpha, "numeric or special character(s)"),
        (special + blanks, demands.minspecial, "special character(s)"),
        (digits, demands.mindigit, "digit(s)"),
        (upper, demands.minupper, "uppercase alpha character(s)"),
        (lower, demands.minlower, "lowercase alpha character(s)"),
    )
    for found, least, what in wanted:
        if found < least:
            return f"The password must contain at least {least} {what}."
    if 0 < demands.maxrepeats < _longest_run(typed):
        return (
            f"Too many consecutively repeating characters. Maximum allowed is {demands.maxrepeats}."
        )
    return ""


def _longest_run(typed: bytes) -> int:
    longest = run = 0
    last = -1
    for byte in typed:
        run = run + 1 if byte == last else 1
        longest, last = max(longest, run), byte
    return longest


def _is_turned(typed: bytes, name: bytes) -> bool:
    """Whether one is the other, turned round or read backwards."""
    if len(typed) != len(name):
        return False
    return typed in name + name or typed[::-1] in name + name
