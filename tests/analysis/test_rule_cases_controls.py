"""What rules of benchmarks find and leave alone, beyond the examples of their pages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pamkit.analysis.benchmark.judgement import Outcome
from pamkit.analysis.benchmark.places import Family, family, product
from pamkit.analysis.catalog import rule_file, rule_files
from pamkit.policy.dialect import DEBIAN

from .trees import example, tree

JUDGES = [file.rule.name for file in rule_files() if file.judge is not None]

RED_HAT_ONLY = [
    name
    for name in JUDGES
    if name.endswith(("-system-auth", "-password-auth"))
    if name not in ("hash-system-auth", "unix-rounds-password-auth")
]

_PASSWORD = "password requisite pam_pwquality.so\npassword required pam_unix.so use_authtok\n"
_RED_HAT = f"system-auth:\n{_PASSWORD}password-auth:\n{_PASSWORD}"
_RED_HAT_OPTIONS = _RED_HAT.replace("pwquality.so", "pwquality.so minlen=20 enforce_for_root")
_DEBIAN = f"common-password:\n{_PASSWORD}"
_QUALITY = "/etc/security/pwquality.conf:\n"
_FAILLOCK = "/etc/security/faillock.conf:\n"
_HISTORY = "/etc/security/pwhistory.conf:\n"
_ORACLE = '/etc/os-release:\nID="ol"\nVERSION_ID="9.4"\n'
_SLES = '/etc/os-release:\nID="sles"\nVERSION_ID="15.5"\n'
_AUTH = """\
auth required pam_faillock.so preauth
auth sufficient pam_unix.so
auth required pam_faillock.so authfail
"""
_ACCOUNT = "account required pam_faillock.so\naccount required pam_unix.so\n"
_LOCKS = f"system-auth:\n{_AUTH}{_ACCOUNT}password-auth:\n{_AUTH}{_ACCOUNT}"
_COMMON = f"common-auth:\n{_AUTH}common-account:\n{_ACCOUNT}"
_REMEMBER = "password required pam_pwhistory.so use_authtok{}\n"


def _with_dir(path: str) -> str:
    """Return lines of `auth` that lock, with a directory."""
    words = {word: f"{word} dir={path}" for word in ("preauth", "authfail")}
    return _AUTH.replace("preauth", words["preauth"]).replace("authfail", words["authfail"])


def _one(of: str, text: str) -> str:
    """Return Red Hat's two files that lock, with another text for the first."""
    return f"system-auth:\n{text}password-auth:\n{of}{_ACCOUNT}"


