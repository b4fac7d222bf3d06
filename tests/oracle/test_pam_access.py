"""Tables of access rules as the C module reads them and as ours does, on one machine.

The oracle is Debian's 1.5.2; where Linux-PAM 1.7 says something else, or we do on purpose, the
difference has a name here.
"""

from __future__ import annotations

import os
from itertools import product
from random import Random
from typing import Any

from pamkit.vocab.item import Item
from tests.oracle.stage import ACCOUNT, ALL, STAGE, Case, File, assert_same, play, stack

pytestmark = STAGE

_CASES = 100 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_TABLE = "/etc/security/access.conf"
_OWN = "/etc/own.conf"
_SUCCESS, _PERM_DENIED = 0, 6
_OURS_ALONE = ("` is unknown", "`: expected ")
"""What the engine says of words that the module complains about in C's words as well."""

_HOSTS = """\
127.0.0.1 localhost
::1 localhost
192.0.2.7 far.example.org far
2001:db8::7 six.example.org six
192.0.2.8 both.example.org both
2001:db8::8 both.example.org both
198.51.100.9 odd
"""
_NETGROUPS = """\
people (,alice,) (,bob,)
machines (far.example.org,,) (192.0.2.7,,) (tty1,,)
pairs (far,alice,)
elsewhere (,alice,some-other-domain)
"""
_GROUND = (("/etc/hosts", _HOSTS), ("/etc/netgroup", _NETGROUPS))

_USERS = ("root", "alice", "bob", "carol", "ftp", "ghost")
_USER_TOKENS = (
    *("root", "alice", "bob", "ALICE", "all", "ALL", "ALL", "wheel", "staff", "(wheel)", "(staff)"),
    *("(users)", "(Wheel)", "()", "(", ")", "(nosuch)", "@people", "@@people", "@machines", "@"),
    *("@@", "@@@people", "alice@ALL", "alice@LOCAL", "bob@localhost", "@people@ALL", "alice@"),
    *("ALL@@machines", "(wheel)@ALL", "EXCEPT", "except", "EXCEPT", "nosuch", "*", "alic", "1"),
)
_LOCAL_TOKENS = ("tty1", "TTY1", "pts/0", "probe", "LOCAL", "local", ":0", "vc/1", "tty", "NONE")
_HOST_TOKENS = (
    *("odd", "ODD", ".example.org", ".EXAMPLE.org", ".org", ".", "..", ".far"),
    *("192.0.2.", "192.", "192.0.2.7.", "19.", "192.0.", "example.org.", "10.", "2."),
    *("192.0.2.7", "192.0.2.8", "2001:db8::7", "2001:DB8:0:0::7", "::ffff:192.0.2.7"),
    *("192.0.2.0/24", "192.0.2.7/32", "192.0.2.0/255.255.255.0", "192.0.2.7/255.0.255.255"),
    *("0.0.0.0/0.0.0.0", "10.0.0.0/0.0.0.0", "::/::"),
    *("192.0.2.4/0x1e", "192.0.2.0/030", "2001:db8::/32", "2001:db8::8/125", "10.0.0.0/8"),
    *("198.51.100.0/+25", "198.51.100.128/25", "2001:db8::/ffff:ffff::", "unknown.host"),
)
_NETGROUP_TOKENS = ("@machines", "@people", "@nosuch", "@")
_ORIGIN_TOKENS = (*_LOCAL_TOKENS, *_HOST_TOKENS, *_NETGROUP_TOKENS, *("ALL", "EXCEPT") * 5)
# Two tokens that are not separated would be a network that is none: see `DIFFERENT`.
_WITHOUT_NETWORKS = tuple(token for token in _ORIGIN_TOKENS if "/" not in token)
_REMOTE = (
    "far",
    "far.example.org",
    "192.0.2.7",
    "192.0.2.8",
    "six",
    "2001:db8::7",
    "198.51.100.200",
    "odd",
)
_LOCAL = ("tty1", "/dev/tty1", "/dev/pts/0", "pts/0", "/tty", "/dev/", "", ":0", None)
_ODD_LINES = (
    *("", "   ", "# + : ALL : ALL", " # x", "+", "+:ALL", "+:ALL:", "-:", ":", "::::", "x:ALL:ALL"),
    *(" -:ALL:ALL", "allow:ALL:ALL", "+:ALL: ", "\t", "-ALL ALL", "+:::ALL", ":+:nobody:ALL"),
)


