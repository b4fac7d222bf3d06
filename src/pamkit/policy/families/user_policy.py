"""Options of modules for single users: HP-UX' `/etc/pam_user.conf`.

Source: HP-UX' `pam.conf(4)`, `pam_user.conf(4)`.
"""

from __future__ import annotations

from pamkit.policy.families.column_words import column_lines
from pamkit.policy.families.grammar import HPUX
from pamkit.policy.words import ascii_lower
from pamkit.vocab.diagnostic import Finding, Severity, shown
from pamkit.vocab.facility import FACILITY_WORDS, Facility
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

USER_CONF = "/etc/pam_user.conf"
"""Where HP-UX keeps options of modules for users."""


_LEAST = 3  # words of a line: user, facility, module


class UserLine(Record):
    """A line of `pam_user.conf`: the options a module gets if it is asked for a user."""

    user: str
    facility: Facility
    module: str
    options: tuple[str, ...]
    span: Span


class UserConf(Record):
    """A whole `pam_user.conf`; a line that cannot be understood is left out, and is a finding."""

    lines: tuple[UserLine, ...]
    findings: tuple[Finding, ...]


def read_user_conf(text: str, name: str = USER_CONF) -> UserConf:
    """Return what a `pam_user.conf` says; ``name`` is used in spans.  Never raises."""
    lines: list[UserLine] = []
    findings: list[Finding] = []
    for cut in column_lines(text, name, HPUX):
        words = cut.words
        if not words:
            continue
        if len(words) < _LEAST:
            what = "the line does not name a user, a facility and a module"
            findings.append(_left_out("missing-module", words[0].span, what))
            continue
        facility = FACILITY_WORDS.get(ascii_lower(words[1].text))
        if facility is None:
            what = f"facility `{shown(words[1].text)}` is unknown"
            findings.append(_left_out("unknown-facility", words[1].span, what))
            continue
        options = tuple(word.text for word in words[_LEAST:])
        lines.append(UserLine(words[0].text, facility, words[2].text, options, words[0].span))
    return UserConf(tuple(lines), tuple(findings))


def user_options(
    conf: UserConf, user: str, facility: Facility, module: str
) -> tuple[str, ...] | None:
    """Return the options a module gets for a user, `None` for those of the policy.

    They count only behind `libpam_updbe.so.1` in the same facility.
    """
    for line in conf.lines:
        if (line.user, line.facility, line.module) == (user, facility, module):
            return line.options
    return None


def _left_out(rule: str, span: Span, message: str) -> Finding:
    return Finding(rule, Severity.ERROR, span, message, "the line is left out")
