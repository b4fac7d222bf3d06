"""The system's pam_unix.so (Debian's 1.5.2 and later) and ours, on the same account files.

Where 1.5.2 is not what Linux-PAM 1.7 is, ours is 1.7, and the test says so.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import pytest

from pamkit.formats.hash_text import bigcrypt
from pamkit.stores.hashing import LibCrypt
from pamkit.stores.randomness import KernelRandomness
from pamkit.vocab.secret import Secret
from tests.oracle.unix_driver import Case, Outcome, play_all

pytestmark = pytest.mark.needs("pam_unix", "libpam", "libcrypt", "root", "mount-namespace")

PASSWORD = "correct horse"
AUTH, ACCOUNT = [("authenticate", 0)], [("acct_mgmt", 0)]
CHANGE, CHANGE_EXPIRED = [("chauthtok", 0)], [("chauthtok", 0x20)]
NO_BLANKS = 0x0001


def today() -> int:
    """Return the day of this moment: a run of all tests may go on past midnight."""
    return int(time.time() // 86400)


LIBCRYPT = LibCrypt(KernelRandomness())


class Line(NamedTuple):
    """A line of shadow: hash, and ages as they are written."""

    hashed: str
    ages: str = f"{today() - 10}::::::"


def install(directory: Path, lines: dict[str, Line], passwd: str = "") -> Path:
    """Make account files below a directory and return it."""
    etc = directory / "etc"
    (etc / "security").mkdir(parents=True)
    names = ["root", *lines]
    (etc / "passwd").write_text(
        "".join(f"{n}:x:{1000 * bool(i) + i}:{i}::/:/bin/sh\n" for i, n in enumerate(names))
        + passwd
    )
    shadow = etc / "shadow"
    shadow.write_text("".join(f"{n}:{line.hashed}:{line.ages}\n" for n, line in lines.items()))
    shadow.chmod(0o600)
    (etc / "group").write_text("root:x:0:\n")
    (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nshadow: files\n")
    (etc / "login.defs").write_text("ENCRYPT_METHOD SHA512\nSHA_CRYPT_MAX_ROUNDS 1000\n")
    return directory


def hash_of(password: str, setting: str | None) -> str:
    hashed = None if setting is None else LIBCRYPT.crypt(password.encode(), setting)
    assert hashed is not None
    return hashed


def big_hash_of(password: str) -> str:
    async def crypt(token: Secret, setting: str) -> str | None:
        return LIBCRYPT.crypt(token.expose(), setting)

    hashed = asyncio.run(bigcrypt(Secret(password), "ab", crypt))
    assert hashed is not None
    return hashed


@pytest.fixture(scope="module")
def sha(tmp_path_factory: pytest.TempPathFactory) -> str:
    return hash_of(PASSWORD, LIBCRYPT.setting("sha512", 1000))


def play(directory: Path, cases: list[Case], *, side: str) -> list[Outcome]:
    """Play cases; keep of the log what the module says of logins.

    C's helper writes a log of its own, and so does our library about options out of date.
    1.5.2 looks at odd hashes, and says so, even if the empty password it is given cannot match.
    """
    return [
        outcome._replace(
            log=[
                line
                for line in outcome.log
                if line.startswith(("pam_unix(", "PAM "))
                and "`nullok_secure` is" not in line
                and "is unknown to libcrypt" not in line
            ]
        )
        for outcome in play_all(directory, cases, side=side)
    ]


def both(directory: Path, cases: list[Case]) -> list[tuple[Outcome, Outcome]]:
    """Play cases that change nothing on both sides."""
    c, ours = (play(directory, cases, side=side) for side in ("c", "ours"))
    return list(zip(c, ours, strict=True))


def assert_same(directory: Path, cases: list[Case]) -> list[Outcome]:
    played = both(directory, cases)
    differing = [
        (case, c, ours) for case, (c, ours) in zip(cases, played, strict=True) if c != ours
    ]
    assert differing == []
    return [ours for _, ours in played]


SETTINGS = {
    "yescrypt": LIBCRYPT.setting("yescrypt", 1),
    "gost_yescrypt": LIBCRYPT.setting("gost_yescrypt", 1),
    "blowfish": LIBCRYPT.setting("blowfish", 4),
    "blowfish_a": "$2a$04$abcdefghijklmnopqrstuu",
    "sha512": LIBCRYPT.setting("sha512", 1000),
    "sha512_default": "$6$saltsalt$",
    "sha256": LIBCRYPT.setting("sha256", 1000),
    "md5": LIBCRYPT.setting("md5", None),
    "sunmd5": "$md5,rounds=10$saltsalt$$",
    "sha1": "$sha1$1000$saltsalt$",
    "scrypt": "$7$6U..../....saltsaltsalt$",
    "nthash": "$3$",
    "des": "ab",
}


def test_every_scheme_of_libcrypt_is_compared_alike(tmp_path: Path) -> None:
    hashes = {name: hash_of(PASSWORD, setting) for name, setting in SETTINGS.items()}
    hashes["bigcrypt"] = big_hash_of(PASSWORD)
    hashes["aging"] = hashes["des"] + ",M.fi"
    directory = install(tmp_path, {name: Line(text) for name, text in hashes.items()})
    words = [PASSWORD, PASSWORD + "x", PASSWORD[:8], "wrong", "", hashes["sha512"]]
    cases = [
        Case(name, AUTH, [word], options)
        for name in hashes
        for word in words
        for options in (("", "nullok") if word in (PASSWORD, "") else ("",))
    ]
    outcomes = assert_same(directory, cases)
    good = {case.user for case, o in zip(cases, outcomes, strict=True) if o.codes == [0]}
    assert good == set(hashes)
    granted = {
        (case.user, word)
        for case, o in zip(cases, outcomes, strict=True)
        for word in case.answers
        if o.codes == [0] and word != PASSWORD
    }
    short = {("des", PASSWORD + "x"), ("des", PASSWORD[:8])}
    assert granted == short | {("aging", word) for _, word in short}


def test_locked_odd_and_blank_hashes_are_compared_alike(tmp_path: Path, sha: str) -> None:
    hashes = {
        "bang": "!",
        "star": "*",
        "bangs": "!!",
        "never": "!*",
        "locked": "!" + sha,
        "starred": "*" + sha,
        "short": "x",
        "two": "ab",
        "twelve": "abcdefghijkl",
        "failed": "*0",
        "dollar": "$",
        "unknown": "$zz$salt$hash",
        "cut": sha[:-1],
        "longer": sha + "x",
        "bsdi": "_J9..K0AyUubUMPUvp12",
        "empty": hash_of("", "$6$saltsalt$"),
        "blank": "",
        "aged": "",
    }
    lines = {name: Line(text) for name, text in hashes.items()}
    lines["aged"] = Line("", "0::::::")
    passwd = f"plain:{sha}:3000:3000::/:\nopen::3001:3001::/:\nnp:*NP*:3002:3002::/:\n"
    passwd += "hashes:##hashes:3003:3003::/:\nforeign:##other:3004:3004::/:\n"
    directory = install(tmp_path, lines, passwd)
    names = [*hashes, "plain", "open", "foreign", "nobody-here", "-x", "+", "a:b", ""]
    calls = [("authenticate", 0), ("setcred", 2)]
    forbidding = [("authenticate", NO_BLANKS), ("setcred", 2)]
    cases = [
        Case(name, calls, [word], options)
        for name in names
        for word in ("", "x")
        for options in ("", "nullok", "nullok_secure likeauth nodelay", "nullresetok")
    ]
    cases += [
        Case(name, forbidding, [word], options)
        for name in ("blank", "aged", "empty", "open", "nobody-here")
        for word in ("", "x")
        for options in ("", "nullok", "nullresetok")
    ]
    different = {
        (case.user, case.options, case.calls[0][1], *case.answers, c.codes[0], ours.codes[0])
        for case, (c, ours) in zip(cases, both(directory, cases), strict=True)
        if c != ours
    }
    # C lets `nullresetok` overrule an application that forbids empty passwords.
    overruled = {("aged", "nullresetok", NO_BLANKS, word, 0, 7) for word in ("", "x")}
    # 1.5.2 compares an empty password that the policy does not allow.
    compared = {
        ("empty", options, flags, "", 0, 7)
        for options, flags in [
            ("", 0),
            ("nullresetok", 0),
            *((options, NO_BLANKS) for options in ("", "nullok", "nullresetok")),
        ]
    }
    # With `nullresetok` C logs the names of users who do not exist; they may be passwords.
    named = {
        ("nobody-here" if flags else name, "nullresetok", flags, word, 10, 10)
        for name in ("nobody-here", "a:b", "")
        for flags in (0, NO_BLANKS)
        for word in ("", "x")
    }
    assert different in (overruled | named, overruled | named | compared)


def test_hashes_unknown_to_libcrypt_are_logged_alike(tmp_path: Path, sha: str) -> None:
    lines = {"short": Line("x"), "unknown": Line("$zz$salt$hash"), "known": Line(sha)}
    directory = install(tmp_path, lines)
    cases = [Case(name, AUTH, ["wrong"]) for name in lines]
    logs = [
        [outcome.log for outcome in play_all(directory, cases, side=side)] for side in ("c", "ours")
    ]
    assert logs[0] == logs[1]
    assert [len(log) for log in logs[1]] == [2, 2, 1]


def test_an_account_that_shadow_does_not_know_is_unavailable(tmp_path: Path, sha: str) -> None:
    passwd = "lost:x:3000:3000::/:\nmarked:##marked:3001:3001::/:\n"
    directory = install(tmp_path, {"alice": Line(sha)}, passwd)
    calls = [*AUTH, *ACCOUNT]
    cases = [
        Case(user, calls, [word], options)
        for user in ("lost", "marked")
        for word in ("", PASSWORD)
        for options in ("", "nullok", "broken_shadow")
    ]
    outcomes = assert_same(directory, cases)
    assert {tuple(outcome.codes) for outcome in outcomes} == {(9, 9), (9, 0)}


def test_failures_are_counted_logged_and_ended_alike(tmp_path: Path, sha: str) -> None:
    directory = install(tmp_path, {"alice": Line(sha)})
    where = {"tty": "ssh", "ruser": "eve", "rhost": "192.0.2.7"}
    cases = [
        Case(user, AUTH * tries, ["wrong"] * tries, options, uid, items)
        for user in ("alice", "nobody-here")
        for tries in (1, 2, 3, 4, 5)
        for options in ("", "audit", "debug")
        for uid in (0, 1001)
        for items in ({}, where)
    ]
    outcomes = assert_same(directory, cases)
    assert [7, 7, 11, 11] in [outcome.codes for outcome in outcomes]


def test_a_success_forgets_failures_and_no_answer_is_no_password(tmp_path: Path, sha: str) -> None:
    blank = hash_of("", "$6$saltsalt$")
    directory = install(tmp_path, {"alice": Line(sha), "empty": Line(blank)})
    cases = [
        Case("alice", AUTH * 4, ["wrong", PASSWORD, "wrong", "wrong"]),
        Case("alice", AUTH, [None]),
        Case("empty", AUTH, [None], "nullok"),
        Case("alice", AUTH, [], "use_first_pass"),
        Case("alice", AUTH, [PASSWORD], "try_first_pass likeauth shadow nis noreap quiet"),
        Case("alice", [("open_session", 0), ("close_session", 0)], [], "quiet"),
        Case("alice", [("open_session", 0), ("close_session", 0)], [], "", 1001),
        Case("ghost", [("open_session", 0), ("close_session", 0)]),
        Case("", [("open_session", 0), ("close_session", 0)]),
    ]
    differing = [
        (case, c, ours)
        for case, (c, ours) in zip(cases, both(directory, cases), strict=True)
        if (c.codes, c.heard) != (ours.codes, ours.heard) or set(c.log) - set(ours.log)
    ]
    assert differing == []


def _ages() -> dict[str, str]:
    """Lines of ages by what is odd about them, without the limits' own days."""
    day = today()
    return {
        "none": "::::::",
        "fresh": f"{day}:0:99999:7:::",
        "young": f"{day - 1}:5:99999:7:::",
        "enforced": "0:0:99999:7:::",
        "future": f"{day + 5}:0:1:7:::",
        "warned": f"{day - 95}:0:99:7:::",
        "warned-young": f"{day - 95}:98:99:7:::",
        "tomorrow": f"{day - 98}:0:99:7:::",
        "warn-all": f"{day - 2}:0:99:200:::",
        "no-warning": f"{day - 90}:0:99::::",
        "aged": f"{day - 120}:0:99:7:::",
        "aged-in-time": f"{day - 120}:0:99:7:90::",
        "dead": f"{day - 120}:0:99:7:10::",
        "ended": f"{day - 1}:0:99999:7::{day - 1}:",
        "ended-today": f"{day - 1}:0:99999:7::{day}:",
        "ends-tomorrow": f"{day - 1}:0:99999:7::{day + 1}:",
        "ended-and-aged": f"{day - 300}:0:99:7:3:{day - 2}:",
        "epoch": f"{day - 1}:0:99999:7::0:",
    }


