"""pam_time against the system's own: rules, names, moments and broken files by the thousand."""

from __future__ import annotations

import os
import random
from itertools import product
from typing import Any

from pamkit.vocab.item import Item
from tests.oracle.stage import ACCOUNT, STAGE, Case, Content, File, assert_same, play

pytestmark = STAGE

_CONF = "/etc/security/time.conf"
_OTHER = "/etc/security/other.conf"
_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_POLICY = "account required pam_time.so {}\n"

# Monday, the 6th of January 2025, at midnight.
_MONDAY = 1736121600
_MINUTE, _HOUR, _DAY = 60, 3600, 86400

_NETGROUP = "staff (,alice,) (,carol,)\nothers (-,bob,-)\nall (,,)\nhosts (far,,)\n"


def _case(conf: Content, *, args: str = "", now: int = _MONDAY, **more: Any) -> Case:
    files: list[tuple[str, Content]] = [(_CONF, conf), ("/etc/netgroup", _NETGROUP)]
    files += more.pop("files", ())
    return Case(_POLICY.format(args), ACCOUNT, now=now, files=files, **more)


_CODES = ("Mo", "tu", "WE", "th", "fR", "Sa", "su", "Wk", "Wd", "Al")
_CLOCKS = (
    *(f"{hour:02}{minute:02}" for hour in (0, 1, 8, 12, 17, 23) for minute in (0, 1, 59)),
    *("0999", "2400", "2401", "9999"),
)
_SERVICES = (
    "probe",
    "*",
    "*",
    "*",
    "p*",
    "*e",
    "probe*",
    "pro*be",
    "pr*robe",
    "login",
    "probes",
    "prob",
)
_TTYS = (
    "*",
    "*",
    "*",
    "tty1",
    "tty*",
    "pts/*",
    "pts/3",
    "*1",
    "tty*1",
    "ttyp*",
    ":0",
    "console",
    "t*1*",
)
_USERS = ("alice", "bob", "*", "al*", "*ce", "al*ce", "a*e", "alice*", "root", "a*alice", "alic")
_OURS = ("means nothing here", "expected one netgroup")
"""What only we say, of what C passes over."""


def _times(chance: random.Random) -> str:
    days = "".join(chance.choice(_CODES) for _ in range(chance.choice((1, 1, 1, 2, 3))))
    return f"{days}{chance.choice(_CLOCKS)}-{chance.choice(_CLOCKS)}"


def _blank(chance: random.Random) -> str:
    return chance.choice(("", "", "", " ", "  ", "\t", " \t ", "\\\n", " \\\n  "))


def _joined(chance: random.Random, members: list[str]) -> str:
    words = ""
    for at, member in enumerate(members):
        if at:
            words += chance.choice("&|") + _blank(chance)
        words += "!" * chance.choice((0, 0, 0, 0, 1, 1, 2)) + _blank(chance)
        words += member + _blank(chance)
    return words


def _list(chance: random.Random, names: tuple[str, ...]) -> str:
    count = chance.choice((1, 1, 1, 2, 3))
    return _joined(chance, [chance.choice(names) for _ in range(count)])


def _readable(chance: random.Random) -> str:
    """Return a line that Linux-PAM and we read alike."""
    if chance.random() < 0.1:
        return chance.choice(("", "  ", "# a; b; c; d", " # \\", "\t", ";", " ; ;"))
    if chance.random() < 0.05:
        return chance.choice(("login", "a;b", "probe ; *", "; a ; b", "a # ;b;c;d", "probe;*#;*;*"))
    users = _list(chance, _USERS)
    if chance.random() < 0.15:
        users = chance.choice(
            ("@staff", "@ others", "@all", "@hosts", "@nobody", " @staff ", "@", "@staff|bob")
        )
    times = _joined(chance, [_times(chance) for _ in range(chance.choice((1, 1, 2, 3)))])
    fields = [_list(chance, _SERVICES), _list(chance, _TTYS), users, times]
    for at in range(3):
        if chance.random() < 0.03:
            odd = ("", "&", "|", "!", "a b", "|a", "a|", "&a", "a!b", "a&&b")
            # An empty first field is none: the rule would be one without times, see below.
            fields[at] = chance.choice(odd[at == 0 :])
    if chance.random() < 0.03:
        fields[3] = chance.choice(("", "&", "a b", "xx0000-2400", "MoMo0000-2400", "!", "|Al"))
    line = ";".join(_blank(chance) + field for field in fields)
    return line + chance.choice(("", "", "", "  ", "\t", "# comment", " # c;d\\"))


def _moment(chance: random.Random) -> int:
    clock = chance.choice(_CLOCKS[:-2])
    hour, minute = int(clock[:2]) % 24, int(clock[2:]) % 60
    edge = chance.choice((-_MINUTE, -1, 0, 0, 0, 1, 59, _MINUTE))
    return _MONDAY + chance.randrange(7) * _DAY + hour * _HOUR + minute * _MINUTE + edge


def _items(chance: random.Random) -> tuple[tuple[Item, str], ...]:
    tty = chance.choice(
        (
            None,
            "",
            "tty1",
            "/dev/tty1",
            "/dev/pts/3",
            "pts/3",
            ":0",
            "/console",
            "/",
            "ssh",
            "ttyp0",
        )
    )
    return () if tty is None else ((Item.TTY, tty),)


