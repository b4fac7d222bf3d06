"""What a review of all rules over the corpus found wrong, each with the policy that showed it."""

from __future__ import annotations

import pytest

from pamkit.analysis.catalog import rule_files
from pamkit.analysis.said_once import SAYS_MORE

from .trees import found

_TOOL = "auth sufficient pam_rootok.so\nauth required pam_permit.so\n"
_SYSTEMD = "session required pam_systemd.so\n"
_ASKS = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n"
_MAKES_HOME = "session optional pam_oddjob_mkhomedir.so\n"
_ADMITS = "auth sufficient pam_permit.so\naccount required pam_permit.so\n"


CASES: list[tuple[tuple[str, ...], dict[str, str | None], list[str]]] = [
    # SUSE's useradd, Gentoo's groupadd and chage: nobody but root can do anything with them.
    (("grant-without-proof",), {"useradd": _TOOL}, ["note grant-without-proof"]),
    (("permit-in-auth",), {"useradd": _TOOL}, ["note permit-in-auth"]),
    (("grant-without-proof",), {"chage": _TOOL}, ["note grant-without-proof"]),
    (("grant-without-proof",), {"chsh": _TOOL}, ["error grant-without-proof"]),
    # What Gentoo, Arch and Void include into services that root starts.
    (("permit-in-auth",), {"system-services": _ADMITS}, ["note permit-in-auth"]),
    (
        ("permit-in-auth",),
        {"sshd": "auth include system-services\n", "system-services": _ADMITS},
        ["warning permit-in-auth"],
    ),
    # Greeters are nothing without logind, and nobody logs in through them.
    (("systemd-required",), {"sddm-greeter": _SYSTEMD, "gdm-launch-environment": _SYSTEMD}, []),
    (("systemd-required",), {"sddm": _SYSTEMD}, ["warning systemd-required"]),
    # A word of FreeBSD's does no harm.
    (("unknown-option",), {"a": "auth required pam_unix.so no_warn\n"}, ["note unknown-option"]),
    # SIMP's fingerprint-auth refuses those whom a wrong password elsewhere has locked out.
    (
        ("faillock-incomplete",),
        {"a": "auth required pam_faillock.so preauth\nauth required pam_fprintd.so\n"},
        [],
    ),
    # SIMP's pam_namespace is about /tmp; a home that is made now has nothing for pam_ecryptfs.
    (("late-home",), {"a": f"session required pam_namespace.so\n{_MAKES_HOME}"}, []),
    (
        ("late-home",),
        {
            "a": f"session required pam_namespace.so\n{_MAKES_HOME}",
            "/etc/security/namespace.conf": "$HOME $HOME/$USER.inst/ user root\n",
        },
        ["error late-home"],
    ),
    (("late-home",), {"a": f"session optional pam_ecryptfs.so\n{_MAKES_HOME}"}, []),
    # libpam keeps the code of a refusal under `ok` and `done`; pam_ccreds has examples of it.
    (
        ("default-ok",),
        {"a": "auth [default=done] pam_ccreds.so action=validate\n"},
        ["note default-ok"],
    ),
    (("default-ok",), {"a": "auth [default=ok] pam_unix.so\n"}, ["warning default-ok"]),
    # polkit's helper opens no session.
    (("limits-missing", "umask-missing"), {"polkit-1": _ASKS}, []),
    (("limits-missing",), {"sudo": _ASKS}, ["warning limits-missing"]),
]
"""What is asked, of which files, and what is found in them."""


@pytest.mark.parametrize(("rules", "files", "expected"), CASES)
def test_what_the_review_found_wrong_is_right(
    rules: tuple[str, ...], files: dict[str, str | None], expected: list[str]
) -> None:
    said = [f"{each.severity.name.lower()} {each.rule}" for each in found(files, *rules)]
    assert expected == sorted(said)


@pytest.mark.parametrize(
    ("option", "advice"),
    [
        ("min=4", "did you mean `minlen`?"),
        ("yescrip", "did you mean `yescrypt`?"),
        ("no", "`pamkit doc pam_unix` lists them"),
    ],
)
def test_an_option_that_was_cut_short_is_completed(option: str, advice: str) -> None:
    files: dict[str, str | None] = {"a": f"password required pam_unix.so {option}\n"}
    assert [advice] == [each.help for each in found(files, "unknown-option")]


ONCE: list[tuple[dict[str, str | None], list[str]]] = [
    (
        {"sshd": "auth sufficient pam_permit.so\nauth required pam_unix.so\n"},
        ["1 grant-without-proof", "2 dead-line"],
    ),
    ({"sshd": "auth sufficient pam_succeed_if.so uid >= 1000\n"}, ["1 condition-grants"]),
    ({"rsh": "auth required pam_rhosts.so\n"}, ["1 rhosts-trust"]),
    ({"a": "auth [success=1 default=bad] pam_unix.so\n"}, ["1 jump-past-end"]),
    (
        {"a": "auth [success=1 default=ignore] pam_permit.so\nauth required pam_unix.so\n"},
        ["1 permit-in-auth", "2 never-succeeds"],
    ),
    (
        {"a": "account sufficient pam_winbind.so\naccount required pam_time.so\n"},
        ["2 account-check-skipped"],
    ),
    (
        {"a": "auth required pam_tally.so onerr=succeed deny=0\nauth required pam_unix.so\n"},
        ["1 module-removed-upstream"],
    ),
    (
        {"su": "auth sufficient pam_wheel.so trust\nauth required pam_unix.so\n"},
        ["1 wheel-trust"],
    ),
    ({"a": "auth requird pam_unix.so\n"}, ["1 unknown-control"]),
    ({"other": "auth required pam_permit.so\n"}, ["1 grant-without-proof"]),
    # What is less bad does not hide what is worse.
    (
        {"a": "-account required pam_tally.so onerr=succeed\naccount required pam_unix.so\n"},
        ["1 module-removed-upstream", "1 onerr-succeed"],
    ),
    # Nor does what a comment allows.
    (
        {
            "rsh": "auth required pam_rhosts.so  # pamkit: allow rhosts-trust -- a museum\n",
        },
        ["1 grant-without-proof"],
    ),
]
"""Policies with one mistake that several rules see, and what is said of them."""

_ABOUT = sorted(
    {"wheel-trust", *SAYS_MORE, *(each for more in SAYS_MORE.values() for each in more)}
)


@pytest.mark.parametrize(("files", "expected"), ONCE)
def test_a_mistake_is_said_once(files: dict[str, str | None], expected: list[str]) -> None:
    assert expected == [f"{each.span.line} {each.rule}" for each in found(files, *_ABOUT)]


def test_rules_that_say_more_are_rules() -> None:
    assert {file.rule.name for file in rule_files()} >= set(_ABOUT)
