"""What policies and people wrote, made fit to be shown: no secrets, no control characters."""

from __future__ import annotations

import re

HIDDEN = "<hidden>"
"""What stands where a secret stood."""

# Words that name a secret: those of pam_mysql, pam_ldap, pam_radius, pam_krb5 and their like.
_TELLING = (
    r"(?:[\w.-]*(?:passw|passphrase|secret|token|api_?key|credential|bindpw)[\w.-]*"
    r"|pass|pw|pwd|pin|psk|key)"
)
_NAMED = rf"(?<![\w.-])({_TELLING}[ \t]?=[ \t]?)(?!{HIDDEN}(?:[\s`\]]|$))"
# A value ends with the quotation it stands in, else at a blank; a backtick in it ends nothing.
_QUOTED = r"(?:[^`\n]|`(?![\s.,:;)]|$))*(?=`(?:[\s.,:;)]|$))"
_ASSIGNED = re.compile(rf"(?i){_NAMED}(?:{_QUOTED}|'[^'\n]*'|\"[^\"\n]*\"|\S+)")
_IN_BRACKETS = re.compile(rf"(?i)(?<=\[)({_TELLING}=)(?:\\.|[^\]\n])+")
_TO_THE_END = re.compile(rf"(?is){_NAMED}.+")
_ARGUMENT = re.compile(rf"(?is)(?:-{{1,2}})?({_TELLING})=.+")
_IN_ADDRESS = re.compile(r"(\w+://[^\s/:@]*:)[^\s/@]+@")


def shown(text: str) -> str:
    """Return a text with everything escaped that a terminal would act on instead of showing."""
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def argument(text: str) -> str:
    """Return an argument of a module as it may be shown: `secret=` keeps its name only."""
    if _ARGUMENT.fullmatch(text):
        return shown(text.partition("=")[0]) + "=" + HIDDEN
    return policy_text(text)


def policy_text(text: str) -> str:
    """Return a text that may quote a policy as it may be shown."""
    text = _IN_BRACKETS.sub(rf"\1{HIDDEN}", text)
    text = _ASSIGNED.sub(rf"\1{HIDDEN}", text)
    return shown(_IN_ADDRESS.sub(rf"\1{HIDDEN}@", text))


def arguments_text(text: str) -> str:
    """Return arguments that stand in one text as it may be shown, without all behind a `secret=`.

    Where an argument with blanks in it ends cannot be seen there.
    """
    return policy_text(_TO_THE_END.sub(rf"\1{HIDDEN}", text))


def _escaped(char: str) -> str:
    number = ord(char)
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00  # a byte that was no text
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