def test_accounts_are_judged_alike(tmp_path: Path, sha: str) -> None:
    lines = {name: Line(sha, ages) for name, ages in _ages().items()}
    directory = install(tmp_path, lines, f"plain:{sha}:3000:3000::/:\n")
    options = ("", "no_pass_expiry", "broken_shadow")
    cases = [
        Case(name, [("acct_mgmt", flags)], [], option)
        for name in [*lines, "plain", "nobody-here"]
        for option in options
        for flags in (0, 0x8000)
    ]
    cases += [
        Case(name, [*AUTH, *ACCOUNT], [word], option)
        for name in lines
        for word in (PASSWORD, "wrong")
        for option in options
    ]
    outcomes = assert_same(directory, cases)
    assert {outcome.codes[-1] for outcome in outcomes} == {0, 10, 12, 13, 27}


def test_limits_of_1_7_are_reached_on_their_day(tmp_path: Path, sha: str) -> None:
    """1.5.2 passes each limit of the password a day later."""
    lines = {
        "max": Line(sha, f"{today() - 99}:0:99:7:::"),
        "zero": Line(sha, f"{today()}:0:0::::"),
        "inactive": Line(sha, f"{today() - 109}:0:99:7:10::"),
        "warn": Line(sha, f"{today() - 92}:0:99:7:::"),
    }
    directory = install(tmp_path, lines)
    played = both(directory, [Case(name, ACCOUNT) for name in lines])
    codes = {
        name: (c.codes[0], ours.codes[0], len(c.heard), len(ours.heard))
        for name, (c, ours) in zip(lines, played, strict=True)
    }
    assert codes in (
        # 1.5.2: it warns of 0 days where 1.7 asks for a new password.
        {
            "max": (0, 12, 1, 1),
            "zero": (0, 12, 0, 1),
            "inactive": (12, 27, 1, 1),
            "warn": (0, 0, 0, 1),
        },
        # 1.7
        {
            "max": (12, 12, 1, 1),
            "zero": (12, 12, 1, 1),
            "inactive": (27, 27, 1, 1),
            "warn": (0, 0, 1, 1),
        },
    )


