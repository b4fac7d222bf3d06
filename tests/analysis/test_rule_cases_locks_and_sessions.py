"""What rules about locks, factors, accounts, passwords and sessions find, beyond their pages."""

from __future__ import annotations

import pytest

from pamkit.analysis import passage
from pamkit.analysis.catalog import rule_file
from pamkit.analysis.explore import TooMany
from pamkit.analysis.rule import sections

from .trees import example, found, messages

_PRE = "auth required pam_faillock.so preauth\n"
_FAIL = "auth [default=die] pam_faillock.so authfail\n"
_UNIX = "auth sufficient pam_unix.so\n"
_SSS = "auth sufficient pam_sss.so use_first_pass\n"
_DENY = "auth required pam_deny.so\n"
_ACCOUNT = "account required pam_unix.so\n"
_MUST = "auth required pam_unix.so\n"
_PLAIN = _MUST + _ACCOUNT
_LOCK = _PRE + _UNIX + _FAIL + _DENY
_STORE = "password required pam_unix.so\n"
_ACCESS = "account required pam_access.so\n"
_PERMITTED = "account required pam_permit.so\n"
_KEYS: dict[str, str | None] = {
    "/etc/ssh/sshd_config": "PasswordAuthentication no\nKbdInteractiveAuthentication no\n",
    "/etc/login.defs": "PASS_MAX_DAYS 90\n",
}
_WHO = "auth [success=1 default=ignore] pam_succeed_if.so user ingroup spared\n"

