"""pam_group against the system's own: rules, names, moments and groups by the thousand."""

from __future__ import annotations

import os
import random
from itertools import product
from typing import Any

from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.flags import Flag
from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, assert_same, play

pytestmark = STAGE

_CONF = "/etc/security/group.conf"
_CASES = 200 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_POLICY = "auth required pam_group.so\n"
_ESTABLISH = (("setcred", int(Flag.ESTABLISH_CRED)),)

# Monday, the 6th of January 2025, at midnight.
_MONDAY = 1736121600
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_NOON = _MONDAY + 12 * _HOUR

_OURS = ("means nothing here",)
"""What only we say: of characters that C passes over."""

_NETGROUP = "staff (,alice,) (,carol,)\nothers (-,bob,-)\nall (,,)\nhosts (far,,)\n"


def _case(conf: Content, *, now: int = _NOON, **more: Any) -> Case:
    files: list[tuple[str, Content]] = [(_CONF, conf), ("/etc/netgroup", _NETGROUP)]
    files += more.pop("files", ())
    calls = more.pop("calls", _ESTABLISH)
    return Case(_POLICY, calls, now=now, files=files, **more)


_CODES = ("Mo", "tu", "WE", "th", "fR", "Sa", "su", "Wk", "Wd", "Al", "Al", "Al")
_CLOCKS = (
    *(f"{hour:02}{minute:02}" for hour in (0, 1, 8, 12, 17, 23) for minute in (0, 1, 59)),
    *("0999", "2400", "2401", "9999"),
)
_SERVICES = ("probe", "*", "*", "p*", "*e", "probe*", "pr*robe", "login", "probes", "prob")
_TTYS = ("*", "*", "tty1", "tty*", "pts/*", "pts/3", "*1", "ttyp*", ":0", "console", "t*1*")
_USERS = ("alice", "bob", "*", "*", "al*", "*ce", "a*e", "alice*", "root", "a*alice", "alic")
_GROUPS = ("ftp", "staff", "users", "wheel", "bob", "nogroup", "daemon", "nosuch", "Ftp", "f-t_p")
_ITEMS: tuple[tuple[tuple[Item, str], ...], ...] = (
    (),
    *(((Item.TTY, name),) for name in ("", "tty1", "/dev/tty1", "/dev/pts/3", "pts/3", ":0", "/")),
)


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


def _named(chance: random.Random) -> str:
    groups = [chance.choice(_GROUPS) for _ in range(chance.choice((0, 1, 1, 2, 3, 12)))]
    return chance.choice((",", ", ", " ", " , ", "\t", ",,")).join(groups)


def _readable(chance: random.Random) -> str:
    """Return a line that Linux-PAM and we read alike."""
    if chance.random() < 0.1:
        return chance.choice(("", "  ", "# a; b; c; d; e", " # \\", "\t", ";", " ; ;"))
    if chance.random() < 0.07:
        bad = ("login", "a;b", "*;*;*", "*;*;*;Al0000-2400", "*;*;*;Al0000-2400;ftp;", "a # ;b")
        return chance.choice(bad)
    users = _list(chance, _USERS)
    if chance.random() < 0.3:
        users = chance.choice(
            (
                *("@staff", "@ others", "@all", "@hosts", "@nobody", " @staff ", "@", "@staff|bob"),
                *("%wheel", "%staff", "%users", "% wheel", "%nosuch", "%", " %alice", "%wheel|bob"),
            )
        )
    times = _joined(chance, [_times(chance) for _ in range(chance.choice((1, 1, 2, 3)))])
    fields = [_list(chance, _SERVICES), _list(chance, _TTYS), users, times, _named(chance)]
    for at in range(3):
        if chance.random() < 0.03:
            fields[at] = chance.choice(("", "&", "|", "!", "a b", "|a", "a|", "&a", "a!b", "a&&b"))
    if chance.random() < 0.03:
        fields[3] = chance.choice(("", "&", "a b", "xx0000-2400", "MoMo0000-2400", "!", "|Al"))
    line = ";".join(_blank(chance) + field for field in fields)
    return line + chance.choice(("", "", "", "  ", "\t", "# comment", " # c;d\\"))


def _moment(chance: random.Random) -> int:
    clock = chance.choice(_CLOCKS[:-2])
    hour, minute = int(clock[:2]) % 24, int(clock[2:]) % 60
    edge = chance.choice((-_MINUTE, -1, 0, 0, 0, 1, 59, _MINUTE))
    return _MONDAY + chance.randrange(7) * _DAY + hour * _HOUR + minute * _MINUTE + edge


def _groups(chance: random.Random) -> tuple[int, ...]:
    return chance.choice(((), (0,), (1000,), (1000, 10), (4, 24, 27, 50, 100, 1000)))