# --- changing passwords: each side has files of its own

NEW = "Battery-Staple9"
CHANGES = {
    "plain": Case("alice", CHANGE, [PASSWORD, NEW, NEW], uid=1001),
    "root": Case("alice", CHANGE, ["x", "x"]),
    "blank": Case("blank", CHANGE, [NEW, NEW], uid=1001),
    "wrong": Case("alice", CHANGE, ["wrong"], uid=1001),
    "mistyped": Case("alice", CHANGE, [PASSWORD, NEW, NEW + "x"], uid=1001),
    "unanswered": Case("alice", CHANGE, [PASSWORD, None], uid=1001),
    "unasked": Case("alice", CHANGE, [None], uid=1001),
    "same": Case("alice", CHANGE, [PASSWORD] * 7, uid=1001),
    "empty": Case("alice", CHANGE, [PASSWORD, *[""] * 6], uid=1001),
    "short": Case("alice", CHANGE, [PASSWORD, *["abc12"] * 4, NEW, NEW], uid=1001),
    "long": Case("alice", CHANGE, ["x" * 513] * 6),
    "minlen": Case("alice", CHANGE, [PASSWORD, *[NEW] * 6], "minlen=30", 1001),
    "des-minlen": Case("alice", CHANGE, [PASSWORD, *["12345678"] * 2], "des minlen=30", 1001),
    "fine": Case("alice", CHANGE, [PASSWORD, NEW, NEW], "obscure", 1001),
    "young": Case("young", CHANGE, [PASSWORD], uid=1001),
    "young-root": Case("young", CHANGE, [NEW, NEW]),
    "aged": Case("aged", CHANGE_EXPIRED, [PASSWORD, NEW, NEW], uid=1001),
    "aged-root": Case("aged", CHANGE_EXPIRED, [PASSWORD, NEW, NEW]),
    "dead": Case("dead", CHANGE, [PASSWORD], uid=1001),
    "ended": Case("ended", CHANGE, [PASSWORD], uid=1001),
    "nobody": Case("nobody-here", CHANGE),
    "bad-name": Case("+", CHANGE),
    "use-authtok": Case("alice", CHANGE, [PASSWORD], "use_authtok", 1001),
    "type": Case("alice", CHANGE, [PASSWORD, NEW, NEW], "authtok_type=UNIX", 1001),
    "silent": Case("alice", [("chauthtok", 0x8000)], [PASSWORD, *["a"] * 6], uid=1001),
    "no-history": Case("alice", CHANGE, [PASSWORD, *[NEW] * 6], "remember=3", 1001),
    "unshadowed": Case("plain", CHANGE, [PASSWORD, NEW, NEW], uid=1001),
    "unlisted": Case("lost", CHANGE, [NEW, NEW]),
    **{
        scheme: Case("alice", CHANGE, [NEW, NEW], f"{scheme} rounds=1000")
        for scheme in ("md5", "sha256", "sha512", "des", "bigcrypt")
    },
    **{
        scheme: Case("alice", CHANGE, [NEW, NEW], f"{scheme} rounds=4")
        for scheme in ("blowfish", "yescrypt", "gost_yescrypt")
    },
}