def _list(random: Random, tokens: tuple[str, ...], separators: str) -> str:
    picked = [random.choice(tokens) for _ in range(random.choice((1, 1, 2, 3, 5)))]
    return random.choice(separators).join(picked)


def _table(random: Random, tokens: tuple[str, ...], field: str = ":", separators: str = " ") -> str:
    lines = []
    for _ in range(random.randrange(5)):
        if random.random() < 0.15:
            lines.append(random.choice(_ODD_LINES))
            continue
        blank = random.choice(("", "", " "))
        users = _list(random, _USER_TOKENS, separators)
        origins = _list(random, tokens, separators)
        fields = [random.choice("+-"), blank + users + blank, blank + origins + blank]
        lines.append(random.choice(field).join(fields))
    return "".join(f"{line}\n" for line in lines)


def _items(random: Random, remote: tuple[str, ...] = _REMOTE) -> tuple[tuple[Item, str], ...]:
    if random.random() < 0.6:
        return ((Item.RHOST, random.choice(remote)),)
    tty = random.choice(_LOCAL)
    return () if tty is None else ((Item.TTY, tty),)


def _case(random: Random, args: str, table: str, **changes: Any) -> Case:
    case = Case(
        stack("pam_access", args),
        ACCOUNT,
        user=random.choice(_USERS),
        items=_items(random),
        files=(*_GROUND, (_TABLE, table)),
    )
    return case._replace(**changes)


def _any_tables() -> dict[str, Case]:
    random = Random(2024)
    cases = {}
    for at in range(_CASES):
        args = random.choice(("", "", "nodefgroup", "noaudit"))
        table = _table(random, _ORIGIN_TOKENS, separators=" ,\t")
        # Else whom a line lets in cannot be told from whom no line is about.
        table += random.choice(("", "-:ALL:ALL\n"))
        cases[str(at)] = _case(random, args, table)
    return cases


