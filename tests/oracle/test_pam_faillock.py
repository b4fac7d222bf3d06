"""pam_faillock against the system's C module: settings, records around the limits, sequences.

What differs on purpose stands in `DIFFERENT`, with its reason, and is seen to differ.
"""

from __future__ import annotations

import os
import random
from collections.abc import Sequence

import pytest

from pamkit.formats.faillock_tally import MOST, RHOST, TTY, VALID, Failure, encode
from pamkit.vocab.item import Item
from tests.oracle.stage import ACCOUNT, ASK, STAGE, Case, Content, File, assert_same

pytestmark = [STAGE, pytest.mark.needs("pam_debug")]

_CASES = 300 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))
_NOW = 1_700_000_000
_HOME = "/var/run/faillock"
_CONF = "/etc/security/faillock.conf"
_IDS = {"alice": 1000, "bob": 1001, "root": 0, "eve": 0}
_SILENT = 0x8000
_OURS_ALONE = ("option `", "=`: expected", "of pam_tally")
"""What the engine logs of words that a module does not know, before the module does."""


def _tally(*failures: Failure, uid: int = 1000, mode: int = 0o660) -> File:
    return File(encode(failures), mode, uid, 0)


def _failed(*ago: int, status: int = VALID) -> tuple[Failure, ...]:
    return tuple(Failure(_NOW - seconds, "tty1", status | TTY) for seconds in ago)


def _case(
    line: str,
    *failures: Failure,
    calls: Sequence[tuple[str, int]] = ASK,
    user: str = "alice",
    conf: Content = None,
    files: Sequence[tuple[str, Content]] = (),
    uid: int = 0,
    items: Sequence[tuple[Item, str]] = (),
) -> Case:
    """Return a case for a line of auth, and one of account with the same words."""
    words = line.replace("preauth", "").replace("authfail", "").replace("authsucc", "")
    place = f"{_HOME}/{user}"
    return Case(
        f"auth required pam_faillock.so {line}\naccount required pam_faillock.so {words}\n",
        calls,
        user=user,
        items=items,
        files=[
            (_HOME, File(kind="directory", mode=0o755)),
            (place, _tally(*failures, uid=_IDS[user]) if failures else None),
            (_CONF, conf),
            *files,
        ],
        watch=(_HOME, place),
        now=_NOW,
        uid=uid,
    )


_NUMBERS = (
    "0",
    "1",
    "2",
    "3",
    "5",
    "60",
    "600",
    "604800",
    "604801",
    "never",
    "",
    "x",
    " +7z",
    "-1",
)


def _word(random: random.Random) -> str:
    key = random.choice(("deny", "fail_interval", "unlock_time", "root_unlock_time"))
    if random.random() < 0.5:
        value = random.choice(("1", "2", "3", "60", "600", "never"))
    else:
        value = random.choice(_NUMBERS)
    if key == "deny":
        value = value.replace("-1", "4").replace("604801", "9").replace("604800", "0")
    switches = "audit silent local_users_only nodelay even_deny_root quiet audit=no"
    return random.choice(
        (
            *(f"{key}={value}",) * 4,
            random.choice(switches.split()),
            f"admin_group={random.choice(('wheel', 'users', 'nobody', ''))}",
        )
    )


def _line_of_a_file(random: random.Random) -> str:
    key, _, value = _word(random).partition("=")
    sign = random.choice(("=", " = ", " ", "\t=", "= ", "=="))
    comment = random.choice(("", "", " # said", "#"))
    return random.choice(("", " ", "\t")) + f"{key}{sign if value else ''}{value}{comment}"


def _records(random: random.Random) -> tuple[Failure, ...]:
    edges = (0, 1, 2, 59, 60, 61, 120, 599, 600, 601, 899, 900, 901, 1200, -1, -700, _NOW)
    return tuple(
        Failure(
            _NOW - random.choice(edges),
            random.choice(("tty1", "far.example.org", "probe", "", "x" * 60, "\udcff\udc80é")),
            random.choice((VALID, VALID, VALID, 0)) | random.choice((0, RHOST, TTY, RHOST | TTY)),
            random.choice((0, 0, 7)),
        )
        for _ in range(random.choice((0, 1, 2, 2, 3, 3, 4, 6, 70)))
    )


