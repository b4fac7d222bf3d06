"""What rules find that were learned from repairs people made, beyond their pages."""

from __future__ import annotations

import pytest

from pamkit.analysis.claims_of_asking import NEW_TOKEN_IS_THERE
from pamkit.analysis.compare import compare
from pamkit.analysis.verify import verify
from pamkit.policy.dialect import DEBIAN
from pamkit.vocab.facility import Primitive

from .policies import chains
from .trees import known, linted, messages

_FAILLOCK = "pam_faillock.so"
_PRE = f"auth required {_FAILLOCK} preauth\n"
_UNIX = "auth sufficient pam_unix.so\n"
_FAIL = f"auth [default=die] {_FAILLOCK} authfail\n"
_DENY = "auth required pam_deny.so\n"
_SPARED = "auth [success=1 default=ignore] pam_exec.so quiet /usr/bin/spared\n"
_REGULAR = "auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular\n"
_LOCAL = "auth [default=1 ignore=ignore success=ok] pam_localuser.so\n"
_REGULAR_ONLY = "auth requisite pam_usertype.so isregular\n"
_RESETS = f"account required {_FAILLOCK}\naccount required pam_unix.so\n"
_HOME = "password sufficient pam_systemd_home.so\n"
_STORES = "password required pam_unix.so use_authtok\n"

_COUNTED = "failures are counted here on a way on which nobody is refused for them"
_NO_WORD = "`pam_unix` waits for a new password, and no line above asks for one"
_SYSTEM: dict[str, str | None] = {"/etc/passwd": "root:x:0:0::/root:/bin/sh\n"}
_RUNUSER = {**_SYSTEM, "/usr/sbin/runuser": "(a program)"}