CASES: list[tuple[str, str, dict[str, str], list[str]]] = [
    # --- pam_pwquality
    ("pwquality-minlen", _DEBIAN + _QUALITY + "minlen = 15\n", {}, []),
    ("pwquality-minlen", _DEBIAN + _QUALITY + "  MINLEN 15 # so\n", {}, []),
    (
        "pwquality-minlen",
        _DEBIAN + _QUALITY + "minlen = 15\n",
        {"var_password_pam_minlen": "20"},
        ["pwquality.conf:1: `minlen` is `15`, not at least 20"],
    ),
    (
        "pwquality-minlen",
        _DEBIAN + _QUALITY + "minlen = long\n",
        {},
        ["pwquality.conf:1: `minlen` is `long`, not at least 15"],
    ),
    (
        "pwquality-minlen",
        _DEBIAN + "/etc/security/pwquality.conf.d/a.conf:\nminlen = 8\n" + _QUALITY + "minlen = 15",
        {},
        ["a.conf:1: `minlen` is `8`, not at least 15"],
    ),
    ("pwquality-minlen", _RED_HAT_OPTIONS + _QUALITY + "# nothing\n", {}, []),
    (
        "pwquality-minlen",
        _RED_HAT_OPTIONS + _QUALITY + "minlen = 15\n",
        {"minlen": "30"},
        [
            "password-auth:1: `minlen` is `20`, not at least 30",
            "pwquality.conf:1: `minlen` is `15`, not at least 30",
            "system-auth:1: `minlen` is `20`, not at least 30",
        ],
    ),
    (
        "pwquality-minlen",
        _RED_HAT_OPTIONS + _QUALITY + "minlen = 15\n" + _ORACLE,
        {},
        [
            "password-auth:1: `minlen` on a line wins over what the file says",
            "system-auth:1: `minlen` on a line wins over what the file says",
        ],
    ),
    (
        "pwquality-minlen",
        "common-password:\npassword optional pam_pwquality.so\n" + _QUALITY + "minlen = 15\n",
        {},
        ["common-password:1: there is no line `password required pam_pwquality.so`"],
    ),
    (
        "pwquality-minlen",
        _DEBIAN.replace("requisite", "[success=ok new_authtok_reqd=ok ignore=ignore default=bad]")
        + _QUALITY
        + "minlen = 15\n",
        {},
        [],
    ),
    (
        "pwquality-dictcheck",
        _DEBIAN + _QUALITY + "# nothing\n",
        {},
        [
            "pwquality.conf:1: `dictcheck` is not set; the default would do, but a benchmark wants"
            " it written"
        ],
    ),
    (
        "pwquality-maxrepeat",
        _DEBIAN + _QUALITY + "maxrepeat = 0\n",
        {},
        ["pwquality.conf:1: `maxrepeat` is `0`, not from 1 to 3"],
    ),
    ("pwquality-maxrepeat", _DEBIAN + _QUALITY + "maxrepeat = -1\n", {"maxrepeat": "0"}, []),
    (
        "pwquality-maxrepeat",
        _DEBIAN + _QUALITY + "maxrepeat = 1\n",
        {"maxrepeat": "0"},
        ["pwquality.conf:1: `maxrepeat` is `1`, not at most 0"],
    ),
    (
        "pwquality-dictcheck",
        _DEBIAN + _QUALITY + "dictcheck = 0\n",
        {},
        ["pwquality.conf:1: `dictcheck` is `0`, not 1"],
    ),
    ("pwquality-root", _RED_HAT_OPTIONS + _QUALITY + "# nothing\n", {}, []),
    (
        "pwquality-root",
        "common-password:\npassword required pam_unix.so\n",
        {},
        ["common-password:1: there is no line `password required pam_pwquality.so`"],
    ),
    (
        "pwquality-retry",
        _RED_HAT.replace(
            "system-auth:\npassword requisite pam_pwquality.so",
            "system-auth:\npassword requisite pam_pwquality.so retry=3",
        ),
        {},
        ["password-auth:1: `retry` is not set"],
    ),
    ("pwquality-retry", _DEBIAN + _QUALITY + "retry = 3\n", {}, []),
    (
        "pwquality-retry",
        _DEBIAN + _QUALITY + "retry = 0\n",
        {},
        ["pwquality.conf:1: `retry` is `0`, not from 1 to 3"],
    ),
    (
        "pwquality-retry",
        _DEBIAN + _QUALITY + "# no\n",
        {},
        ["pwquality.conf:1: `retry` is not set"],
    ),
    (
        "pwquality-retry",
        _ORACLE + "system-auth:\npassword requisite pam_deny.so\npassword-auth:\n" + _PASSWORD,
        {},
        ["password-auth:1: `retry` is not set", "system-auth:1: `retry` is not set"],
    ),
    (
        "pwquality-missing-system-auth",
        _RED_HAT.replace("requisite", "required"),
        {},
        ["system-auth:1: there is no line `password requisite pam_pwquality.so`"],
    ),
    (
        "cracklib-minlen",
        _SLES + "common-password:\npassword requisite pam_cracklib.so difok=3\n",
        {},
        ["common-password:1: `minlen` is not set"],
    ),
    (
        "cracklib-minlen",
        _SLES + "common-password:\npassword required pam_unix.so\n",
        {},
        ["common-password:1: there is no line `password requisite pam_cracklib.so`"],
    ),
    # --- old passwords
    ("pwhistory-remember", _DEBIAN + _REMEMBER.format("") + _HISTORY + "remember = 5\n", {}, []),
    (
        "pwhistory-remember",
        _DEBIAN + _REMEMBER.format("") + _HISTORY + "remember = 2\n",
        {},
        ["pwhistory.conf:1: `remember` is `2`, not at least 5"],
    ),
    (
        "pwhistory-remember",
        _DEBIAN + _REMEMBER.format("") + _HISTORY + "# no\n",
        {},
        ["common-password:3: `remember` is not set"],
    ),
    (
        "pwhistory-remember",
        _DEBIAN + _REMEMBER.format(" remember=5") + _HISTORY + "remember = 9\n",
        {},
        ["pwhistory.conf:1: `remember` stands on a line as well, and it wins"],
    ),
    (
        "pwhistory-remember",
        _DEBIAN,
        {},
        ["common-password:1: there is no line `password required pam_pwhistory.so`"],
    ),
    (
        "pwhistory-remember",
        _SLES + "common-password:\npassword requisite pam_pwhistory.so remember=5\n",
        {},
        ["common-password:1: `use_authtok` is missing"],
    ),
    (
        "pwhistory-root",
        _DEBIAN,
        {},
        ["common-password:1: there is no line `password required pam_pwhistory.so`"],
    ),
    ("password-reuse", "common-password:\npassword required pam_unix.so remember=5\n", {}, []),
    (
        "password-reuse",
        "common-password:\npassword required pam_unix.so remember=2\n",
        {},
        ["common-password:1: there is no line `password requisite pam_pwhistory.so`"],
    ),
    (
        "pwhistory-authtok",
        _RED_HAT + _REMEMBER.format(""),
        {"product": "rhel10"},
        ["system-auth:1: there is no line `password required pam_pwhistory.so`"],
    ),
    ("unix-authtok", "common-password:\npassword required pam_unix.so\n", {}, []),
    (
        "unix-authtok",
        "system-auth:\n" + _PASSWORD,
        {"product": "rhel9"},
        ["password-auth:1: there is no line `password required pam_unix.so`"],
    ),
    # --- pam_faillock
    ("faillock-deny", _LOCKS + _FAILLOCK + "deny = 3\n", {}, []),
    ("faillock-deny", _LOCKS.replace("authfail", "authfail deny=3"), {}, []),
    (
        "faillock-deny",
        _LOCKS.replace("authfail", "authfail deny=9") + _FAILLOCK + "deny = 3\n",
        {},
        [
            "faillock.conf:1: `deny` stands on lines as well, and they win",
            "password-auth:3: `deny` is `9`, not from 1 to 3",
            "system-auth:3: `deny` is `9`, not from 1 to 3",
        ],
    ),
    (
        "faillock-deny",
        _one(_AUTH, _AUTH.replace("authfail", "authfail deny=3") + _ACCOUNT),
        {},
        ["password-auth:1: `deny` is set in another file, and not here"],
    ),
    (
        "faillock-deny",
        _LOCKS.replace("authfail", "authfail deny=3") + _ORACLE,
        {},
        [
            "password-auth:3: `deny` stands on a line",
            "system-auth:3: `deny` stands on a line",
        ],
    ),
    (
        "faillock-deny",
        _one(_AUTH, "auth required pam_unix.so\n" * 2) + _FAILLOCK + "deny = 3\n" + _ORACLE,
        {},
        ["system-auth:2: a second pam_unix: failures of one of them do not count"],
    ),
    ("faillock-deny", _LOCKS + _FAILLOCK, {}, ["faillock.conf:1: `deny` is not set"]),
    (
        "faillock-deny",
        f"common-auth:\n{_AUTH}" + _FAILLOCK + "deny = 3\n",
        {},
        ["common-account:1: there is no `common-account`"],
    ),
    (
        "faillock-deny",
        f"common-account:\n{_ACCOUNT}" + _FAILLOCK + "deny = 3\n",
        {},
        ["common-auth:1: there is no `common-auth`"],
    ),
    ("faillock-unlock-time", _LOCKS + _FAILLOCK + "unlock_time = 0\n", {}, []),
    ("faillock-unlock-time", _LOCKS + _FAILLOCK + "unlock_time = never\n", {}, []),
    (
        "faillock-unlock-time",
        _LOCKS + _FAILLOCK + "unlock_time = 60\n",
        {},
        ["faillock.conf:1: `unlock_time` is `60`, not at least 900, or 0"],
    ),
    (
        "faillock-unlock-time",
        _LOCKS + _FAILLOCK + "unlock_time = 600\n",
        {"unlock-time": "0"},
        ["faillock.conf:1: `unlock_time` is `600`, not 0"],
    ),
    ("faillock-root", _LOCKS.replace("authfail", "authfail even_deny_root"), {}, []),
    ("faillock-root-or-time", _LOCKS + _FAILLOCK + "even_deny_root\n", {}, []),
    ("faillock-audit", _LOCKS.replace("preauth", "preauth audit"), {}, []),
    (
        "faillock-audit",
        _LOCKS.replace("authfail", "authfail audit") + _FAILLOCK,
        {},
        ["faillock.conf:1: `audit` is not set"],
    ),
    ("faillock-audit", _RED_HAT + _FAILLOCK + "audit\n", {}, []),
    (
        "faillock-dir",
        _LOCKS.replace("auth\n", "auth\n")
        .replace("preauth", "preauth dir=/var/log/f")
        .replace("authfail", "authfail dir=/var/log/f"),
        {},
        [],
    ),
    (
        "faillock-dir",
        _LOCKS.replace("preauth", "preauth dir=/run/faillock"),
        {},
        [
            "password-auth:1: `dir` is not on `preauth` and `authfail` alike",
            "password-auth:1: locks in `/run/faillock` are gone with a restart",
            "system-auth:1: `dir` is not on `preauth` and `authfail` alike",
            "system-auth:1: locks in `/run/faillock` are gone with a restart",
        ],
    ),
    (
        "faillock-dir",
        _one(
            _AUTH, _AUTH.replace("preauth", "preauth dir=/d").replace("authfail", "authfail dir=/d")
        ),
        {},
        ["password-auth:1: `dir` is set in another file, and not here"],
    ),
    (
        "faillock-dir",
        _LOCKS + _FAILLOCK + "dir = /var/run/faillock\n",
        {},
        ["faillock.conf:1: locks in `/var/run/faillock` are gone with a restart"],
    ),
    ("faillock-missing", _COMMON, {}, []),
    (
        "faillock-missing",
        _LOCKS.replace(
            "auth required pam_faillock.so auth", "auth [default=die] pam_faillock.so auth"
        ),
        {},
        [],
    ),
    (
        "faillock-missing",
        _COMMON.replace("preauth", ""),
        {},
        ["common-auth:1: pam_faillock is not asked before the password"],
    ),
    (
        "faillock-missing",
        "common-auth:\nauth required pam_unix.so\n" + f"common-account:\n{_ACCOUNT}",
        {},
        ["common-auth:1: pam_faillock is not asked before the password"],
    ),
    (
        "faillock-missing",
        "common-auth:\nauth required pam_unix.so\n"
        + _AUTH.replace("auth sufficient pam_unix.so\n", "")
        + f"common-account:\n{_ACCOUNT}",
        {},
        ["common-auth:2: pam_faillock is not asked before pam_unix"],
    ),
    (
        "faillock-missing",
        _COMMON.replace("authfail", "authsucc"),
        {},
        ["common-auth:1: pam_faillock does not count failures"],
    ),
    (
        "faillock-missing",
        f"common-auth:\n{_AUTH}common-account:\naccount required pam_unix.so\n",
        {},
        ["common-account:1: pam_faillock is not asked in `account`"],
    ),
    (
        "faillock-missing",
        f"common-auth:\n{_AUTH}auth optional pam_faillock.so authsucc\n"
        "common-account:\naccount required pam_unix.so\n",
        {},
        [
            "common-account:1: pam_faillock is not asked in `account`; `authsucc` would do, but a"
            " benchmark wants both"
        ],
    ),
    (
        "faillock-missing",
        _LOCKS.replace(
            _ACCOUNT, "account required pam_unix.so\naccount required pam_faillock.so\n"
        ),
        {},
        [
            "password-auth:5: pam_faillock stands behind pam_unix in `account`",
            "system-auth:5: pam_faillock stands behind pam_unix in `account`",
        ],
    ),
    ("faillock-missing", _LOCKS.replace("sufficient", "[success=1 default=ignore]"), {}, []),
    # --- hashes
    (
        "hash-sha512",
        "common-password:\npassword [success=1 default=ignore] pam_unix.so\n",
        {},
        ["common-password:1: no hash is chosen here"],
    ),
    (
        "hash-sha512",
        "common-password:\npassword required pam_unix.so sha512\n",
        {},
        ["common-password:1: there is no line `password [...] pam_unix.so`"],
    ),
    (
        "hash-system-auth",
        _RED_HAT.replace("use_authtok", "md5 sha512"),
        {"hash": "yescrypt|sha512"},
        [],
    ),
    ("hash-common-auth", _SLES + "common-auth:\nauth sufficient pam_unix.so sha512\n", {}, []),
    (
        "hash-common-auth",
        "common-auth:\nauth sufficient pam_unix.so sha512\n",
        {"product": "slmicro5"},
        ["common-auth:1: there is no line `auth required pam_unix.so`"],
    ),
    (
        "hash-common-auth",
        "common-auth:\nauth required pam_unix.so\ncommon-auth-pc:\nauth required pam_unix.so\n",
        {},
        ["common-auth:1: `sha512` is missing"],
    ),
    (
        "hash-login-defs",
        "/etc/login.defs:\n# no\n",
        {},
        ["login.defs:1: `ENCRYPT_METHOD` is not set"],
    ),
    (
        "yescrypt-cost",
        "/etc/login.defs:\n# no\n",
        {},
        ["login.defs:1: `YESCRYPT_COST_FACTOR` is not set"],
    ),
    ("rounds-login-defs", "/etc/login.defs:\n# no\n", {}, []),
    (
        "unix-rounds-password-auth",
        "common-password:\npassword [default=1] pam_unix.so rounds=5000",
        {},
        [],
    ),
    (
        "hash-login-defs",
        "/etc/login.defs:\nENCRYPT_METHOD DES\n/etc/login.defs.d/a.defs:\nENCRYPT_METHOD sha512\n",
        {},
        [],
    ),
    (
        "faillock-missing-system-auth",
        _one(_AUTH, "auth required pam_unix.so\n" + _ACCOUNT) + _ORACLE,
        {},
        ["system-auth:1: pam_faillock is not asked before the password"],
    ),
    (
        "unix-rounds-password-auth",
        "common-password:\npassword [default=1] pam_unix.so yescrypt rounds=11\n",
        {},
        [],
    ),
    (
        "unix-rounds-password-auth",
        "common-password:\npassword [default=1] pam_unix.so yescrypt rounds=2\n",
        {},
        ["common-password:1: `rounds` is `2`, not at least 5000"],
    ),
    (
        "unix-rounds-password-auth",
        "common-password:\npassword [default=1] pam_unix.so yescrypt\n",
        {},
        ["common-password:1: `rounds` is not set"],
    ),
    # --- sessions
    ("limits-maxlogins", "/etc/security/limits.d/a.conf:\n* hard maxlogins 1\n", {}, []),
    ("limits-maxlogins", "/etc/security/limits.conf:\n* - maxlogins 1 # one\n", {}, []),
    (
        "limits-core",
        "/etc/security/limits.conf:\n@all hard core 0\n",
        {},
        ["limits.conf:1: `core` has no hard limit for everybody"],
    ),
    (
        "shared-tmp",
        "/etc/security/namespace.conf:\n/var/tmp /d/ level\n/tmp\n",
        {},
        ["namespace.conf:1: all users share `/tmp`"],
    ),
    (
        "shared-tmp",
        "/etc/security/namespace.conf:\n/tmp /t/ level root\n/t: (mode 0755)\n",
        {},
        ["t:1: `/t` may be entered"],
    ),
    (
        "shared-tmp",
        "/etc/security/namespace.conf:\n/tmp /t/ level root\n/t: (mode 0000)\n",
        {},
        [],
    ),
    (
        "shared-tmp",
        "/etc/security/namespace.conf:\n\N{NO-BREAK SPACE}x\n\N{NO-BREAK SPACE}\n",
        {},
        ["namespace.conf:1: all users share `/tmp`"],
    ),
    (
        "inactive-system-auth",
        _LOCKS,
        {},
        ["system-auth:1: there is no line `auth required pam_lastlog.so`"],
    ),
    (
        "lastlog-showfailed",
        "postlogin:\nsession optional pam_lastlog.so showfailed\n",
        {"product": "rhel9"},
        [],
    ),
    (
        "lastlog-showfailed",
        "login:\nsession required pam_unix.so\n",
        {"product": "sle15"},
        ["login:1: there is no line `session required pam_lastlog.so`"],
    ),
    (
        "lastlog-showfailed",
        "postlogin-session:\nsession optional pam_lastlog2.so showfailed\n",
        {"product": "sle16"},
        [],
    ),
    # --- others
    (
        "unix-missing",
        "common-auth:\n# autogenerated by pam-config\nauth sufficient pam_unix.so\n"
        "common-account:\naccount requisite pam_unix.so\n"
        "common-password:\npassword optional pam_unix.so\n"
        "common-session:\nsession required pam_unix.so\n",
        {},
        ["common-password:1: there is no line `password required pam_unix.so`"],
    ),
    (
        "hash-system-auth",
        "common-password:\npassword [success=ok default=die] pam_unix.so sha512\n",
        {},
        [],
    ),
    (
        "nullok-in-shared-files",
        "common-auth:\nauth required pam_unix.so nullok_secure\n",
        {},
        ["common-auth:1: an empty password will do"],
    ),
    (
        "nullok-in-shared-files",
        "sshd:\nauth required pam_unix.so nullok\n",
        {"product": "sle15"},
        ["sshd:1: an empty password will do"],
    ),
    ("nullok-in-shared-files", _RED_HAT, {}, []),
    (
        "unix-remember-in-shared-files",
        _RED_HAT.replace("use_authtok", "remember=5"),
        {},
        [
            "password-auth:2: `remember` is behind pam_unix",
            "system-auth:2: `remember` is behind pam_unix",
        ],
    ),
    ("su-wheel", "su:\nauth required pam_wheel.so\n", {}, ["su:1: `use_uid` is missing"]),
    (
        "su-wheel-group",
        "su:\nauth required pam_wheel.so use_uid group=a\n",
        {},
        ["su:1: `group` is `a`, not `sugroup`"],
    ),
    (
        "su-wheel-group",
        "su:\nauth required pam_unix.so\n",
        {},
        ["su:1: there is no line `auth required pam_wheel.so`"],
    ),
    (
        "su-group-members",
        "/etc/group:\nroot:x:0:\nbad\n",
        {},
        ["group:1: there is no group `sugroup`"],
    ),
    (
        "smartcard-missing",
        "common-auth:\nauth sufficient pam_pkcs11.so\n",
        {"product": "sle15"},
        [],
    ),
    (
        "tally2-deny",
        _SLES + "login:\nauth required pam_tally2.so deny=3\n",
        {},
        [
            "common-account:1: there is no line `account required pam_tally2.so`",
            "login:1: `onerr` is missing",
        ],
    ),
    (
        "tally2-root",
        _SLES + "login:\nauth required pam_tally2.so deny=3 even_deny_root\n"
        "common-account:\naccount required pam_tally2.so\n",
        {},
        [],
    ),
    ("tally2-file", _SLES + "login:\nauth required pam_tally2.so deny=3\n", {}, []),
    (
        "authselect-modules",
        _RED_HAT + "/etc/authselect/authselect.conf:\ncustom/mine\n"
        "/etc/authselect/custom/mine/system-auth:\n"
        "# no\n\nauth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
        "password requisite pam_pwquality.so\npassword requisite pam_pwhistory.so\n",
        {},
        [
            "password-auth:1: pam_faillock is missing in `password-auth`",
            "password-auth:1: pam_pwhistory is missing in `password-auth`",
        ],
    ),
    # --- what is included counts
    (
        "faillock-missing",
        f"common-auth:\nauth include mine\nmine:\n{_AUTH}common-account:\n"
        f"account include theirs\n"
        f"theirs:\n{_ACCOUNT}",
        {},
        [],
    ),
    (
        "nullok-in-common-files",
        "common-auth:\nauth include common-auth\nauth include gone\n",
        {},
        [],
    ),
]