CASES: list[tuple[str, dict[str, str | None] | str, list[str]]] = [
    # --- locks: halves of pam_faillock
    ("faillock-incomplete", "auth include gone\n" + _PRE, []),
    (
        "faillock-incomplete",
        _PRE + _UNIX + _DENY,
        ["test:1:15 error: no line of pam_faillock counts failures, so nobody is ever locked out"],
    ),
    ("faillock-incomplete", "auth required pam_debug.so\n" + _LOCK, []),
    ("faillock-incomplete", _UNIX + _PRE + _FAIL, []),
    (
        "faillock-incomplete",
        "auth optional pam_faillock.so preauth\n" + _UNIX + _FAIL,
        ["test:1:15 error: who is locked out gets in all the same, with the right password"],
    ),
    ("faillock-incomplete", _WHO + _LOCK, []),
    ("faillock-incomplete", "auth sufficient pam_rootok.so\n" + _LOCK, []),
    (
        "preauth-too-late",
        _MUST + _PRE + _FAIL,
        [
            "test:2:15 warning: whether the account is locked is looked at after the password was"
            " checked"
        ],
    ),
    (
        "preauth-too-late",
        "auth [success=1 default=ignore] pam_unix.so\n" + _PRE + _FAIL,
        [
            "test:2:15 error: whether the account is locked is looked at after the password was"
            " checked"
        ],
    ),
    ("preauth-too-late", _SSS + _LOCK, []),
    ("preauth-too-late", _UNIX + _FAIL + _DENY, []),
    # --- locks: ways around the count
    (
        "failure-not-counted",
        _PRE + "auth [success=2 default=1] pam_unix.so\n" + _FAIL + _DENY,
        ["test:3:20 error: a wrong password can be refused without being counted here"],
    ),
    ("failure-not-counted", _PRE + _UNIX + _DENY, []),
    ("failure-not-counted", _WHO + _LOCK, []),
    (
        "failure-not-counted",
        _PRE
        + _UNIX
        + "auth [default=1 success=ignore] pam_usertype.so isregular\n"
        + "auth [default=1] pam_faillock.so authfail\n"
        + _DENY,
        [],
    ),
    ("authfail-too-early", _UNIX + _DENY, []),
    ("authfail-too-early", "auth include gone\n" + _PRE + _UNIX + _FAIL + _SSS + _DENY, []),
    (
        "authfail-too-early",
        _PRE + _UNIX + "auth required pam_faillock.so authfail\n" + _SSS + _DENY,
        ["test:3:15 error: who is let in by `pam_sss` below has failed here, on record"],
    ),
    (
        "authfail-too-early",
        _PRE + _SSS + "auth [default=1 success=ignore] pam_localuser.so\n" + _FAIL + _UNIX + _DENY,
        [
            "test:4:20 error: `pam_unix` below is never asked about its users: their failure is"
            " counted here, and ends the chain"
        ],
    ),
    (
        "authfail-too-early",
        _PRE
        + "auth [default=1 success=ok] pam_localuser.so\n"
        + "auth required pam_faillock.so authfail\n"
        + _SSS
        + "auth required pam_faillock.so authsucc\n"
        + _DENY,
        [],
    ),
    # --- locks: what forgets
    ("failures-never-forgotten", _LOCK, []),
    (
        "failures-never-forgotten",
        {"swaylock": _LOCK + _ACCOUNT},
        [
            "swaylock:3:20 error: a successful login does not forget the failures that are counted"
            " here"
        ],
    ),
    ("failures-never-forgotten", {"crond": _LOCK + _ACCOUNT}, []),
    ("failures-never-forgotten", {"system-auth": _LOCK + _ACCOUNT}, []),
    ("failures-never-forgotten", "auth include gone\n" + _LOCK + _ACCOUNT, []),
    (
        "failures-never-forgotten",
        _PRE
        + "auth [success=1 default=bad] pam_unix.so\n"
        + _FAIL
        + "auth sufficient pam_faillock.so authsucc\n"
        + _DENY
        + _ACCOUNT,
        [],
    ),
    (
        "failures-never-forgotten",
        _LOCK + "account requisite pam_deny.so\naccount required pam_faillock.so\n",
        [],
    ),
    (
        "reset-without-attempt",
        {"cron": "account required pam_unix.so\naccount required pam_faillock.so\n"},
        [
            "cron:2:18 note: `cron` asks nobody for a password, and older versions forget failures"
            " here"
        ],
    ),
    ("reset-without-attempt", {"cron": _ACCOUNT, "sshd": "account required pam_faillock.so\n"}, []),
    ("tally-never-reset", "auth required pam_tally.so \\", []),
    ("tally-never-reset", {"login": "auth required pam_tally.so\n" + _PLAIN}, []),
    ("tally-never-reset", "auth required pam_tally.so\nauth required pam_unix.so\n", []),
    (
        "tally-never-reset",
        "auth required pam_tally.so\n" + _PLAIN + "account required pam_tally.so\n",
        [],
    ),
    # --- locks: settings
    ("faillock-lines-disagree", _PLAIN, []),
    (
        "faillock-lines-disagree",
        "auth required pam_faillock.so preauth deny=3\n"
        "auth required pam_faillock.so authfail deny=5\n",
        ["test:2:15 warning: `deny` is not the same as in the line above"],
    ),
    (
        "faillock-lines-disagree",
        "auth required pam_faillock.so preauth deny=3\nauth required pam_faillock.so authfail\n",
        [],
    ),
    (
        "faillock-lines-disagree",
        {
            "test": "auth required pam_faillock.so preauth deny=3\n",
            "/etc/security/faillock.conf": "deny = 10\n",
        },
        ["test:1:39 warning: `deny` is 3 here, and 10 in /etc/security/faillock.conf"],
    ),
    (
        "faillock-lines-disagree",
        {
            "test": "auth required pam_faillock.so preauth deny=3 conf=/etc/x\n",
            "/etc/security/faillock.conf": "deny = 10\n",
            "/etc/x": "deny = \0\n",
        },
        [],
    ),
    (
        "faillock-lines-disagree",
        {
            "test": "auth required pam_faillock.so preauth deny=3\n",
            "/etc/security/faillock.conf": "deny = \0\n",
        },
        [],
    ),
    (
        "root-locked-for-good",
        "auth required pam_faillock.so preauth even_deny_root unlock_time=0\n",
        ["test:1:39 warning: failed attempts lock root out for ever"],
    ),
    (
        "root-locked-for-good",
        "auth required pam_faillock.so preauth even_deny_root unlock_time=0 deny=0\n",
        [],
    ),
    ("root-locked-for-good", "auth required pam_faillock.so preauth even_deny_root\n", []),
    # --- locks: who is counted, and how often
    (
        "authsucc-ends-includer",
        {
            "sshd": "auth include x\nauth required pam_permit.so\nauth required pam_group.so\n",
            "x": "auth sufficient pam_faillock.so authsucc\n",
        },
        [
            "x:1:6 warning: success ends `sshd` here: `pam_group` below the include is passed over",
        ],
    ),
    (
        "authsucc-ends-includer",
        {
            "sshd": "auth include x\nauth required pam_permit.so\n",
            "x": "auth sufficient pam_faillock.so authsucc\n",
        },
        [],
    ),
    ("authsucc-ends-includer", {"sshd": "account required pam_unix.so\n"}, []),
    ("failure-counted-twice", _PRE + _UNIX + _FAIL + _FAIL, []),
    (
        "failure-counted-twice",
        _PRE
        + _UNIX
        + "auth required pam_faillock.so authfail dir=/a\n"
        + "auth required pam_faillock.so authfail dir=/b\n"
        + _DENY,
        [],
    ),
    ("faillock-without-rights", {"swaylock": _PRE + _UNIX + _DENY}, []),
    ("faillock-without-rights", {"sshd": _LOCK}, []),
    ("code-not-counted", "auth required pam_oath.so\n" + _MUST, []),
    # --- factors
    (
        "factor-alone-grants",
        "auth sufficient pam_u2f.so\n" + _MUST,
        ["test:1:17 note: `pam_u2f` lets in although the password is wrong"],
    ),
    ("factor-alone-grants", "auth required pam_oath.so\n", []),
    (
        "factor-alone-grants",
        "auth sufficient pam_rootok.so\nauth required pam_oath.so\n" + _MUST,
        [],
    ),
    (
        "unenrolled-let-by",
        "auth required pam_u2f.so nouserok\n"
        "auth required pam_u2f.so nouserok authfile=/etc/keys\n"
        "auth required pam_u2f.so nouserok authfile=keys\n"
        "auth [success=done ignore=ignore default=die] pam_google_authenticator.so nullok\n"
        "auth [success=2 default=die] pam_google_authenticator.so nullok secret=/etc/x\n"
        "auth required pam_google_authenticator.so nullok secret=${HOME}/x\n"
        "auth required pam_yubico.so nullok ldap_uri=ldap://x\n"
        "auth required pam_oath.so no_usersfile_okay\n"
        "auth required pam_oath.so\n"
        "session required pam_u2f.so nouserok\n",
        [
            "test:1:26 warning: users switch the second factor off by removing a file of theirs",
            "test:2:26 note: who is not enrolled needs no second factor",
            "test:3:26 warning: users switch the second factor off by removing a file of theirs",
            "test:4:75 warning: who has no factor may be let in: versions of"
            " `pam_google_authenticator` answer success",
            "test:5:58 error: who has no factor may be let in: versions of"
            " `pam_google_authenticator` answer success",
            "test:6:43 warning: users switch the second factor off by removing a file of theirs",
            "test:7:29 note: who is not enrolled needs no second factor",
            "test:8:27 note: who is not enrolled needs no second factor",
        ],
    ),
    ("optional-factor", "auth [success=1 default=ignore] pam_oath.so\n" + _MUST, []),
    ("bypassed-factor", _UNIX + "auth required pam_u2f.so\n", []),
    ("bypassed-factor", _MUST + "auth optional pam_u2f.so\n", []),
    (
        "bypassed-factor",
        {"a": "auth include b\nauth required pam_u2f.so\n", "b": _MUST},
        [],
    ),
    (
        "factor-missing",
        {
            "login": "auth required pam_unix.so\nauth required pam_oath.so\n",
            "su": "auth include gone\nauth required pam_unix.so\n",
            "sudo": "auth required pam_permit.so\n",
            "cron": _MUST,
        },
        [],
    ),
    ("same-factor-twice", _MUST + "auth required pam_unix.so use_first_pass\n", []),
    ("same-factor-twice", _UNIX + _SSS + _DENY, []),
    (
        "password-taken-for-code",
        "auth requisite pam_google_authenticator.so forward_pass\n"
        + _MUST
        + "auth required pam_oath.so use_first_pass\n",
        [],
    ),
    (
        "password-taken-for-code",
        _MUST + "auth required pam_google_authenticator.so try_first_pass\n",
        [],
    ),
    ("password-taken-for-code", "auth required pam_oath.so use_first_pass\n", []),
    (
        "factor-in-encrypted-home",
        "auth required pam_u2f.so\nauth optional pam_mount.so\nsession required pam_unix.so\n",
        ["test:1:15 note: `pam_u2f` looks into a home that `pam_mount` has yet to open"],
    ),
    ("factor-in-encrypted-home", "auth required pam_u2f.so\n", []),
    (
        "factor-in-encrypted-home",
        {"sudo": "auth required pam_u2f.so\nauth optional pam_mount.so\n"},
        [],
    ),
    # --- what is beside the mark
    (
        "account-check-left-out",
        {"x": _MUST, "sshd": "session required pam_unix.so\n", "other": _PERMITTED},
        [],
    ),
    ("account-check-left-out", {"sshd": _MUST, "other": "account optional pam_deny.so\n"}, []),
    ("account-check-skipped", "account sufficient pam_permit.so\n" + _ACCESS, []),
    ("account-check-skipped", _ACCOUNT + _ACCESS, []),
    (
        "account-check-skipped",
        {"a": "account substack b\n" + _ACCESS, "b": "account sufficient pam_localuser.so\n"},
        [],
    ),
    (
        "account-check-skipped",
        "account [success=1 default=ignore] pam_succeed_if.so user = x\n"
        + _ACCESS
        + "account sufficient pam_localuser.so\n",
        [],
    ),
    ("authfail-too-early", _LOCK, []),
    (
        "authsucc-ends-includer",
        {"a": "auth include b\nauth required pam_group.so\n", "b": _UNIX},
        [],
    ),
    (
        "authsucc-ends-includer",
        {
            "a": "auth include b\nauth required pam_group.so\n",
            "b": "auth required pam_faillock.so authsucc\n",
        },
        [],
    ),
    (
        "authsucc-ends-includer",
        "auth sufficient pam_faillock.so authsucc\nauth required pam_group.so\n",
        [],
    ),
    (
        "bypassed-factor",
        {"a": "auth include b\n" + _WHO + "auth required pam_u2f.so\n", "b": _MUST},
        [],
    ),
    ("bypassed-factor", {"a": "auth required pam_u2f.so\nauth include b\n", "b": _UNIX}, []),
    (
        "bypassed-factor",
        {
            "a": "auth include b\nauth required pam_u2f.so\n",
            "b": "auth sufficient pam_rootok.so\nauth required pam_unix.so\n",
        },
        [],
    ),
    (
        "change-without-store",
        "password required pam_pwquality.so\npassword sufficient pam_unix.so use_authtok\n"
        "password optional pam_deny.so\n",
        ["test:2:21 warning: if this refuses, the answer can be yes, and nothing is changed"],
    ),
    (
        "change-without-store",
        "password required pam_pwquality.so\npassword sufficient pam_exec.so /x\n",
        [],
    ),
    (
        "change-without-store",
        "password sufficient pam_unix.so\npassword sufficient pam_permit.so\n"
        "password required pam_deny.so\n",
        ["test:1:21 warning: if this refuses, the answer can be yes, and nothing is changed"],
    ),
    ("decoration-required", "auth required pam_mail.so\n", []),
    ("directory-not-asked", _SSS + _DENY + _ACCOUNT + "account required pam_x.so\n", []),
    (
        "directory-user-cannot-change",
        {"sshd": _SSS + "password required pam_unix.so\n"},
        [],
    ),
    (
        "directory-user-cannot-change",
        {"passwd": _SSS + "password required pam_unix.so\npassword required pam_x.so\n"},
        [],
    ),
    (
        "early-systemd",
        "session optional pam_systemd.so\nsession required pam_selinux.so close\n",
        [],
    ),
    ("environment-twice", _MUST + "session required pam_unix.so\n", []),
    ("expiry-stops-keys", {"login": _PLAIN, **_KEYS}, []),
    ("expiry-stops-keys", {"sshd": _PLAIN, **_KEYS, "/etc/login.defs": "PASS_MAX_DAYS x\n"}, []),
    (
        "expiry-stops-keys",
        {
            "sshd": _PLAIN,
            **_KEYS,
            "/etc/ssh/sshd_config": "PasswordAuthentication yes\nKbdInteractiveAuthentication no\n",
        },
        [],
    ),
    (
        "factor-alone-grants",
        "auth sufficient pam_oath.so\n" + _MUST + "auth required pam_google_authenticator.so\n",
        ["test:1:17 warning: `pam_oath` lets in although the password is wrong"],
    ),
    ("factor-missing", {"sshd": _MUST + "auth optional pam_oath.so\n", "login": _MUST}, []),
    ("factor-missing", {"sshd": "auth required pam_fprintd.so\n" + _MUST, "login": _MUST}, []),
    ("faillock-incomplete", "auth sufficient pam_u2f.so\n" + _LOCK, []),
    (
        "faillock-lines-disagree",
        "auth required pam_faillock.so preauth\nauth required pam_faillock.so authfail deny=5\n",
        [],
    ),
    (
        "faillock-lines-disagree",
        {
            "test": "auth required pam_faillock.so preauth deny=5 unlock_time=7\n",
            "/etc/security/faillock.conf": "deny = 5\n",
        },
        [],
    ),
    (
        "failure-counted-twice",
        "auth required pam_tally2.so\nauth required pam_tally2.so\n" + _MUST,
        ["test:2:15 warning: one wrong password is counted here for the second time"],
    ),
    ("failure-not-counted", "auth requisite pam_nologin.so\n" + _LOCK, []),
    (
        "failure-not-counted",
        _PRE + _UNIX + "auth sufficient pam_sss_gss.so\n" + _FAIL + _DENY,
        [],
    ),
    ("failure-not-counted", _PRE + "auth requisite pam_krb5.so\n" + _UNIX + _FAIL, []),
    ("failures-never-forgotten", _PRE + _PLAIN, []),
    (
        "ignored-account-refusal",
        "account sufficient pam_sss.so\naccount sufficient pam_localuser.so\n"
        "account sufficient pam_usertype.so issystem\n"
        "account sufficient pam_succeed_if.so user ingroup x\naccount required pam_deny.so\n",
        [],
    ),
    (
        "ignored-account-refusal",
        "account [success=1 default=ignore] pam_unix.so\naccount optional pam_sss.so\n"
        + _PERMITTED,
        [],
    ),
    (
        "ignored-account-refusal",
        "account required pam_nologin.so\naccount sufficient pam_sss.so\n" + _PERMITTED,
        ["test:2:9 warning: an account that `pam_sss` refuses gets in all the same"],
    ),
    (
        "job-with-login-session",
        {
            "sshd": "session include common-session\n",
            "cron": "session required common-session\n",
            "common-session-noninteractive": "session required pam_unix.so\n",
        },
        [],
    ),
    ("keyring-misused", {"login": "session required pam_unix.so\n"}, []),
    ("late-home", "session optional pam_motd.so\nsession required pam_mkhomedir.so\n", []),
    ("late-loginuid", "session required pam_limits.so\nsession required pam_loginuid.so\n", []),
    (
        "local-user-refused",
        _ACCOUNT + "account [default=bad success=ok user_unknown=ignore] pam_sss.so\n",
        [],
    ),
    (
        "login-without-session",
        {
            "cron": "session required pam_unix.so\n",
            "sshd": "-session optional pam_systemd.so\n",
        },
        [],
    ),
    ("loginuid-in-container", {"cron": "session required pam_unix.so\n", "/.dockerenv": "\n"}, []),
    (
        "namespace-order",
        "session required pam_namespace.so\nsession required pam_selinux.so close\n",
        [],
    ),
    ("no-new-password", "password required pam_gnome_keyring.so use_authtok\n", []),
    ("no-new-password", "password required pam_unix.so use_first_pass\n", []),
    (
        "no-new-password",
        "password required pam_pwhistory.so use_authtok\n",
        [
            "test:1:36 error: `pam_pwhistory` waits for a new password, and no line above asks for"
            " one"
        ],
    ),
    (
        "no-new-password",
        "password sufficient pam_unix.so use_authtok\npassword required pam_deny.so\n",
        ["test:1:33 error: `pam_unix` waits for a new password, and no line above asks for one"],
    ),
    ("nologin-missing", {"cron": _PLAIN}, []),
    ("old-password-not-asked", {"x": "password required pam_exec.so expose_authtok /x\n"}, []),
    (
        "old-password-not-asked",
        {"passwd": "password required pam_exec.so expose_authtok /x\n" + _STORE},
        [],
    ),
    ("optional-factor", "session optional pam_duo.so\n", []),
    ("optional-limits", "auth optional pam_limits.so\n", []),
    ("systemd-required", "auth required pam_systemd.so\n", []),
    (
        "passwd-by-itself",
        {"passwd": _STORE, "x": _STORE, "login": "password include x\n", "system-auth": _STORE},
        [],
    ),
    (
        "passwd-by-itself",
        {"passwd": _STORE, "system-auth": _MUST, "login": "auth include system-auth\n"},
        [],
    ),
    (
        "passwd-by-itself",
        {
            "passwd": "password required pam_permit.so\n",
            "system-auth": _STORE,
            "login": "password include system-auth\n",
        },
        [],
    ),
    (
        "password-not-handed-on",
        "auth required pam_fprintd.so\nsession optional pam_gnome_keyring.so\n",
        [],
    ),
    (
        "password-not-handed-on",
        {
            "system-auth": _UNIX
            + "auth optional pam_gnome_keyring.so\n"
            + _DENY
            + "session optional pam_gnome_keyring.so\n"
        },
        [
            "system-auth:4:18 note: no way of the right password leads to a line of"
            " `pam_gnome_keyring` in `auth`"
        ],
    ),
    (
        "password-taken-for-code",
        "auth optional pam_unix.so\nauth required pam_oath.so use_first_pass\n",
        [],
    ),
    (
        "quality-not-enforced",
        "password requisite pam_pwquality.so\n" + _STORE + "password required pam_cracklib.so\n",
        [],
    ),
    ("root-locked-for-good", "auth required pam_faillock.so preauth unlock_time=0\n", []),
    (
        "root-locked-for-good",
        "auth required pam_faillock.so authfail even_deny_root unlock_time=0\n",
        [],
    ),
    (
        "same-factor-twice",
        "auth [success=done default=die] pam_unix.so\nauth required pam_ldap.so\n",
        [],
    ),
    (
        "same-factor-twice",
        "auth [success=ok default=ignore] pam_unix.so\nauth required pam_ldap.so\n",
        [],
    ),
    (
        "selinux-order",
        "session optional pam_systemd.so\nsession required pam_selinux.so close\n",
        [],
    ),
    ("selinux-order", "session required pam_selinux.so open\n", []),
    ("session-cut-short", "session required pam_unix.so\nsession required pam_limits.so\n", []),
    ("stores-diverge", _STORE + "password required pam_userdb.so\n", []),
    ("stores-diverge", "password required pam_pwquality.so\npassword required pam_krb5.so\n", []),
    (
        "stores-diverge",
        "password [success=ok default=ignore] pam_unix.so\npassword required pam_krb5.so\n",
        [],
    ),
    (
        "stores-diverge",
        "password required pam_krb5.so\n" + _STORE,
        ["test:2:19 warning: if `pam_unix` refuses, `pam_krb5` has stored the password already"],
    ),
    (
        "user-environment-before-systemd",
        "auth required pam_env.so\nauth required pam_u2f.so\nsession optional pam_systemd.so\n",
        [],
    ),
    # --- account
    (
        "account-check-left-out",
        {"sshd": _MUST, "other": "account required pam_deny.so\n"},
        [
            "sshd:1:15 error: `sshd` has no lines of `account`; of those of `other`: they refuse"
            " everybody"
        ],
    ),
    (
        "account-check-left-out",
        {"imap": _MUST, "other": "account required pam_warn.so\naccount required pam_deny.so\n"},
        [
            "imap:1:15 note: `imap` has no lines of `account`; of those of `other`: they refuse"
            " everybody"
        ],
    ),
    (
        "account-check-left-out",
        {"sshd": _MUST, "other": "account required pam_warn.so\n"},
        [
            "sshd:1:15 error: `sshd` has no lines of `account`; of those of `other`: they refuse"
            " everybody"
        ],
    ),
    ("account-check-left-out", {"sshd": _MUST, "other": _ACCOUNT}, []),
    ("account-check-left-out", {"sshd": _MUST}, []),
    ("account-permit-only", {"sshd": _ACCOUNT, "x": "account required pam_permit.so\n"}, []),
    ("account-permit-only", {"sshd": "account include gone\n"}, []),
    (
        "account-permit-only",
        {
            "sudo": "account required pam_permit.so\naccount sufficient pam_permit.so\n",
            "gdm-autologin": "account required pam_permit.so\n",
        },
        ["sudo:1:18 warning: `sudo` checks no accounts: every line says yes to everybody"],
    ),
    (
        "account-check-skipped",
        "account sufficient pam_succeed_if.so uid < 1000\naccount required pam_access.so\n"
        "account sufficient pam_localuser.so\n" + _ACCOUNT,
        ["test:2:18 note: whoever passes `pam_succeed_if` above is not checked here"],
    ),
    (
        "account-check-skipped",
        "account sufficient pam_succeed_if.so uid = 0 use_uid\naccount required pam_access.so\n"
        + _ACCOUNT,
        [],
    ),
    (
        "account-check-skipped",
        "account sufficient pam_localuser.so\naccount optional pam_access.so\n" + _ACCOUNT,
        [],
    ),
    (
        "account-check-skipped",
        "account required pam_access.so\naccount sufficient pam_localuser.so\n"
        "account required pam_time.so\n" + _ACCOUNT,
        ["test:3:18 warning: whoever passes `pam_localuser` above is not checked here"],
    ),
    ("ignored-account-refusal", "account include gone\naccount optional pam_sss.so\n", []),
    ("ignored-account-refusal", _MUST, []),
    (
        "ignored-account-refusal",
        "account sufficient pam_sss.so\naccount required pam_deny.so\n",
        [],
    ),
    (
        "ignored-account-refusal",
        "account sufficient pam_localuser.so\naccount sufficient pam_ldap.so\n"
        "account [success=1 default=ignore] pam_succeed_if.so user ingroup x\n"
        "account required pam_deny.so\n" + _ACCOUNT,
        [],
    ),
    ("ignored-account-refusal", "account optional pam_sss.so\naccount required pam_x.so\n", []),
    ("local-user-refused", "account required pam_sss.so\n", []),
    (
        "local-user-refused",
        _ACCOUNT + "account required pam_krb5.so\naccount required pam_sss.so\n",
        [],
    ),
    ("local-user-refused", _ACCOUNT + "account required pam_sss.so ignore_unknown_user\n", []),
    (
        "local-user-refused",
        _ACCOUNT + "account sufficient pam_localuser.so\naccount required pam_sss.so\n",
        [],
    ),
    (
        "local-user-refused",
        "account requisite pam_deny.so\n" + _ACCOUNT + "account required pam_sss.so\n",
        [],
    ),
    (
        "local-user-refused",
        _ACCOUNT + "account required pam_winbind.so\naccount required pam_sss.so\n",
        ["test:2:9 error: no local user gets in: `pam_winbind` does not know them"],
    ),
    (
        "nologin-missing",
        {"login": _PLAIN},
        ["login:2:18 note: `login` lets users in while `/etc/nologin` closes the machine"],
    ),
    ("nologin-missing", {"login": _MUST}, []),
    ("nologin-missing", {"login": "auth include gone\n" + _PLAIN}, []),
    ("nologin-missing", {"login": _PLAIN + "account required pam_x.so\n"}, []),
    ("nologin-missing", {"login": "auth required pam_deny.so\n" + _ACCOUNT}, []),
    ("directory-not-asked", _SSS + _DENY + "account required pam_permit.so\n", []),
    (
        "directory-not-asked",
        "auth sufficient pam_ldap.so\n" + _SSS + _ACCOUNT + "account required pam_sss.so\n",
        ["test:3:18 note: `pam_ldap` checks passwords in `auth`, and is not asked about accounts"],
    ),
    (
        "expiry-stops-keys",
        {"sshd": _PLAIN, "/etc/ssh/sshd_config": "PasswordAuthentication yes\n"},
        [],
    ),
    (
        "expiry-stops-keys",
        {
            "sshd": _PLAIN,
            "/etc/ssh/sshd_config": "PasswordAuthentication=no\nMatch all\n"
            "KbdInteractiveAuthentication no\n",
            "/etc/login.defs": "PASS_MAX_DAYS 90\n",
        },
        [],
    ),
    (
        "expiry-stops-keys",
        {
            "sshd": _PLAIN,
            "/etc/ssh/sshd_config": "PasswordAuthentication no\n"
            "ChallengeResponseAuthentication no\n",
            "/etc/login.defs": "PASS_MAX_DAYS 99999\n",
        },
        [],
    ),
    (
        "nologin-missing",
        {
            "pam.conf": "login auth required pam_unix.so\nlogin account required pam_nologin.so\n"
            "SSHD auth required pam_unix.so\nsshd account required pam_unix.so\n"
        },
        ["/etc/pam.conf:4:23 note: `sshd` lets users in while `/etc/nologin` closes the machine"],
    ),
    (
        "nologin-missing",
        {"sshd": "auth include x\naccount include x\n", "x": _PLAIN},
        ["sshd:2:17 note: `sshd` lets users in while `/etc/nologin` closes the machine"],
    ),
    # --- password
    ("no-new-password", {"system-auth": "password required pam_unix.so use_authtok\n"}, []),
    (
        "no-new-password",
        "password required pam_x.so\npassword required pam_unix.so use_authtok\n",
        [],
    ),
    (
        "no-new-password",
        "password required pam_exec.so /x\npassword required pam_unix.so use_authtok\n",
        [],
    ),
    (
        "no-new-password",
        "password optional pam_sss.so use_authtok\npassword required pam_permit.so\n",
        [],
    ),
    ("no-new-password", "password required pam_permit.so\n", []),
    (
        "quality-not-enforced",
        "password optional pam_passwdqc.so enforce=none\npassword required pam_cracklib.so\n",
        ["test:1:35 error: `enforce=none` takes every password"],
    ),
    (
        "quality-not-enforced",
        "password optional pam_cracklib.so\npassword required pam_unix.so use_authtok\n",
        ["test:1:10 error: a password that `pam_cracklib` refuses is taken all the same"],
    ),
    (
        "quality-not-enforced",
        "password required pam_sss.so\npassword required pam_pwquality.so\n",
        [],
    ),
    ("change-without-store", "password required pam_permit.so\n", []),
    (
        "change-without-store",
        "password sufficient pam_unix.so\npassword sufficient pam_x.so\n"
        "password required pam_permit.so\n",
        ["test:2:21 warning: if this refuses, the answer can be yes, and nothing is changed"],
    ),
    (
        "change-without-store",
        "password required pam_unix.so\npassword optional pam_permit.so\n",
        [],
    ),
    (
        "stores-diverge",
        "password sufficient pam_unix.so\npassword required pam_krb5.so use_authtok\n",
        [],
    ),
    ("stores-diverge", "password required pam_unix.so\npassword required pam_unix.so\n", []),
    ("old-password-not-asked", {"passwd": "password required pam_exec.so /x\n"}, []),
    ("old-password-not-asked", {"passwd": "password include gone\n"}, []),
    ("directory-user-cannot-change", {"passwd": "password include gone\n"}, []),
    ("passwd-by-itself", {"passwd": "password include gone\n"}, []),
    ("passwd-by-itself", {"sshd": "password required pam_unix.so\n"}, []),
    (
        "old-password-not-asked",
        {"passwd": "password required pam_exec.so expose_authtok /x\npassword required pam_x.so\n"},
        [],
    ),
    (
        "directory-user-cannot-change",
        {"passwd": _SSS + "account required pam_sss.so\npassword required pam_permit.so\n"},
        [],
    ),
    ("directory-user-cannot-change", {"passwd": _PLAIN + "password required pam_unix.so\n"}, []),
    ("passwd-by-itself", {"passwd": "password required pam_unix.so\n"}, []),
    (
        "passwd-by-itself",
        {"passwd": "password include x\n", "x": "password required pam_unix.so\n"},
        [],
    ),
    # --- session
    (
        "selinux-order",
        "session optional pam_systemd.so\nsession required pam_selinux.so close\n"
        "session required pam_selinux.so open\n",
        [
            "test:2:18 warning: `pam_systemd` stands above `close`, and is closed in the context"
            " of the user"
        ],
    ),
    ("selinux-order", "session required pam_selinux.so\n", []),
    (
        "audit-identity-changed",
        {
            "login": "session required pam_loginuid.so\n",
            "su": "session required pam_limits.so\nsession required pam_loginuid.so\n",
        },
        ["su:2:18 error: `su` changes who is accountable for what follows"],
    ),
    ("late-loginuid", "session optional pam_systemd.so\nsession optional pam_exec.so /x\n", []),
    ("late-loginuid", "session required pam_loginuid.so\nsession required pam_loginuid.so\n", []),
    (
        "namespace-order",
        "session optional pam_namespace.so\n",
        ["test:1:9 warning: if it fails, the user works in the directories of all"],
    ),
    (
        "namespace-order",
        {
            "su": "session required pam_namespace.so\n",
            "sudo": "session required pam_namespace.so unmnt_remnt\n",
            "login": "session required pam_namespace.so\n",
        },
        ["su:1:18 warning: `su` stacks directories on those of who called"],
    ),
    ("namespace-order", "session required pam_unix.so\n", []),
    ("late-home", "session optional pam_mount.so\nsession optional pam_xauth.so\n", []),
    (
        "session-cut-short",
        "session sufficient pam_succeed_if.so user ingroup x\nsession required pam_limits.so\n",
        [],
    ),
    (
        "session-cut-short",
        {
            "a": "session substack b\nsession required pam_limits.so\n",
            "b": "session sufficient pam_unix.so\n",
        },
        [],
    ),
    ("session-cut-short", "session sufficient pam_unix.so\nsession optional pam_motd.so\n", []),
    ("session-cut-short", "session include gone\n", []),
    (
        "keyring-misused",
        {
            "login": "session optional pam_keyinit.so revoke\n",
            "su-l": "session optional pam_keyinit.so force revoke\n",
            "cron": "session optional pam_keyinit.so revoke\n",
        },
        ["login:1:18 warning: a login may share the keyring of the program that made it"],
    ),
    ("user-environment-before-systemd", "auth required pam_env.so user_readenv=1\n", []),
    (
        "user-environment-before-systemd",
        "session optional pam_systemd.so\nsession required pam_env.so user_readenv=1\n",
        [],
    ),
    (
        "user-environment-before-systemd",
        "session required pam_env.so user_readenv=1\nsession optional pam_elogind.so\n",
        ["test:1:29 warning: users choose the environment that `pam_elogind` reads"],
    ),
    (
        "password-not-handed-on",
        _UNIX + _DENY + "session optional pam_gnome_keyring.so auto_start\n"
        "session optional pam_gnome_keyring.so\n",
        [
            "test:3:18 note: no way of the right password leads to a line of `pam_gnome_keyring` in"
            " `auth`"
        ],
    ),
    (
        "password-not-handed-on",
        {"system-auth": _UNIX + _DENY + "session optional pam_ecryptfs.so unwrap\n"},
        [],
    ),
    (
        "password-not-handed-on",
        "auth include gone\n" + _MUST + "session optional pam_kwallet5.so\n",
        [],
    ),
    ("password-not-handed-on", "session optional pam_kwallet5.so\n", []),
    ("early-systemd", "session required pam_limits.so\n", []),
    ("login-without-session", {"login": "session required pam_unix.so\n"}, []),
    (
        "login-without-session",
        {
            "login": "session required pam_unix.so\nsession optional pam_x.so\n",
            "kde": _MUST,
            "sshd": "-session optional pam_systemd.so\n",
        },
        [],
    ),
    (
        "early-systemd",
        {
            "su": "session optional pam_systemd.so\n",
            "sudo": "session include x\n",
            "x": "session optional pam_systemd.so\n",
        },
        ["su:1:18 note: `su` works in a session that is there already"],
    ),
    (
        "early-systemd",
        "session optional pam_elogind.so\nsession required pam_selinux.so close\n"
        "session required pam_selinux.so open\n",
        ["test:1:18 note: the session is registered before `pam_selinux` below has set it up"],
    ),
    ("job-with-login-session", {"cron": "session include common-session\n"}, []),
    (
        "job-with-login-session",
        {
            "cron": "session required pam_unix.so\nsession include x\nsession include\n",
            "common-session-noninteractive": "session required pam_unix.so\n",
        },
        [],
    ),
    (
        "environment-twice",
        "auth required pam_env.so\nsession required pam_env.so envfile=/x\n",
        [],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_this_and_no_more(
    rule: str, files: dict[str, str | None] | str, expected: list[str]
) -> None:
    assert expected == messages(files, rule)


WHOLE: list[tuple[str, dict[str, str | None], list[str]]] = [
    (
        "account-check-left-out",
        {"sshd": _MUST},
        [
            "sshd:1:15 error: `sshd` has no lines of `account`; of those of `other`: there is none,"
            " so everybody is refused"
        ],
    ),
    (
        "faillock-lines-disagree",
        {"sshd": "auth required pam_faillock.so preauth deny=5\n" + _UNIX + _FAIL},
        ["sshd:3:20 warning: `deny` is not the same as in the line above"],
    ),
    ("access-without-rules", {"sshd": _ACCESS}, []),
    (
        "access-without-rules",
        {"sshd": "account required pam_time.so\n", "/etc/security/access.conf": "# nothing\n"},
        [],
    ),
    (
        "access-without-rules",
        {
            "sshd": "account required pam_access.so accessfile=/etc/x.conf\n",
            "/etc/x.conf": "# nothing\n",
            "/etc/security/access.d/x.conf": "-:ALL:ALL\n",
        },
        ["sshd:1:18 warning: the table has no rules, so everybody is let in from everywhere"],
    ),
    (
        "access-without-rules",
        {
            "sshd": "account required pam_access.so\n",
            "/etc/security/access.conf": "# nothing\n",
            "/etc/security/access.d/x.conf": "-:ALL:ALL\n",
        },
        [],
    ),
    (
        "access-without-rules",
        {
            "sshd": "account required pam_access.so accessfile=/etc/x.conf\n",
            "/etc/x.conf": "# nothing\n",
        },
        [
            "sshd:1:18 warning: the table has no rules, so everybody is let in from everywhere",
        ],
    ),
    (
        "nologin-missing",
        {"gdm": _PLAIN},
        ["gdm:2:18 note: `gdm` lets users in while `/etc/nologin` closes the machine"],
    ),
    (
        "loginuid-in-container",
        {"cron": "session required pam_loginuid.so\n"},
        [],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), WHOLE)
def test_in_a_whole_system_what_is_not_there_is_missed(
    rule: str, files: dict[str, str | None], expected: list[str]
) -> None:
    assert expected == messages(files, rule, whole=True)


_PARTS = (
    *("account-check-left-out", "account-check-skipped", "account-permit-only"),
    *("authfail-too-early", "authsucc-ends-includer", "bypassed-factor", "change-without-store"),
    *("code-not-counted", "directory-not-asked", "directory-user-cannot-change"),
    *("factor-alone-grants", "factor-missing", "failure-counted-twice", "failure-not-counted"),
    *("failures-never-forgotten", "faillock-incomplete", "ignored-account-refusal"),
    *("local-user-refused", "login-without-session", "namespace-order", "no-new-password"),
    *("nologin-missing", "old-password-not-asked", "passwd-by-itself", "password-not-handed-on"),
    *("preauth-too-late", "quality-not-enforced", "selinux-order", "session-cut-short"),
    "tally-never-reset",
)


@pytest.mark.parametrize("rule", _PARTS)
def test_a_service_of_which_a_part_is_not_there_is_not_judged(rule: str) -> None:
    gone = "".join(f"{facility} include gone\n" for facility in ("auth", "account", "password"))
    avoid = example(sections(rule_file(rule).page)["Avoid"])
    files = {
        name: text
        if text is None or name.startswith("/")
        else f"{gone}session include gone\n{text}"
        for name, text in avoid.items()
    }
    assert found(files, rule) == ()
    assert found(avoid, rule, whole=True) != ()


def test_where_there_is_too_much_to_look_at_nothing_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def too_many(*_: object, **__: object) -> None:
        raise TooMany

    files = _PRE + "auth requisite pam_unix.so\n" + _FAIL
    assert found(files, "failure-not-counted") != ()
    monkeypatch.setattr(passage, "explore", too_many)
    assert found(files, "failure-not-counted") == ()


def test_what_is_found_in_a_shared_file_is_found_once() -> None:
    bad = _PRE + _UNIX + "auth requisite pam_succeed_if.so uid >= 1000\n" + _FAIL + _DENY
    files = {
        "sshd": "auth include shared\n",
        "su": "auth sufficient pam_rootok.so\nauth include shared\n",
        "shared": bad,
    }
    assert messages(files, "failure-not-counted") == [
        "shared:4:20 error: a wrong password can be refused without being counted here"
    ]