def _random_case(random: random.Random) -> Case:
    action = random.choice(("preauth", "authfail", "authfail", "authsucc", "", "authsucc preauth"))
    words = [_word(random) for _ in range(random.choice((0, 0, 1, 2, 3)))]
    conf = None
    if random.random() < 0.6:
        lines = [_line_of_a_file(random) for _ in range(random.randrange(6))]
        conf = "\n".join(lines) + random.choice(("", "\n"))
    user = random.choice(("alice", "alice", "alice", "bob", "root", "eve"))
    if user == "root":
        words.append("no_log_info")
    files: list[tuple[str, Content]] = []
    if random.random() < 0.1:
        words.append("conf=/etc/own.conf")
        files.append(("/etc/own.conf", conf))
        conf = None
    line = " ".join((action, *(f"[{word}]" if " " in word else word for word in words)))
    items = []
    if random.random() < 0.3:
        items.append((Item.RHOST, random.choice(("far.example.org", "", "h" * 70))))
    if random.random() < 0.3:
        items.append((Item.TTY, random.choice(("tty7", ":0"))))
    calls = [("authenticate", random.choice((0, 0, _SILENT)))] * random.choice((1, 1, 2, 4))
    records = _records(random)
    # What account does about the locked differs, and is tried below.
    if action != "authfail" and user != "eve" and not any(each.is_valid for each in records):
        calls.append(("acct_mgmt", 0))
    uid = random.choice((0, 0, 0, 1000))
    return _case(
        line,
        *records,
        calls=calls,
        user=user,
        conf=conf,
        files=files,
        uid=uid,
        items=items,
    )


def test_generated_settings_and_records_are_judged_as_in_c() -> None:
    generator = random.Random(16)
    assert_same({f"case {at}": _random_case(generator) for at in range(_CASES)}, unsaid=_OURS_ALONE)


_WIRED = """\
auth requisite pam_faillock.so preauth {words}
auth [success=1 default=bad] pam_debug.so auth={guess}
auth [default=die] pam_faillock.so authfail {words}
auth sufficient pam_faillock.so authsucc {words}
account required pam_faillock.so {words}
"""


def _wired(generator: random.Random) -> Case:
    words = " ".join(_word(generator) for _ in range(3))
    guess = generator.choice(("perm_denied", "success"))
    records = _records(generator)
    case = _case("", *records, calls=ASK * generator.randrange(1, 5))
    return case._replace(policy=_WIRED.format(words=words, guess=guess))


