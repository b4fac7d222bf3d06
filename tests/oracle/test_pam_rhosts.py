"""pam_rhosts beside the system's own, which asks glibc, with generated lists."""

from __future__ import annotations

import os
import random

from pamkit.vocab.item import Item
from tests.oracle.stage import STAGE, Case, Content, File, assert_same, stack

pytestmark = STAGE

# What pamkit's dispatcher says of words it does not know, and libpam of empty answers.
_OURS_ALONE = ("`suppress`",)
_C_ALONE = ("unexpected response from failed conversation function",)

_CASES = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_BOTH = (("authenticate", 0), ("setcred", 0))

_HOSTS = "127.0.0.1 localhost\n192.0.2.7 far.example.org far\n192.0.2.8 near\n2001:db8::7 six\n"
_NETGROUPS = (
    "rich (,alice,) (far,,) (near,bob,)\npoor (192.0.2.7,eve,) (six,eve,)\nall (,,)\nnone (-,-,)\n"
)

# Each of these is found: what cannot be found out is refused, see what differs.
_NAMES = ("far", "FAR", "far.example.org", "192.0.2.7", "192.0.2.8", "near", "six", "2001:db8::7")
_GROUPS = ("@rich", "@poor", "@all", "@none", "@nowhere")
_PERSONS = ("alice", "bob", "eve", "root")
_BETWEEN = (" ", "\t", "  \t", " ", "\v", "\r")
_ENDS = ("\n", "\n", "\r\n", " \n", " more words\n", "\n\n", "\t# why\n")


def _line(chance: random.Random) -> str:
    if chance.random() < 0.12:
        odd = ("# far alice\n", " far alice\n", "\n", "  # x\n", "#\n", "far\0bob alice\n", "\t\n")
        return chance.choice(odd)
    host = chance.choice(
        (
            chance.choice(("", "", "-")) + chance.choice(_NAMES),
            chance.choice(("+", "-")) + chance.choice(_GROUPS),
            "+",
        )
    )
    user = chance.choice(
        (
            "",
            chance.choice(("", "", "-")) + chance.choice(_PERSONS),
            chance.choice(("+", "-")) + chance.choice(_GROUPS),
            "+",
            "unknown-there",
        )
    )
    return host + (chance.choice(_BETWEEN) + user if user else "") + chance.choice(_ENDS)


def _content(chance: random.Random, owner: int) -> Content:
    if chance.random() < 0.15:
        return None
    data = "".join(_line(chance) for _ in range(chance.randint(0, 4))).encode()
    if chance.random() < 0.8:
        return File(data, uid=owner, mode=chance.choice((0o644, 0o600)))
    return chance.choice(
        (
            File(data, uid=owner, mode=chance.choice((0o664, 0o646, 0o666, 0o4644))),
            File(data, uid=chance.choice((0, 1000, 1001))),
            File(kind="link", to="/etc/anybody"),
            File(kind="directory", uid=owner, mode=0o755),
            File(kind="fifo", uid=owner),
        )
    )


def _case(chance: random.Random) -> Case:
    words = ("debug", "silent", "suppress", "superuser=alice", "superuser=eve", "nonsense")
    options = chance.sample(words, chance.choice((0, 0, 0, 1, 2)))
    user, owner, home = chance.choice(
        (("alice", 1000, "/home/alice"), ("bob", 1001, "/home/bob"), ("root", 0, "/root"))
    )
    homes = ((home, File(kind="directory", uid=owner, mode=0o755)),) if owner else ()
    host = chance.choice((*_NAMES, "far", "far", "nowhere", "", None))
    remote = chance.choice((*_PERSONS, "alice", "", None))
    given = ((Item.RHOST, host), (Item.RUSER, remote))
    return Case(
        stack("pam_rhosts", " ".join(options)),
        _BOTH if chance.random() < 0.8 else (("authenticate", 0x8000),),
        user=chance.choice((user, user, user, user, "eve", None)),
        answers=chance.choice(((user,), (None,))),
        items=tuple((item, value) for item, value in given if value is not None),
        files=(
            ("/etc/hosts", _HOSTS),
            ("/etc/netgroup", _NETGROUPS),
            ("/etc/anybody", "+ +\n"),
            ("/etc/hosts.equiv", _content(chance, 0)),
            *homes,
            (f"{home}/.rhosts", _content(chance, owner)),
        ),
    )


def test_rhosts_answers_as_the_module_in_c() -> None:
    chance = random.Random(6)
    assert_same(
        {f"{number}": _case(chance) for number in range(_CASES)},
        unsaid=_OURS_ALONE,
        only_in_c=_C_ALONE,
    )


_KINDS: dict[str, Content] = {
    "own": File(b"+ +\n", uid=1001),
    "root's": File(b"+ +\n"),
    "nobody's else": File(b"+ +\n", uid=1001, mode=0o600),
    "another's": File(b"+ +\n", uid=1000),
    "group may write": File(b"+ +\n", uid=1001, mode=0o664),
    "others may write": File(b"+ +\n", uid=1001, mode=0o646),
    "link": File(kind="link", to="/etc/anybody"),
    "link to nothing": File(kind="link", to="/etc/nowhere"),
    "directory": File(kind="directory", uid=1001, mode=0o755),
    "fifo": File(kind="fifo", uid=1001),
    "none": None,
}


def _asked(own: Content, uid: int = 0, *, everybodys: Content = None) -> Case:
    return Case(
        stack("pam_rhosts"),
        _BOTH,
        user="bob",
        items=((Item.RHOST, "far"), (Item.RUSER, "alice")),
        files=(
            ("/etc/hosts", _HOSTS),
            ("/etc/anybody", "+ +\n"),
            ("/etc/hosts.equiv", everybodys),
            ("/home/bob", File(kind="directory", uid=1001, mode=0o755)),
            ("/home/bob/.rhosts", own),
        ),
        uid=uid,
    )


def test_rhosts_believes_the_same_files() -> None:
    cases = {f"own list: {name}": _asked(content) for name, content in _KINDS.items()}
    cases |= {
        f"everybody's: {name}": _asked(None, everybodys=content) for name, content in _KINDS.items()
    }
    assert_same(cases)


DIFFERS = {
    "refused host without address": "C passes it over, and lets in by the next line",
    "refused user of a host without address": "C passes it over, and lets in by the next line",
    "not root": "C reads what it may; here only the user's own rights will do",
    "root's group": "C keeps the groups of the process when it reads the user's file",
}


def test_what_rhosts_answers_otherwise_is_known() -> None:
    cases = {
        "refused host without address": _asked("-nowhere\nfar alice\n"),
        "refused user of a host without address": _asked("nowhere -alice\nfar alice\n"),
        "not root": _asked("far alice\n", uid=1000),
        "root's group": _asked(File(b"far alice\n", mode=0o640)),
    }
    assert_same(cases, different=DIFFERS)