CASES: list[tuple[str, dict[str, str | None] | str, list[str]]] = [
    # --- counted, and never refused
    ("counted-never-refused", _PRE + _UNIX + _FAIL + _DENY, []),
    ("counted-never-refused", _SPARED + _UNIX + _FAIL + _DENY, []),
    ("counted-never-refused", _UNIX + _SPARED + _PRE + _FAIL + _DENY, []),
    (
        "counted-never-refused",
        _SPARED + _PRE + _UNIX + _FAIL + _DENY,
        [f"test:4:20 warning: {_COUNTED}"],
    ),
    ("counted-never-refused", _SPARED + _PRE + _UNIX + _SPARED + _FAIL + _DENY, []),
    (
        "counted-never-refused",
        _SPARED + _PRE + _UNIX + _SPARED.replace("spared", "other") + _FAIL + _DENY,
        [f"test:5:20 warning: {_COUNTED}"],
    ),
    ("counted-never-refused", "auth required pam_debug.so\n" + _SPARED + _PRE + _UNIX + _FAIL, []),
    # --- forgotten, and never counted
    (
        "faillock-incomplete",
        {"sshd": _UNIX + _DENY + _RESETS},
        [
            "sshd:3:18 warning: failures are forgotten here, and no line of `auth` counts them",
        ],
    ),
    ("faillock-incomplete", {"cron": _UNIX + _DENY + _RESETS}, []),
    ("faillock-incomplete", {"sshd": "auth required pam_sss.so\n" + _RESETS}, []),
    ("faillock-incomplete", {"sshd": _UNIX + "account required pam_unix.so\n"}, []),
    # --- a condition that leads past another one, and not past the count
    (
        "failure-not-counted",
        _PRE + _REGULAR + _LOCAL + _UNIX + _REGULAR_ONLY + _FAIL + _DENY,
        ["test:6:20 error: a wrong password can be refused without being counted here"],
    ),
    (
        "failure-not-counted",
        {
            "test": "auth substack nested\n"
            + (_PRE + _REGULAR + _LOCAL + _UNIX + _REGULAR_ONLY + _FAIL + _DENY),
            "nested": "auth optional pam_permit.so\n",
        },
        [],
    ),
    # --- a module that asks nobody but its own users
    (
        "no-new-password",
        {"common-password": _HOME + _STORES},
        [f"common-password:2:31 error: {_NO_WORD}"],
    ),
    ("no-new-password", {"passwd": _HOME + _STORES}, [f"passwd:2:31 error: {_NO_WORD}"]),
    ("no-new-password", {"passwd": _HOME.replace("sufficient", "required") + _STORES}, []),
    (
        "no-new-password",
        {"passwd": "password requisite pam_pwquality.so\n" + _HOME + _STORES},
        [],
    ),
    # --- a tool and its `other`
    (
        "tool-refuses-root",
        {"chpasswd": "account required pam_permit.so\n"},
        ["chpasswd:1:1 note: `chpasswd` leaves `auth` to an `other` that is not here"],
    ),
    # --- a user who does not exist
    (
        "unknown-user-told",
        {"common-auth": "auth [success=ok default=1] pam_tally2.so\n" + _UNIX + _DENY},
        ["common-auth:3:15 note: `common-auth` asks for something else if there is no such user"],
    ),
    (
        "unknown-user-told",
        {
            "common-auth": "auth [default=1 success=ok] pam_tally2.so onerr=succeed\n"
            + _UNIX
            + _DENY
        },
        [],
    ),
    (
        "unknown-user-told",
        {
            "common-auth": "auth requisite pam_localuser.so\n" + _UNIX,
            "login": "auth include common-auth\n",
        },
        [],
    ),
    # --- a group that everybody must be in
    ("wheel-for-all", {"common-auth": _SPARED + "auth required pam_wheel.so\n" + _UNIX}, []),
    (
        "wheel-for-all",
        {"common-auth": _SPARED + _UNIX + "auth required pam_wheel.so\n"},
        [
            "common-auth:3:15 warning: every service that includes this file refuses who is not in"
            " the group"
        ],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_this_and_no_more(
    rule: str, files: dict[str, str | None] | str, expected: list[str]
) -> None:
    assert expected == messages(files, rule)


def test_a_module_that_asks_its_own_users_alone_leaves_the_others_without_a_password() -> None:
    judge = "password requisite pam_pwquality.so\n"
    claims = [
        verify(NEW_TOKEN_IS_THERE, chains(text), known()).holds
        for text in (_HOME + _STORES, judge + _HOME + _STORES, _HOME)
    ]
    assert claims == [False, True, True]


def test_a_directory_that_has_a_say_now_is_stricter() -> None:
    before, after = (
        chains(f"account required pam_unix.so\naccount {line}\naccount optional pam_permit.so\n")
        for line in (
            "sufficient pam_sss.so",
            "required pam_sss.so ignore_unknown_user ignore_authinfo_unavail",
        )
    )
    assert compare(before, after, Primitive.ACCT_MGMT, known()).verdict == "stricter"


def test_options_of_a_counter_that_is_gone_have_their_place_too() -> None:
    files = "account required pam_tally.so deny=0\nauth required pam_tally.so deny=0\n"
    expected = ["test:1:31 warning: `deny` means nothing in `account`"]
    assert expected == messages(files, "option-in-wrong-facility")


def test_a_tool_is_left_to_the_other_of_debian() -> None:
    files: dict[str, str | None] = {"chpasswd": "password required pam_unix.so\n"}
    assert linted(files, "tool-refuses-root", dialect=DEBIAN).findings == ()


def test_a_program_of_a_whole_system_has_a_policy() -> None:
    rule, start = "program-without-policy", "auth sufficient pam_rootok.so\n"
    lacks = "`runuser` is installed and has no policy `runuser{}`: it gets the lines of `other`"
    login = f"runuser-l:1:1 note: {lacks.format('-l')}"
    expected = [
        ([f"runuser:1:1 note: {lacks.format('')}", login], _RUNUSER),
        ([login], {**_RUNUSER, "runuser": start}),
        ([], {**_RUNUSER, "runuser": start, "runuser-l": start}),
        ([], _SYSTEM),
    ]
    assert expected == [(messages(files, rule, whole=True), files) for _, files in expected]
    assert messages(_RUNUSER, rule) == []