def _installed(directory: Path, sha: str) -> Path:
    day = today()
    lines = {
        "alice": Line(sha, f"{day - 10}:0:99999:7:::"),
        "blank": Line("", f"{day - 10}:0:99999:7:::"),
        "young": Line(sha, f"{day - 1}:5:99999:7:::"),
        "aged": Line(sha, f"{day - 120}:0:99:7:::"),
        "dead": Line(sha, f"{day - 120}:0:99:7:10::"),
        "ended": Line(sha, f"{day - 120}:0:99999:7::{day - 5}:"),
    }
    passwd = f"plain:{sha}:3000:3000::/:\nlost:x:3001:3001::/:\n"
    return install(directory, lines, passwd)


@pytest.fixture(scope="module")
def changed(
    tmp_path_factory: pytest.TempPathFactory, sha: str
) -> dict[str, tuple[Outcome, Outcome, Path, Path]]:
    """Play each change on fresh files of both sides; one process a side plays them all."""
    home = tmp_path_factory.mktemp("changes")
    sides: dict[str, list[Outcome]] = {}
    for side in ("c", "ours"):
        directory = _installed(home / side, sha)
        cases = [case._replace(items={"keep": name}) for name, case in CHANGES.items()]
        sides[side] = play(directory, cases, side=side)
    return {
        name: (c, ours, home / "c" / "kept" / name, home / "ours" / "kept" / name)
        for name, c, ours in zip(CHANGES, sides["c"], sides["ours"], strict=True)
    }