def _other_separators() -> dict[str, Case]:
    random = Random(7)
    cases = {}
    for at in range(_CASES // 4):
        field, separators = (
            random.choice(("|", ":|", "=", "A", "")),
            random.choice(("|", ";,", "", "l")),
        )
        args = f"[fieldsep={field}] [listsep={separators}]"
        wanted = random.choice((field or ":", ":")), random.choice((separators or " ", " "))
        table = _table(random, _WITHOUT_NETWORKS, *wanted)
        cases[f"{at} {args}"] = _case(random, args, table)
    return cases


def _directories() -> dict[str, Case]:
    random = Random(11)
    names = ("10-a.conf", "20-b.conf", ".hidden.conf", "30.conf.bak", "B.conf")
    cases = {}
    for at in range(_CASES // 4):
        here = [
            (f"/etc/security/access.d/{name}", _table(random, _ORIGIN_TOKENS))
            for name in names
            if random.random() < 0.5
        ]
        table = random.choice((None, "# nothing\n", _table(random, _ORIGIN_TOKENS)))
        args = random.choice(("", "", "", f"accessfile={_OWN}", f"accessfile={_TABLE}"))
        files = (*_GROUND, (_TABLE, table), (_OWN, _table(random, _ORIGIN_TOKENS)), *here)
        cases[str(at)] = _case(random, args, "", files=files)
    return cases


def _every_hook() -> dict[str, Case]:
    tables = ("-:ALL:ALL\n", "+:alice:far\n-:ALL:ALL\n", "", None)
    cases = {
        f"{table!r} {items} {user}": Case(
            stack("pam_access", "nonsense"),
            ALL,
            user=user,
            items=items,
            files=(*_GROUND, (_TABLE, table)),
        )
        for table, items, user in product(
            tables, ((), ((Item.RHOST, "far"),), ((Item.TTY, "tty1"),)), ("alice", "bob", None, "")
        )
    }
    asked = Case(
        stack("pam_access"), ALL, user=None, answers=("alice",), files=((_TABLE, "-:bob:ALL\n"),)
    )
    cases["asked"] = asked
    return cases


def _terminals() -> dict[str, Case]:
    policy = stack("pam_access") + "account required pam_echo.so tty=%t\n"
    return {
        f"{table} {items}": Case(
            policy, ACCOUNT, terminal=True, items=items, files=((_TABLE, table),)
        )
        for table, items in product(
            ("-:ALL:probe\n", "-:ALL:LOCAL\n", "+:ALL:nosuch\n"),
            ((), ((Item.TTY, ""),), ((Item.TTY, "tty1"),), ((Item.RHOST, "far"),)),
        )
    }


def _missing_tables() -> dict[str, Case]:
    words = (
        *(f"accessfile={_OWN}", "accessfile=/nowhere/x", "accessfile=", "accessfile=/etc"),
        f"accessfile=/nowhere/x accessfile={_OWN}",
        f"nonsense accessfile=/nowhere/x debug accessfile={_OWN}",
    )
    closed = File(b"+:ALL:ALL\n", 0o600)
    cases = {}
    for args, table, (uid, table_kind) in product(
        ("", *words), (None, "-:ALL:ALL\n"), ((0, "open"), (1000, "open"), (1000, "closed"))
    ):
        own = closed if table_kind == "closed" else "+:alice:ALL\n-:ALL:ALL\n"
        usual = closed if table_kind == "closed" and table else table
        cases[f"{args} {table} {uid} {table_kind}"] = Case(
            stack("pam_access", args), ACCOUNT, uid=uid, files=((_TABLE, usual), (_OWN, own))
        )
    return cases


def _names_of_services() -> dict[str, Case]:
    hosts = ("/etc/hosts", f"{_HOSTS}203.0.113.5 cron tty1 LOCAL NONE console\n")
    cases = {}
    for token in ("cron", "tty1", "LOCAL", "NONE", "console", "probe"):
        case = _remote(f"+:alice:{token}\n-:ALL:ALL\n", "203.0.113.5")
        cases[token] = case._replace(files=(*case.files, hosts))
    return cases


def _named(kind: str, cases: dict[str, Case]) -> dict[str, Case]:
    return {f"{kind}: {name}": case for name, case in cases.items()}


def test_any_table_lets_in_whom_it_lets_in_in_c() -> None:
    cases = _named("table", _any_tables())
    cases |= _named("separators", _other_separators())
    cases |= _named("directory", _directories())
    assert_same(cases, unsaid=_OURS_ALONE, more_audited=True)


def test_hooks_terminals_and_missing_tables_are_as_in_c() -> None:
    cases = _named("hook", _every_hook())
    cases |= _named("terminal", _terminals())
    cases |= _named("missing", _missing_tables())
    cases |= _named("service", _names_of_services())
    reason = "a directory is no table, and refuses; C reads it as an empty one"
    different = {name: reason for name in cases if name.startswith("missing: accessfile=/etc ")}
    unsaid = (*_OURS_ALONE, "cannot be told")
    # DIALECT: up to 1.5 a line that denies by `ALL` alone was not told to the audit.
    assert_same(cases, different=different, unsaid=unsaid, more_audited=True)


def test_the_audit_is_told_of_each_line_that_denies() -> None:
    tables = {
        "all": ("-:ALL:ALL\n", ""),
        "nobody": ("+:ALL:ALL\n", ""),
        "one": ("-:alice:far\n", ""),
        "not from here": ("+:alice:six\n-:ALL:ALL\n", ""),
        "not audited": ("-:alice:far\n", "noaudit"),
    }
    items = ((Item.RHOST, "far"), (Item.TTY, "tty1"))
    cases = {
        name: Case(
            stack("pam_access", args), ACCOUNT, items=items, files=(*_GROUND, (_TABLE, table))
        )
        for name, (table, args) in tables.items()
    }
    assert_same(cases, different={"all": "up to 1.5 a line of `ALL` alone was not told of"})
    record = (2104, "PAM:pam_access", "alice", "far", "tty1", True)
    audited = [ours.audited for _, ours in play(list(cases.values()))]
    assert audited == [(record,), (), (record,), (record,), ()]


_NEW_REMARKS = ("is X11 display", "is a TTY", "cannot resolve hostname")


def test_the_remarks_for_debugging_are_those_of_c() -> None:
    random = Random(13)
    users = tuple(token for token in _USER_TOKENS if token != "1")
    cases = []
    for _ in range(_CASES // 8):
        listed = _list(random, users, " ,"), _list(random, _ORIGIN_TOKENS, " ,")
        table = f"{random.choice('+-')} : {listed[0]}:{listed[1]}\n# x\n+:ALL\n-:bob:ALL\n"
        cases.append(_case(random, "debug", table))
    for case, (c, ours) in zip(cases, play(cases), strict=True):
        # DIALECT: up to 1.5 a match by `ALL` was 2; hosts in the table are looked up since 1.7.
        theirs = [text.replace("_match=2, ", "_match=1, ") for _, text in c.log]
        mine = [text for _, text in ours.log if not any(word in text for word in _NEW_REMARKS)]
        assert (theirs, c.codes) == (mine, ours.codes), case


_UNTELLABLE = (
    *("192.0.2.0/33", "192.0.2/24", "0.0.0.0/0", "::/0", "192.0.2.0/::1", "far/24", "far.org/8"),
    *("192.0.2.7", "192.0.2.", "192.0.2.0/24", "2001:db8::/32", ".example.org", "unknown.host"),
    *("ALL", "EXCEPT", "LOCAL", "tty1", "cron", "localhost", ":0"),
)
_STRANGE = (
    "no.such.host",
    "192.0.2.7%lo",
    "2001:db8::7%lo",
    "fe80::1%nosuch",
    "::ffff:192.0.2.7",
    "fe80::1%lo",
    "both",
    "192.0.2.7",
    "",
    "tty1",
)


def test_whom_c_keeps_out_nothing_lets_in() -> None:
    random = Random(17)
    cases = []
    for _ in range(_CASES):
        table = _table(random, _UNTELLABLE)
        if table and random.random() < 0.2:
            table = table[:-1]
        cases.append(_case(random, "", table, items=_items(random, _STRANGE)))
    played = list(zip(cases, play(cases), strict=True))
    let_in = [case for case, (c, ours) in played if c.codes != (_SUCCESS,) == ours.codes]
    assert [case for case in let_in if not _is_newer(case)] == []
    assert any(c.codes == (_SUCCESS,) != ours.codes for _, (c, ours) in played)


def _is_newer(case: Case) -> bool:
    """Whether what 1.7 knows and 1.5 does not may let somebody in."""
    table, host = str(dict(case.files)[_TABLE]), dict(case.items).get(Item.RHOST, "")
    return "::ffff" in host and "+" in table


def _remote(table: str, host: str, **changes: Any) -> Case:
    files = (*_GROUND, ("/etc/pam.d/cron", ""), (_TABLE, table))
    case = Case(stack("pam_access"), ACCOUNT, items=((Item.RHOST, host),), files=files)
    return case._replace(**changes)


_LONG = "x" * 8189

DIFFERENT: dict[str, tuple[Case, int, str]] = {
    "a number of a user": (_remote("-:1000:ALL\n", "far"), _PERM_DENIED, "since 1.6"),
    "a number of a group": (_remote("-:(10):ALL\n", "far"), _PERM_DENIED, "since 1.6"),
    "a host by another name": (_remote("-:ALL:far\n", "192.0.2.7"), _PERM_DENIED, "since 1.7"),
    "a host is let in by another name": (
        _remote("+:ALL:far\n-:ALL:ALL\n", "192.0.2.7"),
        _SUCCESS,
        "since 1.7",
    ),
    "an interface behind an address that has none": (
        _remote("-:ALL:10.0.0.0/8\n", "10.0.0.1%lo"),
        _PERM_DENIED,
        "ours: CVE-2022-28321",
    ),
    "both loopbacks": (_remote("-:ALL:127.0.0.1\n", "::1"), _PERM_DENIED, "since 1.7"),
    "a long line": (
        _remote(f"-:{_LONG}+:ALL:ALL\n-:ALL:ALL\n", "far"),
        _PERM_DENIED,
        "since 1.6; before, a line's end beyond 8191 bytes was a line",
    ),
    "an origin without an address, a network": (
        _remote("-:ALL:192.0.2.0/24\n", "no.such.host"),
        _PERM_DENIED,
        "ours: CVE-2022-28321",
    ),
    "an origin without an address, a head": (
        _remote("-:ALL:192.0.\n", "no.such.host"),
        _PERM_DENIED,
        "ours: CVE-2022-28321",
    ),
    "an origin without an address, an exception": (
        _remote("+:ALL:ALL EXCEPT 192.0.\n-:ALL:ALL\n", "no.such.host"),
        _PERM_DENIED,
        "ours: CVE-2022-28321",
    ),
    "a network of everybody": (_remote("-:ALL:0.0.0.0/0\n", "far"), _PERM_DENIED, "ours"),
    "a network that is none": (_remote("-:ALL:192.0.2.0/33\n", "far"), _PERM_DENIED, "ours"),
    "a network of other numbers": (_remote("-:ALL:192.0.2/24\n", "far"), _PERM_DENIED, "ours"),
    "a last line that breaks off": (_remote("-:ALL:ALL", "far"), _PERM_DENIED, "ours"),
    "a mapped address": (_remote("-:ALL:192.0.2.0/24\n", "::ffff:192.0.2.7"), _PERM_DENIED, "ours"),
    "two kinds of address": (
        _remote("-:ALL:10. 2001:db8::/32\n", "six"),
        _PERM_DENIED,
        "ours: C looks up the kind of address that the first token asks for, and no other",
    ),
    "a directory as a table": (
        _remote("", "far", files=((_TABLE, File(kind="directory")),)),
        _PERM_DENIED,
        "ours",
    ),
    "a directory in the directory": (
        _remote(
            "",
            "far",
            files=((_TABLE, ""), ("/etc/security/access.d/a.conf", File(kind="directory"))),
        ),
        _PERM_DENIED,
        "ours",
    ),
    "a directory that may not be read": (
        _remote(
            "",
            "far",
            uid=1000,
            files=((_TABLE, ""), ("/etc/security/access.d", File(kind="directory", mode=0o700))),
        ),
        _PERM_DENIED,
        "ours",
    ),
    "a sign that is a separator": (
        _remote("+-+ALL+ALL\n", "far", policy=stack("pam_access", "fieldsep=+")),
        _PERM_DENIED,
        "ours: to C the first character of the line is the permission, whatever was read as one",
    ),
    "an origin without an address, a number": (
        _remote("-:ALL:192.0.2.7\n", "no.such.host"),
        _PERM_DENIED,
        "ours: CVE-2022-28321",
    ),
}
"""Cases by name: what we answer, and since when Linux-PAM does, or that only ours does."""


def test_what_differs_has_a_name() -> None:
    played = play([case for case, _, _ in DIFFERENT.values()])
    for (name, (_, code, reason)), (c, ours) in zip(DIFFERENT.items(), played, strict=True):
        assert ours.codes == (code,), name
        assert c.codes != ours.codes, f"{name} does not differ, though: {reason}"
    assert played[-1][1].log == (
        (4, f"pam_access(probe:account): {_TABLE}: line 1: {_UNTOLD}"),
        (3, "pam_access(probe:account): access denied for user `alice' from `no.such.host'"),
    )


_UNTOLD = "whether it is met cannot be told, so it denies"
