"""pam_localuser and pam_usertype beside the system's own, with generated files."""

from __future__ import annotations

import os
import random

from tests.oracle.stage import ALL, ASK, STAGE, Case, Content, File, assert_same, stack

pytestmark = STAGE

# What pamkit's dispatcher says of words it does not know, and libpam of empty answers.
_C_ALONE = ("unexpected response from failed conversation function",)

_TIMES = int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_USERS = ("root", "alice", "bob", "dora", "nobody-at-all", "alic", "alice:x", "", None, "d\udcf6ra")

_FILES: tuple[Content, ...] = (
    "dora:x:1004:\nalice:\n",
    "dora",
    "dora:",
    "xdora:x\nalic:x",
    b"d\xf6ra:x\n",
    "\n:\n::\nbob\n:bob:\n",
    "x" * 70000 + "\ndora:x\n",
    File(b"dora:x\n", mode=0o600),
    File(kind="link", to="/etc/passwd"),
    None,
)


def _localuser(chance: random.Random) -> Case:
    words = ("file=/etc/own", "file=/etc/own", "debug", "nonsense", "file=", "file=/etc/passwd")
    options = [chance.choice(words) for _ in range(chance.randint(0, 3))]
    return Case(
        stack("pam_localuser", " ".join(options)),
        ALL if chance.random() < 0.3 else ASK,
        user=chance.choice(_USERS),
        answers=chance.choice(((), ("dora",), (None,))),
        files=(("/etc/own", chance.choice(_FILES)),),
        uid=chance.choice((0, 0, 1000)),
    )


def test_localuser_answers_as_the_module_in_c() -> None:
    chance = random.Random(3)
    assert_same(
        {f"{number}": _localuser(chance) for number in range(80 * _TIMES)},
        only_in_c=_C_ALONE,
    )


LOCALUSER_DIFFERS = {
    "long name": "1.5 finds a name of 8191 bytes too long: a service_err",
    "directory": "C takes a directory for an empty list",
    "blank before": "a line may begin with blanks, as it may for the account database",
    "NIS": "names that begin with a sign are never local",
}


def test_what_localuser_answers_otherwise_is_known() -> None:
    def looked_up(user: str, own: Content) -> Case:
        policy = stack("pam_localuser", "file=/etc/own")
        return Case(policy, ASK, user=user, files=(("/etc/own", own),))

    cases = {
        "long name": looked_up("x" * 8191, "dora:x\n"),
        "directory": looked_up("dora", File(kind="directory", mode=0o755)),
        "blank before": looked_up("dora", " dora:x\n"),
        "NIS": looked_up("+dora", "+dora:x\n"),
    }
    assert_same(cases, different=LOCALUSER_DIFFERS)


_MINIMA = ("", "UID_MIN 500", "UID_MIN\t1001 ", "UID_MIN 0", "UID_MIN x", "UID_MIN -5", "UID_MIN ")
_MAXIMA = (
    "",
    "SYS_UID_MAX 999",
    "SYS_UID_MAX=119",
    "SYS_UID_MAX 5000",
    "sys_uid_max 101",
    "SYS_UID_MAX 0x65",
    "SYS_UID_MAX 4294967295",
    "SYS_UID_MAX +120",
    "SYS_UID_MAX 99999999999999999999999",
    "#SYS_UID_MAX 1",
)
_TYPED = """\
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1::/:/usr/sbin/nologin
service:x:%d:1::/:/usr/sbin/nologin
alice:x:1000:1000:Alice:/home/alice:/bin/sh
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
"""
_OLD_RULE = "SYS_UID_MIN 0\n"
"""1.5 asks for more than that; see what differs."""


def _usertype(chance: random.Random) -> Case:
    words = ("issystem", "issystem", "isregular", "isregular", "use_uid", "audit", "nonsense")
    options = [chance.choice(words) for _ in range(chance.randint(0, 3))]
    minimum, maximum = chance.choice(_MINIMA), chance.choice(_MAXIMA)
    number = chance.choice((99, 100, 101, 119, 120, 121, 499, 500, 999, 1000, 1001, 5000, 65533))
    if "0" in minimum[8:9] or "5000" in maximum:
        number = 101  # 1.5 lets the two limits overlap; see what differs
        minimum = maximum = ""
    return Case(
        stack("pam_usertype", " ".join(options)),
        ALL if chance.random() < 0.3 else ASK,
        user=chance.choice(("root", "daemon", "service", "alice", "nobody", "eve", "", None)),
        answers=chance.choice(((), ("service",), (None,))),
        files=(
            ("/etc/login.defs", f"{_OLD_RULE}{minimum}\n{maximum}\n"),
            ("/etc/passwd", _TYPED % number),
        ),
        uid=chance.choice((0, 0, 1000, 4242)),
    )


def test_usertype_answers_as_the_module_in_c() -> None:
    chance = random.Random(4)
    assert_same(
        {f"{number}": _usertype(chance) for number in range(80 * _TIMES)},
        only_in_c=_C_ALONE,
    )


USERTYPE_DIFFERS = {
    "number 100": "1.5 finds numbers below SYS_UID_MIN, which is 101, regular again",
    "low limit": "1.5 reserves all numbers below 100 for the system",
    "limits overlap": "1.5 finds numbers between UID_MIN and SYS_UID_MAX to be the system's",
    "unreadable": "C goes on with its defaults",
    "directory": "C goes on with its defaults",
    "wrapped": "C reads a large negative number as a small one",
}


def test_what_usertype_answers_otherwise_is_known() -> None:
    def judged(number: int, defs: Content, uid: int = 0) -> Case:
        files = (("/etc/login.defs", defs), ("/etc/passwd", _TYPED % number))
        return Case(stack("pam_usertype", "issystem"), ASK, user="service", files=files, uid=uid)

    cases = {
        "number 100": judged(100, ""),
        "low limit": judged(60, "UID_MIN 50\n"),
        "limits overlap": judged(1200, "SYS_UID_MAX 5000\n"),
        "unreadable": judged(120, File(b"", mode=0o600), uid=1000),
        "directory": judged(120, File(kind="directory", mode=0o755)),
        "wrapped": judged(500, "UID_MIN -18446744073709551400\n"),
    }
    assert_same(cases, different=USERTYPE_DIFFERS)