@pytest.mark.parametrize(("name", "text", "wanted", "expected"), CASES)
def test_a_control_is_judged(
    name: str, text: str, wanted: dict[str, str], expected: list[str]
) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    judged = judge(tree(example(text), whole=True, wanted=wanted))
    found = [
        f"{each.span.file.rpartition('/')[2]}:{each.span.line}: {each.message}"
        for each in judged.findings
    ]
    assert sorted(found) == expected
    assert (judged.outcome is Outcome.FAILED) == bool(expected)


@pytest.mark.parametrize(
    ("files", "of"),
    [
        ({"common-auth-pc": "", "common-auth": ""}, Family.SUSE),
        ({"common-auth": "# This file is autogenerated by pam-config.\n"}, Family.SUSE),
        ({"common-auth": "# see pam-auth-update(8)\n"}, Family.DEBIAN),
        ({"system-auth": "", "password-auth": "", "common-auth": ""}, Family.RED_HAT),
        ({"system-auth": ""}, None),
    ],
)
def test_a_family_is_seen_from_its_files(files: dict[str, str], of: Family | None) -> None:
    assert family(tree(files)) is of


def test_what_is_included_by_at_counts() -> None:
    judge = rule_file("su-wheel").judge
    assert judge is not None
    files = {"su": "@include su-mine\n", "su-mine": "auth required pam_wheel.so use_uid\n"}
    assert judge(tree(files, dialect=DEBIAN)).outcome is Outcome.PASSED


