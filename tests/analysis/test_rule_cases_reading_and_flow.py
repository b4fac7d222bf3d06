"""What rules about reading, includes, modules, jumps and `auth` find, beyond their examples."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pytest

from pamkit.analysis import control_flow
from pamkit.analysis.catalog import chosen, rule_files
from pamkit.analysis.explore import TooMany
from pamkit.analysis.rules import falls_to_other, jump_without_record
from pamkit.analysis.surroundings import Mode
from pamkit.policy.dialect import DEBIAN, LINUX

from .trees import Moded, found, linted

_UNIX = "auth required pam_unix.so\n"
_SUFFICES = "auth sufficient pam_unix.so\n"
_SHUT = "auth requisite pam_deny.so\nauth required pam_permit.so\n"

Files = Mapping[str, str | None]


def _moded(bits: int, *, uid: int = 0, gid: int = 0, text: str = "") -> Moded:
    return Moded(text, Mode(uid, gid, bits))


_ELF = "/usr/lib/security/pam_unix.so"

CASES: list[tuple[str, Files | str, list[str]]] = [
    # --- words
    ("repeated-code", "auth [success=ok default=bad] pam_x.so\nauth required pam_x.so\n", []),
    (
        "repeated-code",
        "auth [success=ok success=done default=bad] pam_x.so\n",
        ["test:1:6 warning: `success` stands here more than once, and the last counts"],
    ),
    (
        "glued-comment",
        "auth required pam_unix.so# why\n##x\nauth required pam_unix.so #why\n"
        "auth required pam_unix.so#nullok for a while\n",
        ["test:4:26 warning: `#` begins a comment here: only `pam_unix.so` is left of the word"],
    ),
    ("invisible-character", "# “so”\nauth required pam_unix.so # “\n", []),
    (
        "invisible-character",
        "\ufeff# a policy\n\ufeffauth required pam_unix.so\n",
        [
            "test:1:1 error: a byte order mark is a part of this word",
            "test:2:1 error: a byte order mark is a part of this word",
        ],
    ),
    (
        "quoted-argument",
        "auth required pam_exec.so /bin/sh -c 'a b' user=\"x\n"
        'auth required pam_ours.so "x" y="z"\nauth required pam_ours.so "x y"\n'
        "auth required pam_ours.so [a='b c'] it's x=y\nauth include x \"y\"\n",
        [
            "test:1:38 warning: quotes mean nothing here: they are a part of the word",
            "test:3:27 warning: quotes mean nothing here: they are a part of the word",
        ],
    ),
    (
        "quoted-argument",
        "auth required pam_mysql.so a=[b] where=[x y\nauth required pam_mysql.so where=[x y]\n",
        ["test:2:28 warning: this bracket holds nothing together: it does not begin the word"],
    ),
    ("odd-case", "Sesion required pam_env.so\nauth [SUCCESS=ok] pam_env.so\n", []),
    (
        "odd-case",
        {"pam.conf": "Login auth OPTIONAL pam_unix.so\n"},
        ["/etc/pam.conf:1:12 note: `OPTIONAL` is not in small letters"],
    ),
    ("odd-case", "auth Include x\n", ["test:1:6 note: `Include` is not in small letters"]),
    (
        "no-final-newline",
        {"a": "auth required pam_unix.so", "b": ""},
        ["a:1:1 note: the last line does not end in a newline"],
    ),
    # --- includes
    (
        "include-mismatch",
        "session include common-session-noninteractive\nauth include common-users\n"
        "account include system-auth\nauth required pam_unix.so\nauth include\nsesion include x\n",
        [],
    ),
    (
        "include-outside",
        "auth include /etc/pam.d/x\nauth include /opt/x\nauth include /home/a/x\nauth include x\n"
        "auth required /opt/pam_x.so\nauth include\n",
        [
            "test:2:14 note: `/opt/x` lies outside of the directories of policies",
            "test:3:14 warning: `/home/a/x` lies outside of the directories of policies",
        ],
    ),
    ("open-other", {"other": "account required pam_permit.so\n", "a": _UNIX}, []),
    ("open-other", {"other": "auth required pam_ours.so\n"}, []),
    (
        "open-other",
        {"other": _UNIX},
        ["other:1:15 note: programs without a policy let in whoever knows a password"],
    ),
    ("falls-to-other", {"sshd": _UNIX, "other": "account required pam_unix.so\n"}, []),
    ("falls-to-other", {"sshd": _UNIX}, []),
    ("falls-to-other", {"sshd": "auth include x\n", "other": "account required pam_deny.so\n"}, []),
    (
        "falls-to-other",
        {"rexec": _UNIX, "other": "session required pam_deny.so\nauth required pam_deny.so\n"},
        [],
    ),
    ("falls-to-other", {"i3lock": _UNIX, "other": "account required pam_deny.so\n"}, []),
    (
        "shadowed-policy",
        {
            "/etc/pam.d/su": _UNIX,
            "/usr/lib/pam.d/su": "# the same\n" + _UNIX,
            "/etc/pam.d/a": "auth include x\nsesion include y\n",
            "/usr/lib/pam.d/a": "auth include x\nsesion include z\n",
            "/usr/share/pam/pam.d/b": "auth required\n",
            "/etc/pam.d/b": _moded(0o644, text=_UNIX),
        },
        [
            "a:1:1 note: this file counts for `a`, not `/usr/lib/pam.d/a`",
            "b:1:1 note: this file counts for `b`, not `/usr/share/pam/pam.d/b`",
        ],
    ),
    ("unused-shared-file", {"system-auth": "# nothing\n", "fingerprint-auth": _UNIX}, []),
    (
        "jump-into-include",
        {"a": "auth [success=1 default=ignore] pam_x.so\nauth include b\n" + _UNIX, "b": _UNIX},
        ["a:1:1 note: the jump counts the lines of `b` one by one"],
    ),
    (
        "jump-into-include",
        {
            "a": "auth include b\nauth include c\n" + _UNIX * 2,
            "b": "auth [success=1 default=2] pam_x.so\n",
            "c": _UNIX,
        },
        [],
    ),
    (
        "jump-into-include",
        {
            "a": "auth [success=3 default=2] pam_x.so\nauth include b\nauth include c\n",
            "b": _UNIX + "auth include b\n",
            "c": _UNIX,
        },
        ["a:1:1 note: the jump counts the lines of `b` one by one"],
    ),
    (
        "include-ends-chain",
        {
            "a": "auth include b\nauth required pam_oath.so\nauth sufficient pam_krb5.so\n",
            "b": "auth sufficient pam_unix.so\n",
        },
        [],
    ),
    (
        "include-ends-chain",
        {
            "a": "account include b\naccount required pam_access.so\n",
            "b": "account sufficient pam_unix.so\n",
        },
        ["a:2:18 warning: `pam_access` is never asked if `pam_unix` in an included file says yes"],
    ),
    # --- modules
    (
        "absent-module",
        {
            _ELF: "",
            "a": "auth required /opt/pam_x.so\nauth required /opt/pam_y.so\nauth required\n"
            "auth include b\nauth sufficient pam_oath.so\nsession optional pam_umask.so\n"
            "-session optional pam_x.so\nauth required $ISA/pam_unix.so\n",
            "/opt/pam_x.so": "",
        },
        [
            "a:2:15 error: `pam_y` is not installed: this line refuses everybody",
            "a:5:17 warning: `pam_oath` is not installed: libpam goes on without it",
            "a:6:18 note: `pam_umask` is not installed: libpam goes on without it",
        ],
    ),
    ("absent-module", _UNIX, []),
    ("absent-module", {"a": _UNIX, "/lib/security/pam_x.so": ""}, []),
    ("nothing-to-pass", "auth required pam_env.so\n" + _UNIX, []),
    ("nothing-to-pass", "auth required pam_env.so\nauth sufficient pam_unix.so\n", []),
    ("nothing-to-pass", "auth required pam_ours.so\nauth optional pam_unix.so\n", []),
    ("nothing-to-pass", {"gdm-greeter": "auth required pam_env.so\nauth optional pam_x.so\n"}, []),
    (
        "odd-value",
        "auth required pam_faillock.so deny=0\nauth required pam_tally2.so deny=\n"
        "session optional pam_umask.so umask=082\nsession optional pam_umask.so umask=22\n"
        "auth required pam_ours.so deny=0\nauth optional pam_faildelay.so\n"
        "auth required pam_faillock.so deny=3 silent\nauth optional pam_exec.so x\n",
        [
            "test:1:31 warning: `deny`: nobody is ever locked out",
            "test:2:29 warning: `deny`: `pam_tally2` cannot read this value",
            "test:3:31 warning: `umask`: this is no octal number",
        ],
    ),
    (
        "module-path",
        "auth required /lib/security/$ISA/pam_unix.so\nauth required /opt/pam_x.so\n"
        "auth include /lib/security/x\nauth required\n",
        ["test:1:15 note: `/lib/security/$ISA/pam_unix.so` is found on some machines only"],
    ),
    (
        "writable-trust-file",
        {
            "a": "auth required /opt/a/pam_x.so file=/etc/list file=x debug\n"
            "auth required pam_tally2.so file=/var/log/tallylog\nauth required\n"
            "auth required pam_exec.so /tmp/check /etc/list x\nauth required pam_exec.so run\n",
            "/opt/a/pam_x.so": _moded(0o755),
            "/opt/a": _moded(0o755, uid=7),
            "/etc/list": _moded(0o664, gid=7),
            "/var/log/tallylog": _moded(0o666),
            "/tmp/check": _moded(0o755),
            "/tmp": _moded(0o1777),
        },
        [
            "a:1:15 error: `/opt/a` can be written by others than root",
            "a:1:31 error: `/etc/list` can be written by others than root",
        ],
    ),
    (
        "writable-trust-file",
        {
            "a": _UNIX,
            _ELF: _moded(0o775, uid=1000, gid=1000),
            "/etc/passwd": _moded(0o664, uid=1000, gid=1000),
        },
        [],
    ),
    (
        "exec-as-caller",
        {
            "su": "auth optional pam_exec.so /x\nauth required pam_exec.so seteuid /x\n"
            "auth sufficient pam_exec.so /x\nauth [success=1 default=ignore] pam_exec.so /y\n"
            + _UNIX,
            "sshd": "auth required pam_exec.so /x\n",
        },
        [
            "su:3:17 warning: in `su` the program runs as the user who is checked",
            "su:4:33 warning: in `su` the program runs as the user who is checked",
        ],
    ),
    (
        "script-control",
        "session required pam_exec.so /x/mail_log.sh\nsession optional pam_exec.so /x/check\n"
        "session required pam_exec.so /x/check-mail\nauth required pam_exec.so\n"
        "auth required pam_exec.so /x/verify\n",
        [
            "test:1:9 warning: by its name `mail_log.sh` tells somebody something, and refuses if"
            " it cannot"
        ],
    ),
    (
        "duplicate-line",
        {
            "a": "auth [success=1 default=ignore] pam_localuser.so\nauth required pam_unix.so x\n"
            "auth [success=1 default=ignore] pam_localuser.so\nauth required pam_unix.so y\n"
            "session required pam_limits.so\nsession required pam_limits.so\n"
            "session required pam_env.so\nsession required pam_env.so\n",
        },
        ["a:6:18 note: `pam_limits` is asked twice in `a`"],
    ),
    ("duplicate-line", "auth sufficient pam_permit.so\n" + _UNIX * 2, []),
    (
        "user-owned-trust-file",
        "auth required pam_ssh_agent_auth.so file=~/.ssh/keys\n"
        "auth required pam_oath.so usersfile=${HOME}/.oath\n",
        ["test:2:27 error: users write the list that lets them in"],
    ),
    (
        "secret-in-policy",
        "auth required pam_google_authenticator.so secret=/etc/otp/${USER}\n"
        "auth required pam_x.so password= passwd=@PASSWD@ secret\nauth include x secret=y\n"
        "auth required pam_x.so Secret=geheim\n",
        ["test:4:24 error: `Secret=` gives away a secret to all who can read this file"],
    ),
    # --- controls
    (
        "success-refused",
        "auth [success=die default=die] pam_unix.so\nauth [success=bad] pam_succeed_if.so uid = 0\n"
        "session [success=bad] pam_unix.so\nsesion [success=bad] pam_unix.so\n"
        "account [success=bad default=ignore] pam_unix.so\n",
        ["test:5:9 warning: whoever `pam_unix` lets pass is refused"],
    ),
    (
        "jump-miscount",
        "auth [success=2 default=ignore] pam_krb5.so\nauth [success=2 default=ignore] pam_unix.so\n"
        + _SHUT,
        [
            "test:2:1 warning: this line and the one above it go on at different lines when they"
            " succeed"
        ],
    ),
    (
        "jump-miscount",
        "auth [success=2 default=ignore] pam_krb5.so\nauth required pam_env.so\n"
        "auth [success=2 default=ignore] pam_unix.so\nauth [success=1 default=die] pam_sss.so\n"
        + _SHUT,
        [],
    ),
    (
        "jump-miscount",
        "auth [success=3 default=ignore] pam_u2f.so\nauth [success=1 default=ignore] pam_unix.so\n"
        "auth requisite pam_deny.so\nauth required pam_oath.so\nauth required pam_permit.so\n",
        [],
    ),
    (
        "jump-miscount",
        "auth required\naccount [success=1 default=ignore] pam_unix.so\naccount substack x\n"
        "account required\n",
        [],
    ),
    (
        "jump-miscount",
        {
            "a": "account [success=1 default=ignore] pam_unix.so\naccount substack x\n"
            "account required\n",
            "x": "account required pam_unix.so\n",
        },
        ["a:1:1 error: success of `pam_unix` leads to the line that refuses"],
    ),
    (
        "jump-without-record",
        "auth [success=1 default=ignore] pam_unix.so\n"
        + _SHUT
        + "account [success=1 default=ignore] pam_unix.so\naccount required pam_deny.so\n",
        ["test:4:1 error: success of `pam_unix` leads to no yes"],
    ),
    (
        "jump-without-record",
        {"a": "auth [success=1 default=ignore] pam_unix.so\nauth include x\n"},
        [],
    ),
    (
        "jump-without-record",
        {
            "a": "auth substack system-auth\n" + _UNIX,
            "system-auth": "auth [success=1 default=ignore] pam_unix.so\n"
            "auth required pam_deny.so\n",
        },
        [],
    ),
    (
        "jump-without-record",
        "auth [success=1 default=ignore] pam_unix.so\nauth required pam_debug.so\n",
        ["test:1:1 error: success of `pam_unix` leads to no yes"],
    ),
    (
        "skipped-check",
        {
            "a": "auth required pam_nologin.so\nauth sufficient pam_unix.so\n"
            "auth required pam_nologin.so\n",
            "b": "auth sufficient pam_unix.so\nauth required pam_access.so\n"
            "auth sufficient pam_sss.so\nauth required pam_deny.so\n",
            "c": "auth sufficient pam_unix.so\nauth required pam_access.so\nauth substack x\n",
            "d": "auth sufficient pam_rootok.so\nauth required pam_wheel.so\n" + _UNIX,
            "e": "auth sufficient pam_fprintd.so\nauth required pam_wheel.so\n",
            "f": "auth sufficient pam_ours.so\nauth required pam_env.so\n",
            "x": _UNIX,
        },
        [],
    ),
    (
        "skipped-check",
        "account sufficient pam_unix.so\naccount required pam_access.so\n"
        "account optional pam_time.so\n",
        ["test:2:18 warning: `pam_access` is never asked if `pam_unix` above says yes"],
    ),
    ("skipped-check", {"a": "auth include b\nauth required pam_access.so\n", "b": _SUFFICES}, []),
    (
        "caught-substack",
        {
            "a": "auth substack x\nauth optional pam_warn.so\nauth substack y\n"
            "auth [default=ignore] pam_warn.so\nauth substack x\nauth [default=ignore] pam_x.so\n",
            "x": _UNIX,
            "y": "auth optional pam_unix.so\n",
        },
        [],
    ),
    (
        "reset-used",
        {
            "a": "auth substack x\nauth [default=reset] pam_env.so\n",
            "x": "auth optional pam_x.so\n",
        },
        ["a:2:6 note: `reset` forgets what the lines above have said"],
    ),
    (
        "telltale-requisite",
        {
            "sshd": _UNIX + "auth requisite pam_localuser.so\n",
            "ftp": "auth requisite pam_localuser.so\nauth required pam_permit.so\n",
            "su": "auth requisite pam_localuser.so\n" + _UNIX,
            "cron": "auth requisite pam_localuser.so\n" + _UNIX,
            "login": "auth requisite pam_nologin.so\nauth required pam_localuser.so\n" + _UNIX,
            "x": "auth requisite pam_localuser.so\nauth required pam_ours.so\n",
        },
        ["x:1:6 note: whom `pam_localuser` refuses is not asked for a password, and so told apart"],
    ),
    (
        "gate-behind-prompt",
        {
            "a": "auth required pam_nologin.so\n" + _UNIX + "auth required pam_nologin.so\n",
            "b": _UNIX + "auth optional pam_access.so\nauth required pam_unix.so x\n",
        },
        [],
    ),
    ("all-optional", {"common-auth": "auth optional pam_permit.so\n"}, []),
    ("all-optional", {"gdm-autologin": "auth optional pam_permit.so\n"}, []),
    ("all-optional", "auth optional pam_permit.so\nauth include x\n", []),
    ("all-optional", "auth optional pam_unix.so\naccount optional pam_permit.so\n", []),
    ("all-optional", "auth optional pam_env.so\nauth sufficient pam_unix.so\n", []),
    (
        "all-optional",
        "auth optional pam_unix.so\nauth optional pam_ours.so\n",
        ["test:1:15 warning: no `auth` line of `test` must be passed: one yes is enough"],
    ),
    (
        "all-optional",
        "auth optional pam_permit.so\n",
        ["test:1:15 error: no `auth` line of `test` must be passed: one yes is enough"],
    ),
    # --- who gets in
    (
        "grant-without-proof",
        "auth required pam_pkcs11.so\nauth optional pam_permit.so\n",
        ["test:2:15 error: `test` lets in who has proved nothing"],
    ),
    (
        "grant-without-proof",
        "auth optional pam_unix.so\nauth required pam_permit.so\n",
        ["test:2:15 error: `test` lets in who has proved nothing"],
    ),
    (
        "needs-network",
        {
            "login": "auth [success=done default=die] pam_sss.so\n"
            "account required pam_sss.so ignore_unknown_user\n",
            "sshd": _UNIX + "account required pam_unix.so\naccount required pam_access.so\n",
            "su": "auth sufficient pam_unix.so\nauth required pam_sss.so\n"
            "account sufficient pam_localuser.so\naccount required pam_sss.so\n",
            "x": "account required pam_ldap.so\n",
        },
        [],
    ),
    (
        "needs-network",
        {"login": "auth requisite pam_radius_auth.so\nauth required pam_unix.so\n"},
        [],
    ),
    (
        "needs-network",
        {
            "login": "auth [default=die authinfo_unavail=bad success=ignore user_unknown=ignore]"
            " pam_sss.so\n" + _UNIX
        },
        ["login:1:76 warning: `login` lets root in only while other machines answer"],
    ),
    (
        "condition-grants",
        {
            "a": "auth sufficient pam_succeed_if.so user ingroup nopasswdlogin\n" + _UNIX,
            "b": _UNIX + "auth sufficient pam_localuser.so\nauth required pam_oath.so\n",
            "c": "auth required pam_ours.so\nauth sufficient pam_localuser.so\n",
            "d": "auth sufficient pam_localuser.so\nauth include nothing\n",
            "e": "auth requisite pam_deny.so\nauth sufficient pam_localuser.so\n",
            "cron": "auth sufficient pam_localuser.so\n",
            "su": "auth sufficient pam_succeed_if.so use_uid user ingroup wheel\n" + _UNIX,
        },
        ["su:1:17 warning: `pam_succeed_if` lets people in for who they say they are"],
    ),
    (
        "nothing-to-use",
        {
            "system-auth": "auth sufficient pam_sss.so use_first_pass\n",
            "a": "auth required pam_ours.so\nauth required pam_unix.so use_first_pass\n",
            "b": _UNIX,
            "c": "auth required pam_unix.so use_first_pass\n",
            "d": _UNIX + "auth include c\n",
        },
        [],
    ),
    (
        "asked-twice",
        {
            "a": "auth sufficient pam_unix.so\nauth sufficient pam_sss.so\n",
            "b": "auth requisite pam_unix.so\nauth required pam_ldap.so try_first_pass\n",
            "c": "auth sufficient pam_unix.so\nauth sufficient pam_ldap.so\nauth include x\n",
        },
        [],
    ),
    (
        "local-trust-from-elsewhere",
        {
            "sshd": "auth required pam_sepermit.so\nauth sufficient pam_wheel.so\n"
            "auth sufficient pam_wheel.so trust\n",
            "sudo": "auth sufficient pam_timestamp.so\n",
        },
        ["sshd:3:17 error: `pam_wheel` speaks of this machine, not of who uses `sshd`"],
    ),
    (
        "wheel-trust",
        "auth required pam_wheel.so trust\naccount sufficient pam_wheel.so trust\n"
        "auth [success=1 default=ignore] pam_wheel.so trust\n",
        ["test:3:46 warning: members of the group need no password"],
    ),
    (
        "wheel-without-trust",
        "auth sufficient pam_wheel.so trust\nauth required pam_wheel.so\n"
        "auth [ignore=1 default=ignore success=ok] pam_wheel.so\n"
        "auth [default=ignore] pam_wheel.so\n",
        [],
    ),
    ("wheel-group-missing", {"su": "auth required pam_wheel.so\n"}, []),
    (
        "wheel-group-missing",
        {"su": "auth required pam_wheel.so\n", "/etc/group": "wheel:x:10:\n"},
        [],
    ),
    (
        "wheel-group-missing",
        {
            "su": "auth required pam_wheel.so\n",
            "/etc/group": "root:x:0:\n",
            "/etc/nsswitch.conf": "passwd: files\ngroup: files sss\n",
        },
        [],
    ),
    ("root-locked-out", {"login": "account required pam_unix.so\n"}, []),
    ("root-locked-out", {"sshd": "auth requisite pam_succeed_if.so uid >= 1000\n" + _UNIX}, []),
    (
        "root-locked-out",
        {"login": "auth requisite pam_succeed_if.so uid >= 1000\n" + _UNIX, "sudo": _UNIX},
        ["login:1:16 warning: no service lets root in, not even with the right password"],
    ),
    (
        "system-accounts-log-in",
        {
            "sshd": "auth required pam_ours.so\naccount required pam_unix.so\n",
            "su": _UNIX,
            "login": "account required pam_unix.so\n",
        },
        [],
    ),
    (
        "keys-pass-by",
        {
            "sshd": "auth required pam_oath.so\n",
            "/etc/ssh/sshd_config": "UsePAM yes\n",
            "/etc/ssh/sshd_config.d/a.conf": "PubkeyAuthentication=no\n",
        },
        [],
    ),
    (
        "keys-pass-by",
        {"sshd": "auth required pam_oath.so\n", "login": "auth required pam_oath.so\n"},
        [],
    ),
    ("keys-pass-by", {"sshd": _UNIX, "/etc/ssh/sshd_config": "UsePAM yes\n"}, []),
    (
        "credentials-passed-by",
        {
            "a": "auth [success=1 default=ignore] pam_succeed_if.so uid < 1000\n"
            "auth optional pam_group.so\n" + _UNIX,
            "b": _UNIX + "auth optional pam_group.so\n",
            "c": "auth sufficient pam_rootok.so\n" + _UNIX + "auth optional pam_group.so\n",
            "d": "auth optional pam_group.so\nauth include nothing\n",
        },
        [],
    ),
    (
        "setcred-fails",
        {
            "common-auth": "auth required pam_exec.so /x\n",
            "cron": "auth required pam_exec.so /x\n",
            "a": "account required pam_unix.so\n",
            "b": "auth required pam_ours.so\nauth include nothing\n",
            "c": "auth sufficient pam_succeed_if.so uid = 0\n" + _UNIX,
            "d": "auth required pam_ours.so\n",
            "e": "auth required pam_debug.so\n",
        },
        [],
    ),
    (
        "setcred-fails",
        "auth sufficient pam_rootok.so\nauth sufficient pam_succeed_if.so uid = 0\n",
        ["test:2:17 error: `test` can let somebody in, and setcred fails then"],
    ),
    (
        "unknown-user-told",
        {
            "sshd": "auth required pam_ours.so\n",
            "login": "auth requisite pam_localuser.so\n" + _UNIX,
            "ssh": "auth requisite pam_localuser.so\nauth include nothing\n",
        },
        [],
    ),
    (
        "uncounted-attempts",
        {
            "sshd": "auth required pam_sss.so\n",
            "ssh": "auth required pam_ours.so\n" + _UNIX,
            "su": _UNIX,
            "login": "auth required pam_faillock.so preauth\n" + _UNIX,
            "common-auth": _UNIX,
            "ftp": "auth include nothing\n" + _UNIX,
        },
        [],
    ),
]
"""A rule, files of a whole system, or a service `test`, and what is found."""


def _said(files: Files | str, rule: str, *, whole: bool) -> list[str]:
    return [
        f"{each.span.file.removeprefix('/etc/pam.d/')}:{each.span.line}:{each.span.column}"
        f" {each.severity.name.lower()}: {each.message}"
        for each in found(files, rule, whole=whole)
    ]


_NEEDS_WHOLE = frozenset(
    {
        *("unused-shared-file", "absent-module", "wheel-group-missing"),
        *("root-locked-out", "keys-pass-by"),
    }
)
"""Rules that say nothing of a part of a system."""


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_this_and_no_more(rule: str, files: Files | str, expected: list[str]) -> None:
    assert expected == _said(files, rule, whole=rule in _NEEDS_WHOLE)


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("FLOW-07", "grant-without-proof"),
        ("FLOW-19", "grant-without-proof"),
        ("AUTH-19", "grant-without-proof"),
        ("INC-05", "unknown-facility"),
        ("INC-08", "jump-into-include"),
    ],
)
def test_a_number_of_the_list_names_the_rule_that_looks_for_it(number: str, rule: str) -> None:
    assert [rule] == [file.rule.name for file in chosen(rule_files(), (number,))]


def test_what_debian_includes_is_an_error_elsewhere() -> None:
    files = {"test": "@include common-auth\n", "common-auth": _UNIX}
    (finding,) = linted(files, "INC-05", dialect=LINUX).findings
    said = "only Debian's libpam knows `@include`; here it is an entry that must fail"
    assert said == finding.help
    assert linted(files, "INC-05", dialect=DEBIAN).findings == ()


def test_a_jump_counts_in_setcred_in_some_dialects_only() -> None:
    policy = {
        "test": "auth [success=1 default=die] pam_unix.so\nauth optional pam_env.so\n"
        "auth required pam_succeed_if.so uid >= 1000\n"
    }
    assert linted(policy, "setcred-fails", dialect=LINUX).findings == ()
    (finding,) = linted(policy, "setcred-fails", dialect=DEBIAN).findings
    assert str(finding.span) == "/etc/pam.d/test:3:15"


def test_the_lines_that_a_finding_is_about_are_named() -> None:
    files = {"a": "auth include b\nauth required pam_access.so\n", "b": _SUFFICES}
    (finding,) = found(files, "include-ends-chain")
    assert [str(span) for span, _ in finding.related] == ["/etc/pam.d/b:1:17"]


def test_a_secret_is_not_shown() -> None:
    (finding,) = found("auth required pam_mysql.so passwd=hunter2\n", "secret-in-policy")
    assert "hunter2" not in f"{finding.message} {finding.help}"


@pytest.mark.parametrize(
    ("rule", "place", "files"),
    [
        (
            jump_without_record,
            jump_without_record,
            {"a": "auth [success=1 default=ignore] pam_unix.so\nauth required pam_deny.so\n"},
        ),
        (
            falls_to_other,
            control_flow,
            {"sshd": _UNIX, "other": "account required pam_deny.so\n"},
        ),
    ],
)
def test_what_has_too_many_runs_is_left_alone(
    rule: ModuleType, place: ModuleType, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_: object, **__: object) -> None:
        raise TooMany

    assert found(files, rule.RULE.name)
    monkeypatch.setattr(place, "explore", give_up)
    assert found(files, rule.RULE.name) == ()
