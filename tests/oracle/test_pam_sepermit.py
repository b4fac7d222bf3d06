"""pam_sepermit beside the system's own: generated lists, users, and states of SELinux."""

from __future__ import annotations

import os
import random

from tests.oracle.stage import STAGE, Case, Content, File, assert_same

pytestmark = STAGE

_CASES = 150 * int(os.environ.get("PAMKIT_ORACLE_CASES", "1"))

_LIST = "/etc/security/sepermit.conf"
_POLICY = "auth required pam_sepermit.so {0}\naccount required pam_sepermit.so {0}\n"
_BOTH = (("authenticate", 0), ("setcred", 0), ("acct_mgmt", 0))

_CONFIG = ("/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=targeted\n")
_SEUSERS = "/etc/selinux/targeted/seusers"

_CONFIGS = (
    *(_CONFIG[1], _CONFIG[1], "", "SELINUXTYPE=other\n", "  selinuxtype= other \r\n"),
    *("#SELINUXTYPE=other\n", "SELINUXTYPE=other\nSELINUXTYPE=targeted", "SELINUXTYPE=\n"),
    *("REQUIRESEUSERS=0\nSELINUXTYPE = other\n", "requireseusers=1\nREQUIRESEUSERS= 00 \n"),
)

_NEWER = ("unknown option: ",)
"""1.5 does not say what is no option."""

# What libpam says of empty answers.
_C_ALONE = ("unexpected response from failed conversation function",)

_WHOM = (
    *("alice", "bob", "root", "nosuchuser", "Alice", "alice ", "#alice", "al", "\udce4"),
    *("@wheel", "@staff", "@alice", "@users", "@nosuchgroup", "@", "@ wheel", "@root"),
    *("%user_u", "%staff_u", "%alice", "%guest_u", "%", "%root", "%unconfined_u", "%__default__"),
)
_OPTIONS = ("", ":", ":ignore", ":ignore:", "::ignore", ":Ignore", ":other", ":ignore:other")
_ENDS = ("\n", "\n", "\n", "\r\n", " \n", "\n\n", "\n# all\n", "\n  # all\n", "")
_STARTS = ("", "", "", " ", "\t", "#", ":")

_LOGINS = ("alice", "bob", "%wheel", "%staff", "%users", "__default__", "root", "%nogroup", " bob")
_SEUSER_ENDS = (":s0", ":s0-s0:c0.c1023", "", ":", " ", " x", ":s0 x", "\r")
_SEUSER = ("user_u", "staff_u", "guest_u", "unconfined_u", "", " user_u")


def _list(chance: random.Random) -> str:
    lines = [
        chance.choice(_STARTS) + chance.choice(_WHOM) + chance.choice(_OPTIONS)
        for _ in range(chance.randint(0, 4))
    ]
    return "".join(line + chance.choice(_ENDS) for line in lines)


def _seusers(chance: random.Random) -> Content:
    if chance.random() < 0.2:
        return None
    lines = [
        f"{chance.choice(_LOGINS)}:{chance.choice(_SEUSER)}{chance.choice(_SEUSER_ENDS)}\n"
        for _ in range(chance.randint(0, 5))
    ]
    return chance.choice(("", "# seusers\n\n", "alice\n", "  ")) + "".join(lines)


def _drawn(chance: random.Random) -> Case:
    user = chance.choice(("alice", "alice", "bob", "carol", "root", "eve", "", None))
    return Case(
        _POLICY.format(chance.choice(("", "debug", "debug", "nonsense debug", "Debug"))),
        _BOTH,
        user=user,
        answers=chance.choice((("alice",), ("",), (None,), ())) if user is None else (),
        files=(
            (_LIST, None if chance.random() < 0.05 else _list(chance)),
            ("/etc/selinux/config", chance.choice(_CONFIGS)),
            (_SEUSERS, _seusers(chance)),
            ("/etc/selinux/other/seusers", chance.choice((None, "%wheel:staff_u\n"))),
        ),
        uid=chance.choice((0, 0, 1000)),
        selinux=chance.randrange(3),
    )


def test_listed_users_are_judged_as_in_c() -> None:
    chance = random.Random(3)
    cases = {str(number): _drawn(chance) for number in range(_CASES)}
    assert_same(cases, unsaid=_NEWER, only_in_c=_C_ALONE)


# A number that nobody on this machine has: at the end all of its processes are killed.
_LONER = 2_000_000_017
_PASSWD = f"loner:x:{_LONER}:{_LONER}::/:/bin/sh\nroot:x:0:0::/root:/bin/sh\n"
_LOCKS = File(kind="directory", mode=0o755)


def _exclusive(
    line: str = "loner:exclusive\n",
    *,
    place: Content = _LOCKS,
    args: str = "",
    user: str = "loner",
    uid: int = 0,
    selinux: int = 2,
) -> Case:
    files = (
        ("/etc/passwd", _PASSWD),
        (_LIST, line),
        _CONFIG,
        (_SEUSERS, "__default__:user_u:s0\n"),
        ("/var/run/sepermit", place),
    )
    watch = ("/var/run/sepermit", f"/var/run/sepermit/{_LONER}.lock")
    policy = f"auth required pam_sepermit.so {args}\nauth optional pam_debug.so\n"
    calls = (("authenticate", 0),)
    return Case(policy, calls, user, files=files, watch=watch, uid=uid, selinux=selinux)


def test_who_must_be_listed_has_no_seuser_unless_listed() -> None:
    def required(value: str, seusers: str) -> Case:
        files = (
            (_LIST, "%alice\n%user_u\n"),
            (_CONFIG[0], f"REQUIRESEUSERS={value}\n"),
            (_SEUSERS, seusers),
        )
        return Case(_POLICY.format("debug"), _BOTH, files=files, selinux=2)

    values = ("1", "0", "01", "00", "2x", "0x", " 1", " 0", "yes", "")
    lists = ("bob:user_u\n", "alice:user_u\n")
    assert_same(
        {f"`{value}` {seusers}": required(value, seusers) for value in values for seusers in lists}
    )


def test_exclusive_users_are_locked_as_in_c() -> None:
    assert_same(
        {
            "alone": _exclusive(),
            "by seuser": _exclusive("%user_u:exclusive\n"),
            "ignored": _exclusive("loner:ignore:exclusive\n"),
            "permissive": _exclusive(selinux=1),
            "off": _exclusive(selinux=0),
            "unprivileged": _exclusive(uid=1000),
            "no directory": _exclusive(place=None),
            "a file for a directory": _exclusive(place="x"),
            "root runs more": _exclusive("root:exclusive\n", user="root"),
            "nobody": _exclusive("eve:exclusive\n", user="eve"),
        }
    )


def test_what_is_different_on_purpose() -> None:
    def listed(content: Content, args: str = "") -> Case:
        files = ((_LIST, content), ("/etc/own", "bob\n"), _CONFIG)
        return Case(_POLICY.format(args), _BOTH, files=files, selinux=2)

    assert_same(
        {
            "own list": listed("alice\n", "conf=/etc/own"),
            "directory": listed(File(kind="directory", mode=0o755)),
            "empty place": listed("alice\n", "conf=/nowhere"),
            "true": listed("%alice\n")._replace(
                files=((_LIST, "%alice\n"), (_CONFIG[0], "REQUIRESEUSERS=true\n"))
            ),
        },
        different={
            "own list": "1.5 forgets what `conf=` says",
            "directory": "C takes a list that cannot be read for an empty one",
            "empty place": "1.5 forgets what `conf=` says",
            "true": "libselinux takes `true` for `false`",
        },
    )