@pytest.mark.parametrize("name", CHANGES)
def test_passwords_are_changed_alike(
    changed: dict[str, tuple[Outcome, Outcome, Path, Path]], name: str
) -> None:
    c, ours, _, _ = changed[name]
    assert ours == c


def test_what_one_side_stored_the_other_accepts(
    changed: dict[str, tuple[Outcome, Outcome, Path, Path]], tmp_path: Path
) -> None:
    """The hash of each change is taken over into one installation, under the case's name."""
    lines, cases = {}, []
    for name, (c, _, *kept) in changed.items():
        case = CHANGES[name]
        if c.codes != [0]:
            continue
        for side, files in zip(("c", "ours"), kept, strict=True):
            fields = _fields(files, case.user)
            user = f"{name}-{side}".replace("_", "")
            lines[user] = Line(fields[1], ":".join(fields[2:]) or "::::::")
            cases.append(Case(user, AUTH, [case.answers[-1]]))
        by_c, by_us = (_fields(files, case.user) for files in kept)
        scheme = by_c[1].split("$")[:2] if by_c[1].startswith("$") else len(by_c[1])
        ours = by_us[1].split("$")[:2] if by_us[1].startswith("$") else len(by_us[1])
        assert (name, scheme, by_c[2:]) == (name, ours, by_us[2:])
    outcomes = assert_same(install(tmp_path, lines), cases)
    assert len(cases) > 20
    assert {outcome.codes[0] for outcome in outcomes} == {0}


def _fields(files: Path, user: str) -> list[str]:
    """Return name, hash and ages of a user, from shadow or else from passwd."""
    for line in (files / "shadow").read_text().splitlines():
        if line.startswith(f"{user}:"):
            return line.split(":")
    line = next(
        line for line in (files / "passwd").read_text().splitlines() if line.startswith(f"{user}:")
    )
    return line.split(":")[:2]


OBSCURE = {
    "abcddcba": "Bad: new password cannot be a palindrome",
    "CORRECT HORSE": "Bad: new and old password must differ by more than just case",
    "cretoh1": "Bad: new and old password are too similar",
    "zyxwvu": "Bad: new password is too simple",
    "horsecorrect ": "Bad: new password is just a wrapped version of the old one",
}