def test_rules_bind_whom_they_bind_for_the_real_module() -> None:
    chance = random.Random(49)
    cases = {}
    for at in range(_CASES):
        lines = [_readable(chance) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
        cases[f"{at}"] = _case(
            "\n".join(lines) + "\n",
            args=chance.choice(("", "", "debug", "noaudit", "debug nonsense Noaudit")),
            now=_moment(chance),
            user=chance.choice(("alice", "alice", "bob", "root", "carol", "stranger", "")),
            items=_items(chance),
            terminal=chance.random() < 0.05,
        )
    assert_same(cases, unsaid=_OURS)


def test_every_edge_of_a_time_is_where_it_is_for_the_real_module() -> None:
    cases = {}
    times = ("Mo2200-0600", "WkSa0800-1700", "Su0000-0000", "!Wd1-1200", "Al0000-2400", "Fr-0001")
    edges = ((0, 0), (0, 1), (6, 0), (6, 1), (8, 0), (12, 0), (17, 0), (22, 0))
    for day, time, (hour, minute) in product((0, 5, 6), times, edges):
        for second in (-1, 0):
            now = _MONDAY + day * _DAY + hour * _HOUR + minute * _MINUTE + second
            cases[f"{time} {day} {hour}:{minute} {second}"] = _case(f"*;*;*;{time}\n", now=now)
    assert_same(cases, unsaid=_OURS)


def test_xtests_time1() -> None:
    conf = "*;*;you|me;!Al0000-2400\n*;*;x|y;!Al0000-2400\n"
    users = ("xy", "yx", "you", "me", "x", "y")
    cases = {user: _case(conf, user=user) for user in users}
    assert_same(cases)
    assert [ours.codes[0] for _, ours in play(list(cases.values()))] == [0, 0, 6, 6, 6, 6]


def test_files_that_are_not_there_or_cannot_be_read() -> None:
    rule = "*;*;*;!Al0000-2400\n"
    named = f"conffile={_OTHER}"
    cases = {
        "missing": _case(None, args="debug"),
        "named and missing": _case(rule, args=f"debug {named}"),
        "named": _case(None, args=f"debug {named}", files=[(_OTHER, rule)]),
        "named without a name": _case(rule, args="debug conffile="),
        "named twice": _case(None, args=f"{named} conffile= debug", files=[(_OTHER, rule)]),
        "below a file": _case(rule, args=f"conffile={_CONF}/x"),
        "a link": _case(File(kind="link", to=_OTHER), files=[(_OTHER, rule)]),
        "a link to nothing": _case(File(kind="link", to="/nowhere")),
        "no user": _case(rule, user=None),
        "a user who is asked for": _case(rule, user=None, answers=("alice",)),
        "closed, but not to root": _case(File(rule.encode(), mode=0o600)),
        "open to users": _case(rule, uid=1000),
        "empty": _case(""),
        "directory": _case(File(kind="directory", mode=0o755)),
        "closed": _case(File(rule.encode(), mode=0o600), uid=1000),
        "NUL": _case("# \0\n*;*;bob;Al0000-2400\n"),
        "relative": _case(rule, args="conffile=../../etc/security/time.conf"),
    }
    assert_same(
        cases,
        unsaid=_OURS,
        different={
            "directory": "C reads no rules from it and lets everybody in",
            "closed": "C lets everybody in if the rules may not be read",
            "NUL": "C goes on behind it with what its window shows",
        },
    )


_NOW = _MONDAY + 12 * _HOUR
_UNREADABLE = {
    "*;*;alice;Al\n": "days without times are always",
    "*;*;alice;Al800-170\n": "bad times are always",
    "*;*;alice;Al0800\n": "half a time is always",
    "*;*;alice;!Xx0000-2400\n": "not on a day nobody knows is always",
    "*;*;alice;!0000-2400\n": "not on no day is always",
    "*;*;alice;Al0000-24001300-1400\n": "what follows the times is overlooked",
    "*;*;alice\n": "a rule without times is none",
    "*;*;alice;!Al0000-2400;\n": "a rule with a field too many is none",
    "*;*;alice;!Al0000-2400;*;*;bob;Al0000-2400\n": "so is the first of two on a line",
    f"*;*;{'x|' * 600}alice;!Al0000-2400\n": "a field of more than 1000 bytes is lost",
    "*;*;alice;Al0000-2400 | Al\n": "a bad time is always, and so no time is refused",
}
"""Rules that C lets alice in by, at noon on a Monday, and why."""


def test_rules_that_c_cannot_read_do_not_let_those_in_whom_they_name() -> None:
    cases = {conf: _case(conf, now=_NOW) for conf in _UNREADABLE}
    assert_same(cases, different=_UNREADABLE)
    cases |= {f"bob {conf}": _case(conf, now=_NOW, user="bob") for conf in _UNREADABLE}
    for case, (c, ours) in zip(cases.values(), play(list(cases.values())), strict=True):
        assert (0, 6 if case.user == "alice" else 0) == (c.codes[0], ours.codes[0]), case


def test_no_file_lets_anybody_in_whom_the_real_module_keeps_out() -> None:
    chance = random.Random(50)
    signs = (*"***;;;;;||&!@%#\\\n\n\t -", "alice", "probe", "Al", "Mo", "0000", "-2400", "é")
    cases = []
    for _ in range(_CASES // 2):
        conf = "".join(chance.choice(signs) for _ in range(chance.randrange(40)))
        if chance.random() < 0.7:
            line = list(_readable(chance))
            for _ in range(chance.randrange(4)):
                at = chance.randrange(len(line) + 1)
                line[at : at + 1] = chance.choice(signs)
            conf = "".join(line) + chance.choice(("", "\n")) + conf
        # C: to end behind the third field makes it crash.
        cases.append(_case(conf + "#", now=_moment(chance), items=_items(chance)))
    odd = [
        case
        for case, (c, ours) in zip(cases, play(cases), strict=True)
        if ours.codes == (0,) and c.codes != (0,)
    ]
    assert odd == []