def test_the_whole_wiring_is_as_in_c() -> None:
    generator = random.Random(17)
    assert_same({f"case {at}": _wired(generator) for at in range(_CASES // 2)}, unsaid=_OURS_ALONE)


_FULL = tuple(Failure(_NOW - at % 800, f"host{at}", VALID | RHOST) for at in range(MOST))
_THREE = _failed(1, 2, 3)
_LOCKED = "User alice was locked meanwhile"

BY_HAND = {
    "no directory": _case("authfail", files=[(_HOME, None)]),
    "no directory, forgetting": _case("authsucc", files=[(_HOME, None)]),
    "no directory, looking": _case("preauth", files=[(_HOME, None)]),
    "no directory that can be made": _case("authfail dir=/var/none/below"),
    "no directory that can be made, forgetting": _case("authsucc dir=/var/none/below"),
    "no file can be made, looking": _case("preauth dir=/dev/pts"),
    "no file can be made, forgetting": _case("authsucc dir=/dev/pts"),
    "no file can be made, account": _case("preauth dir=/dev/pts", calls=(*ASK, *ACCOUNT)),
    "no directory, without rights": _case("authfail", files=[(_HOME, None)], uid=1000),
    "no right to make a file": _case("authfail", uid=1000),
    "no right to open it": _case(
        "preauth deny=1", files=[(f"{_HOME}/alice", _tally(*_THREE, uid=0, mode=0o600))], uid=1000
    ),
    "another's file": _case(
        "authfail", files=[(f"{_HOME}/alice", _tally(*_failed(5), uid=1001, mode=0o600))]
    ),
    "a directory in its place": _case(
        "authsucc", files=[(f"{_HOME}/alice", File(kind="directory", mode=0o755))]
    ),
    "the file as directory": _case("preauth dir=/etc/passwd"),
    "explicit file missing": _case("preauth conf=/etc/none.conf"),
    "two files": _case("preauth conf=/etc/passwd conf=/etc/none.conf"),
    "empty file name": _case("preauth conf="),
    "null device": _case("preauth conf=/dev/null", conf="nonsense\n"),
    "unknown keys": _case("preauth nonsense magic_root onerr=fail", conf="preauth\n= 3\nx y z\n"),
    "minutes": _case("preauth", *_failed(0, 0, 541), calls=ASK),
    "a minute": _case("preauth", *_failed(541, 541, 541)),
    "the last second": _case("preauth", *_failed(600, 600, 600)),
    "a second more": _case("preauth", *_failed(601, 601, 601)),
    "never": _case("preauth unlock_time=never", *_failed(601, 601, 601)),
    "root": _case("preauth even_deny_root root_unlock_time=60", *_THREE, user="root"),
    "root is not locked": _case("preauth", *_THREE, user="root"),
    "an administrator": _case("preauth admin_group=wheel", *_THREE),
    "account without failures": _case("preauth", calls=(*ASK, *ACCOUNT)),
    "account with some": _case("preauth", *_failed(1, 2), calls=(*ASK, *ACCOUNT)),
    "account without auth, for nobody": _case("preauth", calls=(*ASK, *ACCOUNT), user="eve"),
    "other limits in account": _case("preauth", *_THREE, calls=(*ASK, *ACCOUNT))._replace(
        policy="auth required pam_faillock.so preauth deny=5\naccount required pam_faillock.so\n"
    ),
    # What differs.
    "no file can be made, failing": _case("authfail dir=/dev/pts"),
    "account of the locked": _case("authfail deny=2", *_failed(1), calls=(*ASK, *ACCOUNT)),
    "account without auth": _case("", *_failed(1), calls=ACCOUNT),
    "account of a directory": _case(
        "preauth dir=/etc/passwd deny=0", calls=(*ASK, *ACCOUNT)
    )._replace(
        policy="auth required pam_faillock.so\naccount required pam_faillock.so dir=/etc/passwd\n"
    ),
    "root's last": _case("authfail", *_failed(1, 2), user="root"),
    "relative directory": _case("preauth dir=etc"),
    "deny negative": _case("preauth deny=-1", *_THREE),
    "deny too large": _case("preauth deny=65536", *_THREE),
    "interval too large": _case("preauth fail_interval=4294967296", *_THREE),
    "long line": _case("preauth", *_THREE, conf=f"deny = 5 # {'x' * 2000}\n"),
    "a directory of settings": _case("preauth conf=/etc"),
    "torn": _case(
        "preauth", files=[(f"{_HOME}/alice", File(encode(_failed(1, 2)) + b"x", 0o660, 1000))]
    ),
    "link": _case(
        "preauth",
        files=[
            ("/var/elsewhere", _tally(*_failed(1))),
            (f"{_HOME}/alice", File(kind="link", to="/var/elsewhere")),
        ],
    ),
    "full": _case("authfail deny=2000", *_FULL),
    "time beyond time": _case("preauth", *(Failure(2**64 - 1, "", VALID),) * 3),
}

DIFFERENT = {
    "no file can be made, failing": "C goes on without a failure that it cannot put on record",
    "account of the locked": "a right guess that comes too late is refused, as 16 may at once",
    "account without auth": "1.5 forgets failures although nobody was authenticated here",
    "account without auth, for nobody": "1.5 looks for a user although nobody was authenticated",
    "account of a directory": "C lets by who cannot be looked up",
    "root's last": "1.5 says that root is locked who is not",
    "relative directory": "1.5 says `default` for what is kept",
    "deny negative": "C takes it for 65535, which locks nobody",
    "deny too large": "C takes 65536 for 0, which locks nobody",
    "interval too large": "C takes it for 0, within which there are no failures",
    "long line": "1.5 takes the file for broken",
    "a directory of settings": "C reads no settings from it, and goes on",
    "torn": "C overlooks the piece of a record; here it counts",
    "link": "C follows it, and gives away the file it leads to",
    "full": "C never locks with more than 1024, and moves every record to make room",
    "time beyond time": "C's sum is too large for its number: the lock is over at once",
}
"""What pamkit answers differently, by the name of the case, and why."""


def test_cases_by_hand_are_as_in_c_but_for_what_is_named() -> None:
    assert_same(BY_HAND, different=DIFFERENT, unsaid=_OURS_ALONE)