@pytest.mark.parametrize("word", OBSCURE)
def test_obscure_is_deaf_in_c_and_hears_in_ours(tmp_path: Path, sha: str, word: str) -> None:
    """Debian's 1.5.2 loses the option: its bit is the 33rd, and the check is handed 32."""
    answers: list[str | None] = [PASSWORD, word, word, NEW, NEW]
    heard = {}
    for side in ("c", "ours"):
        directory = _installed(tmp_path / side, sha)
        [outcome] = play(directory, [Case("alice", CHANGE, answers, "obscure", 1001)], side=side)
        heard[side] = [text for style, text in outcome.heard if style == 3]
        assert outcome.codes == [0]
    assert heard in (
        {"c": [], "ours": [OBSCURE[word]]},
        {"c": [OBSCURE[word]], "ours": [OBSCURE[word]]},
    )


def test_only_1_7_insists_that_an_expired_password_has_expired(tmp_path: Path, sha: str) -> None:
    directory = _installed(tmp_path, sha)
    [ours] = play(directory, [Case("alice", CHANGE_EXPIRED, [PASSWORD], uid=1001)], side="ours")
    assert ours.codes == [20]
    assert ours.heard[-1] == (3, "Your password is not expired.")


def test_a_history_of_either_side_is_respected_by_ours(tmp_path: Path, sha: str) -> None:
    """C remembers old passwords as MD5 hashes of its own making; ours must know them."""
    directory = _installed(tmp_path, sha)
    (directory / "etc/security/opasswd").write_text("")
    third = "Third-One77"
    first = Case("alice", CHANGE, [PASSWORD, NEW, NEW], "remember=3", 1001)
    again = Case("alice", CHANGE, [NEW, *[PASSWORD] * 2, third, third], "remember=3", 1001)
    [by_c] = play(directory, [first], side="c")
    [by_us] = play(directory, [again], side="ours")
    assert (by_c.codes, by_us.codes) == ([0], [0])
    assert (3, "Password has been already used. Choose another.") in by_us.heard
    kept = (directory / "etc/security/opasswd").read_text()
    assert kept.startswith("alice:1001:2:$1$")
    assert kept.count(",") == 1


@pytest.mark.needs("unix_chkpwd")
def test_without_rights_both_ask_the_helper(tmp_path: Path, sha: str) -> None:
    """As the user whose password it is; the helper says nothing about anybody else."""
    directory = install(
        tmp_path,
        {
            "alice": Line(sha, f"{today() - 95}:0:99:7:::"),
            "blank": Line(""),
            "ended": Line(sha, f"{today() - 9}:::::{today() - 1}:"),
            "locked": Line("!" + sha),
            "other": Line(sha),
        },
    )
    helper = Path("/usr/sbin/unix_chkpwd")
    helper = helper if helper.exists() else Path("/sbin/unix_chkpwd")
    shadow = directory / "etc/shadow"
    os.chown(shadow, 0, helper.stat().st_gid)
    shadow.chmod(0o640)
    uids = {"alice": 1001, "blank": 1002, "ended": 1003, "locked": 1004, "other": 1001}
    cases = [
        Case(user, [("authenticate", 0), ("acct_mgmt", 0)], [word], options, uid, {}, uid)
        for user, uid in [*uids.items(), ("nobody-here", 1001)]
        for word in (PASSWORD, "", "wrong", "x" * 600)
        for options in ("", "nullok")
    ]
    c, ours = (play(directory, cases, side=side) for side in ("c", "ours-here"))
    assert ours == c
    assert {tuple(outcome.codes) for outcome in ours} >= {(0, 0), (7, 0), (7, 13), (9, 9), (10, 10)}


@pytest.mark.needs("fail2ban")
def test_fail2ban_reads_our_failures(tmp_path: Path, sha: str) -> None:
    directory = install(tmp_path, {"alice": Line(sha)})
    items = {"tty": "ssh", "rhost": "192.0.2.7"}
    cases = [Case(user, AUTH, ["wrong"], items=items) for user in ("alice", "nobody-here")]
    outcomes = play(directory, cases, side="ours")
    stamp = time.strftime("%b %d %H:%M:%S")
    lines = [f"{stamp} host sshd[123]: {line}" for o in outcomes for line in o.log]
    log = tmp_path / "auth.log"
    log.write_text("\n".join(lines) + "\n")
    program = shutil.which("fail2ban-regex")
    assert program is not None
    done = subprocess.run(
        [program, str(log), "/etc/fail2ban/filter.d/pam-generic.conf"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(lines) == 3
    assert "Lines: 3 lines, 0 ignored, 2 matched, 1 missed" in done.stdout
