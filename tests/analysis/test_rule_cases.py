"""What each rule finds and leaves alone, beyond the examples of its page."""

from __future__ import annotations

import pytest

from pamkit.analysis import proved
from pamkit.analysis.explore import TooMany
from pamkit.policy.dialect import DEBIAN

from .trees import found, linted, messages

_UNIX = "auth required pam_unix.so\n"

CASES: list[tuple[str, dict[str, str | None] | str, list[str]]] = [
    # --- what reading finds
    ("unknown-facility", "@include other\n", ["test:1:1 error: facility `@include` is unknown"]),
    ("comment-continuation", "# a comment \\\n" + _UNIX, []),
    (
        "bracketed-include",
        "auth [default=1] substack x\n",
        ["test:1:18 error: this is a module named `substack`, not an include"],
    ),
    (
        "ignored-words",
        "auth include other \\\n x\n",
        ["test:2:2 warning: `x` after the file name is ignored"],
    ),
    # --- includes
    (
        "missing-include",
        {"a": "auth include b\n", "c": "auth include b\n"},
        ["a:1:1 note: `b` is not in this tree"],
    ),
    (
        "missing-include",
        {"a": "auth include system-auht\n", "system-auth": _UNIX},
        ["a:1:1 error: the file `system-auht` is not there"],
    ),
    (
        "include-adds-nothing",
        {"a": "auth include b\n" + _UNIX, "b": "session include c\n", "c": _UNIX},
        ["a:1:1 note: `b` has no `auth` entries", "b:1:1 warning: `c` has no `session` entries"],
    ),
    ("missing-other", "auth required pam_unix.so\n", []),
    ("jump-past-end", {"a": "auth [success=2 default=ignore] pam_unix.so\nauth include b\n"}, []),
    (
        "jump-past-end",
        {
            "a": "auth [success=2 default=ignore] pam_unix.so\nauth include b\n",
            "b": "auth requisite pam_deny.so\nauth required pam_permit.so\n",
        },
        [],
    ),
    (
        "jump-past-end",
        {"a": _UNIX, "other": "account [success=1 default=bad] pam_unix.so\n"},
        ["other:1:9 error: a jump over 1 links where 0 follow"],
    ),
    ("dead-pam-conf", {"a": _UNIX, "pam.conf": "# nothing\n"}, []),
    ("service-name-not-lowercase", {"A": _UNIX, "b": "auth include A\n"}, []),
    # --- modules
    (
        "module-removed-upstream",
        "auth optional pam_tally.so\n-auth required pam_stack.so\n",
        [
            "test:1:15 warning: `pam_tally` is no part of current systems: Linux-PAM 1.5"
            " removed it",
            "test:2:16 note: `pam_stack` is no part of current systems: Red Hat's libpam lost it"
            " when `include` came",
        ],
    ),
    (
        "module-removed-upstream",
        "session required pam_lastlog.so\nsession optional pam_console.so\n",
        [
            "test:1:18 note: `pam_lastlog` is no part of current systems: Linux-PAM 1.5.3 and newer"
            " do not build it by default",
            "test:2:18 note: `pam_console` is no part of current systems: Fedora gave it up for"
            " udev and logind",
        ],
    ),
    (
        "module-typo",
        "auth required pam_mysql\nauth required pam_mysql.so\nauth required mine.so\n"
        "auth required pam_ours.so\nauth required pam_mysq.so\nauth required\nauth include x\n"
        "session optional pam_libcap.so\n",
        [
            "test:1:15 error: `pam_mysql` is not found: libpam adds no `.so`",
            "test:5:15 error: no module `pam_mysq` is known",
            "test:8:18 error: no module `pam_libcap` is known",
        ],
    ),
    (
        "wrong-facility",
        "account required pam_env.so\nsession required pam_rootok.so\n"
        "account required pam_deny.so\nsession required pam_selinux.so close\n"
        "auth required pam_x.so\nsesion required pam_env.so\n",
        [
            "test:1:18 error: `pam_env` always fails in `account`",
            "test:2:18 error: `pam_rootok` has no function in `session`",
        ],
    ),
    (
        "unknown-option",
        "password required pam_unix.so remember 5\nauth required pam_faillock.so x\n"
        "auth required pam_tally.so no_magic_root\nauth required pam_faillock.so deny=x\n",
        [
            "test:1:31 warning: `pam_unix` knows no option `remember`",
            "test:1:40 warning: `pam_unix` knows no option `5`",
            "test:2:31 warning: `pam_faillock` knows no option `x`",
        ],
    ),
    (
        "option-in-wrong-facility",
        "password required pam_unix.so rounds=5\nauth required pam_x.so a\n"
        "auth required pam_unix.so\nsesion required pam_unix.so rounds=5\n",
        [],
    ),
    (
        "conflicting-options",
        "auth required pam_krb5.so try_first_pass use_first_pass\n"
        "password required pam_unix.so md5 md5\npassword required pam_x.so md5 sha512\n",
        ["test:1:42 warning: `use_first_pass` contradicts `try_first_pass`"],
    ),
    (
        "relative-program-path",
        "auth required pam_exec.so quiet LOG=/x /bin/true a\n"
        "auth required pam_exec.so quiet\nauth required pam_filter.so run1 filter\n",
        ["test:3:34 error: the program `filter` has no absolute path"],
    ),
    (
        "stock-test-modules",
        "auth required pam_debug.so auth=auth_err\nauth required pam_get_items.so\n"
        "session required pam_debug.so auth=auth_err\nsesion required pam_debug.so\n",
        [
            "test:2:15 error: `pam_get_items` is for tests and answers what it is told",
            "test:3:18 error: `pam_debug` is for tests and answers what it is told",
            "test:4:17 error: `pam_debug` is for tests and answers what it is told",
        ],
    ),
    ("onerr-succeed", "auth required pam_listfile.so item=user sense=deny file=/x\n", []),
    # --- controls
    (
        "ignore-not-listed",
        "auth [success=ok default=bad] pam_wheel.so trust\n"
        "auth [success=2 default=die] pam_nologin.so\nsession [success=ok default=bad] pam_env.so\n"
        "auth [default=bad] pam_wheel.so\nauth [success=ok default=bad] pam_group.so\n",
        [
            "test:2:6 warning: `pam_nologin` answers ignore when all is well, and is refused for"
            " it",
            "test:5:6 warning: `pam_group` answers ignore when all is well, and is refused for it",
        ],
    ),
    (
        "new-authtok-reqd-lost",
        "account [success=ok default=bad] pam_sss.so\n"
        "account [success=ok default=ignore] pam_sss.so\n"
        "account [success=ok default=ignore] pam_localuser.so\n"
        "auth [success=ok default=ignore] pam_sss.so\n"
        "account [success=ok default=ignore] pam_x.so\n",
        ["test:2:9 warning: that the password must be changed is lost when `pam_sss` says so"],
    ),
    (
        "new-authtok-reqd-lost",
        "account [success=1 default=ignore] pam_sss.so\naccount required pam_unix.so\n",
        ["test:1:9 note: that the password must be changed is lost when `pam_sss` says so"],
    ),
    (
        "default-ok",
        "session [default=ok] pam_permit.so\nauth [default=die auth_err=done] pam_x.so\n",
        ["test:2:6 note: `auth_err` is written as a yes, and refuses all the same"],
    ),
    ("glued-bracket-pairs", "auth [default=okk] pam_unix.so\n", []),
    (
        "deny-shadowed",
        "auth [default=2] pam_deny.so\nauth required pam_deny.so\n"
        "sesion optional pam_deny.so\nauth optional /opt/pam_deny.so\n",
        [],
    ),
    (
        "deny-shadowed",
        "account [default=bad auth_err=ignore] pam_deny.so\n",
        ["test:1:9 error: under `[default=bad auth_err=ignore]` pam_deny denies nothing"],
    ),
    # --- auth
    ("permit-in-auth", _UNIX + "auth optional pam_permit.so\n", []),
    (
        "permit-in-auth",
        "auth required pam_permit.so\n" + _UNIX,
        ["test:1:15 note: pam_permit says yes to everybody before anything was proved"],
    ),
    (
        "permit-in-auth",
        "auth [success=1 default=ignore] pam_permit.so\n" + _UNIX,
        ["test:1:33 warning: pam_permit passes over the lines below for everybody"],
    ),
    (
        "permit-in-auth",
        "auth sufficient pam_rootok.so\nauth sufficient pam_permit.so\n",
        ["test:2:17 warning: pam_permit ends the chain with a yes for everybody"],
    ),
    ("permit-in-auth", "auth [success=bad] pam_permit.so\nauth\n", []),
    ("permit-in-auth", "auth requisite pam_deny.so\nauth required pam_permit.so\n", []),
    ("permit-in-auth", "auth required pam_x.so\nauth required pam_permit.so\n", []),
    ("permit-in-auth", "auth required\nauth required pam_permit.so\n", []),
    ("permit-in-auth", {"gdm-autologin": "auth required pam_permit.so\n"}, []),
    (
        "permit-in-auth",
        {"x": "auth include gdm-autologin\n", "gdm-autologin": "auth required pam_permit.so\n"},
        [],
    ),
    ("permit-in-auth", {"x": "auth sufficient pam_permit.so\nauth include y\n"}, []),
    (
        "nullok",
        "auth required pam_unix.so nullok_secure\naccount required pam_unix.so nullok\n",
        ["test:1:27 warning: an empty password lets its account in"],
    ),
    (
        "rhosts-trust",
        "auth optional pam_rhosts.so\nauth [default=ignore] pam_rhosts.so\n",
        ["test:1:15 error: another machine's word lets users in without a secret"],
    ),
    (
        "rootok-outside-tools",
        {
            "sshd": "auth include x\nauth [default=ignore] pam_rootok.so\n",
            "x": "auth sufficient pam_rootok.so\n",
        },
        ["x:1:17 error: `sshd` runs as root for everybody, so everybody passes"],
    ),
    # --- session, password
    ("user-readenv", "session required pam_env.so user_readenv=1 user_readenv=0\n", []),
    ("unix-remember", "auth required pam_unix.so remember=5\npassword required pam_unix.so\n", []),
    (
        "weak-hash",
        "password required pam_unix.so md5 sha512\npassword required pam_unix.so\n"
        "auth required pam_unix.so md5\n",
        [],
    ),
    # --- what all outcomes together allow
    (
        "grant-without-proof",
        {"su": "auth sufficient pam_rootok.so\nauth required pam_unix.so\n"},
        [],
    ),
    (
        "grant-without-proof",
        {
            "useradd": "auth sufficient pam_rootok.so\nauth required pam_permit.so\n",
            "chsh": "auth sufficient pam_rootok.so\nauth required pam_permit.so\n",
        },
        [
            "chsh:2:15 error: `chsh` lets in who has proved nothing",
            "useradd:2:15 note: `useradd` lets in who has proved nothing",
        ],
    ),
    ("grant-without-proof", {"cron": "auth required pam_permit.so\n"}, []),
    ("grant-without-proof", {"common-auth": "auth required pam_permit.so\n"}, []),
    ("grant-without-proof", "auth sufficient pam_ours.so\nauth required pam_permit.so\n", []),
    ("grant-without-proof", "auth sufficient pam_ours.so\n", []),
    ("grant-without-proof", "auth required pam_debug.so\n", []),
    ("grant-without-proof", "account required pam_permit.so\n", []),
    ("grant-without-proof", "auth include x\nauth required pam_permit.so\n", []),
    (
        "grant-without-proof",
        "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\nauth required pam_unix.so\n",
        [],
    ),
    (
        "grant-without-proof",
        {"x": "auth include y-autologin\n", "y-autologin": "auth required pam_permit.so\n"},
        [],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_this_and_no_more(
    rule: str, files: dict[str, str | None] | str, expected: list[str]
) -> None:
    assert expected == messages(files, rule)


def test_all_places_that_miss_one_file_are_named_once() -> None:
    (finding,) = found({"a": "auth include b\n", "c": "auth include b\n"}, "missing-include")
    assert [str(span) for span, _ in finding.related] == ["/etc/pam.d/c:1:1"]


def test_an_include_of_all_facilities_may_add_to_some() -> None:
    files = {
        "su-l": "auth include su\n",
        "su": "@include x\n",
        "x": "session required pam_unix.so\n",
    }
    assert linted(files, "include-adds-nothing", dialect=DEBIAN).findings == ()


def test_a_usual_name_that_is_nearly_right_is_a_slip_of_the_pen() -> None:
    assert messages("auth include system-atuh\n", "missing-include") == [
        "test:1:1 error: the file `system-atuh` is not there"
    ]


def test_in_a_whole_system_every_missing_file_is_an_error() -> None:
    assert messages({"a": "auth include b\n"}, "missing-include", whole=True) == [
        "a:1:1 error: the file `b` is not there"
    ]


def test_a_service_that_takes_its_lines_from_another_file_is_named() -> None:
    files = {"sshd": "auth include x\n", "x": "auth sufficient pam_rootok.so\n"}
    (finding,) = found(files, "rootok-outside-tools")
    assert [str(span) for span, _ in finding.related] == ["/etc/pam.d/sshd:1:1"]


@pytest.mark.parametrize(
    ("policy", "rule", "advice"),
    [
        ("auth required pam_unxi.so\n", "module-typo", "did you mean `pam_unix.so`?"),
        (
            "password required pam_unix.so remember 5\n",
            "unknown-option",
            "write `remember=` and the value behind it, without a blank",
        ),
        ("auth required pam_faillock.so dney=3\n", "unknown-option", "did you mean `deny`?"),
        (
            "auth required pam_faillock.so xyzzy\n",
            "unknown-option",
            "`pamkit doc pam_faillock` lists them",
        ),
        ("# pamkit: allow nulok\n", "unknown-rule", "did you mean `nullok`?"),
        ("# pamkit: allow xyzzy\n", "unknown-rule", "`pamkit doc` lists the rules"),
        ("session optional pam_cap.so\n", "wrong-facility", "it belongs in `auth`"),
    ],
)
def test_the_help_line_says_what_was_meant(policy: str, rule: str, advice: str) -> None:
    assert advice == found(policy, rule)[0].help


def test_a_grant_without_proof_is_shown_line_by_line() -> None:
    policy = "auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\n"
    (finding,) = found(policy, "grant-without-proof")
    assert str(finding.span) == "/etc/pam.d/test:1:15"
    said = [said.partition(" answers ") for _, said in finding.related]
    assert [module for module, _, _ in said] == ["pam_faillock", "pam_unix"]
    assert said[0][2] == "success"


def test_a_service_with_too_many_runs_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def give_up(*_: object) -> None:
        raise TooMany

    monkeypatch.setattr(proved, "verify", give_up)
    assert found("auth required pam_permit.so\n", "grant-without-proof") == ()