@pytest.mark.parametrize("name", JUDGES)
def test_of_a_part_of_a_tree_without_the_files_nothing_is_said(name: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    judged = judge(tree({"sshd": "auth required pam_unix.so\n"}))
    assert (judged.findings, judged.outcome) == ((), Outcome.UNKNOWN)


@pytest.mark.parametrize("name", RED_HAT_ONLY)
def test_what_is_about_files_of_red_hat_does_not_apply_to_debian(name: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    judged = judge(tree({"common-auth": "auth required pam_unix.so\n"}, whole=True))
    assert judged.outcome is Outcome.NOT_APPLICABLE


@pytest.mark.parametrize(
    "name",
    [
        *("pwquality-missing", "hash-sha512", "hash-common-auth", "nullok-in-common-files"),
        *("cracklib-retry", "tally2-deny", "tally2-root", "tally2-file", "tally2-unlock-time"),
        *("smartcard-missing", "faildelay-delay"),
    ],
)
def test_what_is_about_files_of_debian_does_not_apply_to_red_hat(name: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    judged = judge(tree({"system-auth": "", "password-auth": ""}, whole=True))
    assert judged.outcome is Outcome.NOT_APPLICABLE


_PART = {
    **dict.fromkeys(
        ("common-auth", "common-account"),
        "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
        "auth required pam_faillock.so authfail\naccount required pam_faillock.so\n",
    ),
    "common-password": _PASSWORD + _REMEMBER.format(""),
}


@pytest.mark.parametrize(
    "name",
    [
        *("pwquality-minlen", "pwquality-root", "pwquality-retry", "pwhistory-remember"),
        *("faillock-deny", "faillock-root", "faillock-root-or-time", "faillock-local"),
        *("faillock-dir", "pwhistory-root-in-file", "hash-login-defs", "yescrypt-cost"),
        *("limits-core", "shared-tmp", "su-group-members", "securetty-consoles", "unix-missing"),
    ],
)
def test_what_stands_in_a_file_that_is_not_at_hand_is_not_known(name: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    assert judge(tree(_PART)).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("name", "product"),
    [
        *(("hash-sha512", "debian12"), ("pwhistory-remember", "debian12")),
        *(("pwhistory-root", "debian12"), ("unix-authtok", "debian12")),
        *(("inactive-system-auth", "rhel9"), ("passwd-substack", "rhel9")),
    ],
)
def test_a_policy_that_is_not_at_hand_is_not_known(name: str, product: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    part = tree({"sshd": "auth required pam_unix.so\n"}, wanted={"product": product})
    assert judge(part).outcome is Outcome.UNKNOWN


def test_includes_that_lead_nowhere_or_in_a_circle_add_nothing() -> None:
    judge = rule_file("su-wheel").judge
    assert judge is not None
    lines = ("include su", "include gone", "include", "required pam_wheel.so use_uid")
    files = {"su": "".join(f"auth {line}\n" for line in lines)}
    assert judge(tree(files, whole=True)).outcome is Outcome.PASSED


@pytest.mark.parametrize("name", ["faillock-deny", "faillock-root", "faillock-local"])
def test_what_is_wrong_on_lines_is_found_without_the_file(name: str) -> None:
    judge = rule_file(name).judge
    assert judge is not None
    part = _PART | {"common-account": "account required pam_unix.so\n"}
    assert judge(tree(part)).outcome is Outcome.FAILED


def test_a_tree_with_some_settings_has_no_others() -> None:
    judge = rule_file("faillock-deny").judge
    assert judge is not None
    part = _PART | {"/etc/security/limits.conf": "# no\n"}
    assert judge(tree(part)).outcome is Outcome.FAILED
    assert judge(tree(part | {"/etc/security/faillock.conf": None})).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("release", "name"),
    [
        ('ID=ubuntu\nVERSION_ID="24.04"\n', "ubuntu2404"),
        ('ID=debian\nVERSION_ID="12"\n', "debian12"),
        ('ID="rhel"\nVERSION_ID="9.4"\n', "rhel9"),
        ("ID='sles'\nVERSION_ID='15.5'\n", "sle15"),
        ("ID=fedora\n", "fedora"),
        ("", ""),
    ],
)
def test_a_product_is_read_from_the_release(release: str, name: str) -> None:
    assert product(tree({"/etc/os-release": release}, whole=True)) == name


_WORDS = st.sampled_from(
    [
        *("auth", "account", "password", "session", "required", "[default=die]", "include", "su"),
        *("pam_unix.so", "pam_faillock.so", "pam_pwquality.so", "pam_pwhistory.so", "preauth"),
        *("common-auth", "deny=3", "remember=", "minlen", "=", "#", "*", "hard", "maxlogins", "-"),
        *("9" * 30, "/tmp", ":", "custom/x", "\0", "\udc80", "\x85", "\n", "\N{NO-BREAK SPACE}"),
    ]
)
_TEXTS = st.lists(_WORDS, max_size=12).map(" ".join)
_PATHS = st.sampled_from(
    [
        *("common-auth", "common-account", "common-password", "system-auth", "password-auth"),
        *("su", "login", "postlogin", "/etc/security/faillock.conf", "/etc/login.defs"),
        *("/etc/security/pwquality.conf", "/etc/security/pwhistory.conf", "/etc/group"),
        *("/etc/security/limits.conf", "/etc/security/namespace.conf", "/etc/os-release"),
        *("/etc/authselect/authselect.conf", "/etc/authselect/custom/x/system-auth"),
    ]
)


@given(st.dictionaries(_PATHS, _TEXTS, max_size=6), st.booleans())
@settings(max_examples=25)
def test_whatever_files_hold_every_control_is_judged(files: dict[str, str], whole: bool) -> None:
    looked_at = tree(files, whole=whole)
    for name in JUDGES:
        judge = rule_file(name).judge
        assert judge is not None
        judged = judge(looked_at)
        assert (judged.outcome is Outcome.FAILED) == bool(judged.findings)