def test_rules_give_groups_to_whom_they_give_them_for_the_real_module() -> None:
    chance = random.Random(50)
    cases = {}
    for at in range(_CASES):
        lines = [_readable(chance) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
        cases[f"{at}"] = _case(
            "\n".join(lines) + "\n",
            now=_moment(chance),
            user=chance.choice(("alice", "alice", "bob", "root", "carol", "stranger", "")),
            items=chance.choice(_ITEMS),
            terminal=chance.random() < 0.05,
            uid=chance.choice((0, 0, 0, 0, 0, 0, 0, 1000)),
            groups=_groups(chance),
        )
    assert_same(cases, unsaid=_OURS)
    some = dict(list(cases.items())[:80])
    given = [ours.groups != case.groups for case, ours in _played(some)]
    assert sum(given) >= 8, "hardly any rule gives a group"


def _played(cases: dict[str, Case]) -> list[tuple[Case, Any]]:
    return [
        (case, ours)
        for case, (_, ours) in zip(cases.values(), play(list(cases.values())), strict=True)
    ]


def test_every_flag_of_setcred_is_what_it_is_for_the_real_module() -> None:
    bits = [int(flag) for flag in (*Flag, 0)]
    silent = int(Flag.SILENT)
    flags = sorted({one | other | quiet for one, other, quiet in product(bits, bits, (0, silent))})
    calls = [(("setcred", flag),) for flag in flags]
    assert_same(
        {f"{call}": _case("*;*;*;Al0000-2400;ftp\n", calls=call, groups=(1000,)) for call in calls}
    )


def test_xtests_group1() -> None:
    conf = "probe;tty1;alice;Al0000-2400;staff\n"
    cases = {
        user: _case(
            conf,
            user=user,
            groups=(1,),
            items=((Item.TTY, "/dev/tty1"),),
            calls=(("authenticate", 0), *_ESTABLISH),
        )._replace(policy=f"{_POLICY}auth required pam_permit.so\n")
        for user in ("root", "bob", "alice")
    }
    assert_same(cases)
    assert [ours.groups for _, ours in _played(cases)] == [(1,), (1,), (1, 50)]


def test_files_processes_and_users_that_are_not_as_usual() -> None:
    rule = "*;*;*;Al0000-2400;ftp\n"
    cases = {
        "missing": _case(None),
        "missing, unprivileged": _case(None, uid=1000, groups=(1000,)),
        "missing, unprivileged, without groups": _case(None, uid=1000, groups=()),
        "a link": _case(File(kind="link", to="/etc/other"), files=[("/etc/other", rule)]),
        "a link to nothing": _case(File(kind="link", to="/nowhere")),
        "no user": _case(rule, user=None),
        "a user who is asked for": _case(rule, user=None, answers=("alice",)),
        "closed, but not to root": _case(File(rule.encode(), mode=0o600)),
        "closed": _case(File(rule.encode(), mode=0o600), uid=1000, groups=(1000,)),
        "unprivileged": _case(rule, uid=1000, groups=()),
        "only the effective user is root": _case(rule, uid=1000, euid=0, groups=(1000,)),
        "only the real user is root": _case(rule, uid=0, euid=1000, groups=(1000,)),
        "empty": _case(""),
        "a directory": _case(File(kind="directory", mode=0o755)),
        "twice": _case(rule, calls=(*_ESTABLISH, ("setcred", int(Flag.REINITIALIZE_CRED)))),
        "without the last newline": _case(rule.strip()),
        "NUL": _case("# \0\n" + rule),
    }
    assert_same(
        cases,
        different={
            "a directory": "C's log calls it one, ours says that it is no file",
            "NUL": "C says nothing, and gives what is in front of it",
        },
    )
    played = zip(cases, _played(cases), strict=True)
    assert {name for name, (_, ours) in played if ours.codes[0] == ReturnCode.CRED_ERR} == {
        "missing, unprivileged",
        "closed",
        "unprivileged",
        "only the real user is root",
    }


_NOBODY = {
    "*;*;alice;Al;ftp\n": "days without times are always",
    "*;*;alice;Al800-170;ftp\n": "bad times are always",
    "*;*;alice;~Al0000-2400;ftp\n": "what means nothing is passed over",
    "*;*;alice;!Xx0000-2400;ftp\n": "not on a day nobody knows is always",
    "*;*;alice;!0000-2400;ftp\n": "not on no day is always",
    "*;*;alice;Al0000-24001300-1400;ftp\n": "what follows the times is overlooked",
    "*;*;alice;Al0000-2400;ftp|staff\n": "two groups, though none of `&|!` is meant there",
    "*;*;alice;Al0000-2400;f.ftp\n": "a name with a point in it is two groups",
    "*;*;alice;Al0000-2400;!xftp\n": "what follows the first letter behind `!` is a group",
    "*;*;alice;Al0000-2400;ftp\u00e9\n": "what follows a letter that is not ASCII is another group",
}
"""Rules by which C gives alice the group ftp, at noon on a Monday, and we do not."""


def test_rules_that_cannot_be_read_give_nothing() -> None:
    cases = {conf: _case(conf, groups=(1000,)) for conf in _NOBODY}
    assert_same(cases, different=_NOBODY)
    for case, (c, ours) in zip(cases.values(), play(list(cases.values())), strict=True):
        assert (ours.groups, 120 in c.groups) == ((1000,), True), case


def test_no_file_gives_a_group_that_the_real_module_does_not() -> None:
    chance = random.Random(51)
    signs = (
        *"***;;;;;||&!@%#\\\n\n\t -,",
        "alice",
        "probe",
        "Al",
        "Mo",
        "0000",
        "-2400",
        "é",
        "ftp",
    )
    cases = []
    for _ in range(_CASES // 2):
        line = list(_readable(chance))
        for _ in range(chance.randrange(4)):
            at = chance.randrange(len(line) + 1)
            line[at : at + 1] = chance.choice(signs)
        # C: to end behind the third field makes it crash.
        conf = "".join(line) + chance.choice(("", "\n")) + "#"
        cases.append(_case(conf, now=_moment(chance), items=chance.choice(_ITEMS), groups=(1,)))
    odd = [
        (case.files[0], c.groups, ours.groups)
        for case, (c, ours) in zip(cases, play(cases), strict=True)
        if not set(ours.groups) <= set(c.groups) or ours.codes != c.codes
    ]
    assert odd == []
