"""What rules about services and companion files find and leave alone, beyond their examples."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from pamkit.analysis import explore
from pamkit.analysis.surroundings import Mode

from .trees import Moded, found, linted

_UNIX = "auth required pam_unix.so\n"
_PASSWD = "root:x:0:0::/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/zsh\n"

_WROTE = "Module: unix\n[success=end default=ignore]\tpam_unix.so nullok\n"
_BLOCK = """# here are the per-package modules (the "Primary" block)
auth\t[success=1 default=ignore]\tpam_unix.so nullok
auth requisite pam_deny.so
auth required pam_permit.so
# and here are more per-package modules (the "Additional" block)
# end of pam-auth-update config
"""

Files = Mapping[str, str | None]


def _moded(bits: int, *, uid: int = 0, text: str = "") -> Moded:
    return Moded(text, Mode(uid, 0, bits))


CASES: list[tuple[str, Files, list[str]]] = [
    # --- whose files are
    ("writable-policy", {"sshd": _UNIX}, []),
    (
        "writable-policy",
        {"sshd": _UNIX, "/etc/security/limits.conf": _moded(0o644, uid=7)},
        [
            "error: `/etc/security/limits.conf` can be written by others than root"
            " (mode 0644, owner 7, group 0)"
        ],
    ),
    (
        "private-policy",
        {"swaylock": "auth include x\n" * 2, "vlock": "auth include x\n", "x": _moded(0o640)},
        ["warning: `swaylock` runs as the user, who cannot read this file (mode 0640)"],
    ),
    ("private-policy", {"sshd": _moded(0o600, text=_UNIX)}, []),
    ("private-policy", {"swaylock": "auth include x \\\n", "x": _moded(0o640)}, []),
    # --- what a tool owns
    ("authselect-drift", {"system-auth": _UNIX, "/etc/authselect/system-auth": "x\n"}, []),
    (
        "authselect-drift",
        {"/etc/authselect/authselect.conf": "sssd\n", "system-auth": _UNIX},
        [],
    ),
    # --- lists
    (
        "missing-securetty",
        {"login": "auth required pam_securetty.so\n", "/etc/securetty": _moded(0o666)},
        ["error: `/etc/securetty` can be written by everybody: root is refused"],
    ),
    (
        "missing-shells",
        {
            "ftp": "auth required pam_shells.so\n",
            "/etc/shells": "# shells\n/bin/sh\n",
            "/etc/passwd": _PASSWD + "daemon:x:1:1::/:/usr/sbin/nologin\nbob:x:1001:1::/:\n",
        },
        ["note: `alice` is refused: `/bin/zsh` is not in `/etc/shells`"],
    ),
    ("missing-shells", {"ftp": "auth required pam_shells.so\n"}, []),
    ("missing-shells", {"ftp": "auth optional pam_shells.so\n", "/etc/passwd": _PASSWD}, []),
    # --- tables
    ("bad-limits", {"/etc/security/limits.conf": "* hard nofile lots\n", "a": _UNIX}, []),
    (
        "bad-limits",
        {
            "a": "session required pam_limits.so\n",
            "/etc/security/limits.conf": "# none\n\n@x -\n* soft nofile 20\n* hard nofile 10\n"
            "* - nproc unlimited\nx hard\n",
            "/etc/security/limits.d/10-x.conf": "* firm core 0\n* soft bore 0\n",
            "/etc/security/limits.d/README": "nothing of the kind\n",
            "/etc/security/limits.d/20-y.conf": "",
        },
        [
            "error: the hard limit 10 is below the soft one, 20",
            "error: expected a domain, a type, an item and a value",
            "error: unknown limit type `firm`",
            "error: unknown limit item `bore`",
        ],
    ),
    ("dead-access-rule", {"/etc/security/access.conf": "-:ALL:ALL\n+:x:ALL\n", "a": _UNIX}, []),
    (
        "dead-access-rule",
        {
            "a": "account required pam_access.so accessfile=/etc/x\n",
            "/etc/security/access.conf": "-:ALL:ALL\n+:x:ALL\n",
        },
        [],
    ),
    (
        "dead-access-rule",
        {
            "a": "account required pam_access.so\n",
            "/etc/security/access.conf": "nonsense\n+:x:ALL\n-:ALL:ALL\n",
        },
        ["warning: bad field count"],
    ),
    ("powerful-group", {"a": _UNIX, "/etc/security/group.conf": "*;*;*;Al0000-2400;wheel\n"}, []),
    (
        "powerful-group",
        {
            "a": "auth optional pam_group.so\n",
            "/etc/security/group.conf": "*;*;*\n# x\nlogin;*;\\\n*;Al0000-2400;disk, floppy\n",
        },
        ["warning: `disk` is as good as root, and is given for a login"],
    ),
    (
        "open-instance-parent",
        {"a": "session required pam_namespace.so ignore_instance_parent_mode\n"}
        | {"/etc/security/namespace.conf": "/tmp /tmp-inst/ user\n", "/tmp-inst": _moded(0o755)},
        [],
    ),
    (
        "open-instance-parent",
        {"a": "session required pam_namespace.so\n"}
        | {
            "/etc/security/namespace.conf": "# x\n/tmp tmpfs tmpfs\n/a\n$HOME $HOME/i/ user\n"
            "/tmp /tmp-inst/ user\n/var/tmp /var-inst/ level root\n",
            "/tmp-inst": _moded(0o000),
            "/var-inst": _moded(0o000, uid=4),
        },
        ["error: `/var-inst` has the mode 0000 and the owner 4"],
    ),
    (
        "open-opasswd",
        {"a": "password required pam_unix.so\npassword required pam_unix.so remember=3\n"}
        | {"/etc/security/opasswd": _moded(0o644)},
        ["warning: `/etc/security/opasswd` holds old passwords and has the mode 0644"],
    ),
    (
        "open-opasswd",
        {"a": "password required pam_pwhistory.so file=/etc/old\n"}
        | {"/etc/old": _moded(0o600), "/etc/security/opasswd": _moded(0o644)},
        [],
    ),
    # --- what else is configured
    ("weak-hash-by-default", {"a": "password required pam_unix.so\n"}, []),
    (
        "weak-hash-by-default",
        {"a": "password required pam_unix.so\n" + _UNIX, "/etc/login.defs": "UMASK 022\n"},
        ["warning: the line names no hash, and `/etc/login.defs` names no method"],
    ),
    (
        "weak-hash-by-default",
        {"a": "password required pam_unix.so sha512\n", "/etc/login.defs": "UMASK 022\n"},
        [],
    ),
    ("backend-without-module", {"a": _UNIX, "/etc/nsswitch.conf": "group: sss\n"}, []),
    (
        "backend-without-module",
        {
            "a": "auth required pam_sss.so\naccount required pam_ldap.so\n",
            "/etc/nsswitch.conf": "passwd: files # sss\n",
        },
        ["note: `pam_sss` is asked, and `/etc/nsswitch.conf` does not name `sss`"],
    ),
    (
        "backend-without-module",
        {"a": "auth include b \\\n", "/etc/nsswitch.conf": "passwd: files sss\n"},
        [
            "note: users of `sss` cannot log in: no policy names `pam_sss`",
        ],
    ),
    ("pam-not-used", {"a": _UNIX, "/etc/ssh/sshd_config": "UsePAM no\n"}, []),
    (
        "pam-not-used",
        {
            "sshd": _UNIX,
            "/etc/ssh/sshd_config": "# UsePAM no\nPort 22\nUsePAM yes\nusepam no\n"
            "PermitEmptyPasswords=yes\nMatch User x\nUsePAM no\n",
        },
        ["warning: sshd lets accounts without a password try"],
    ),
    (
        "quality-set-twice",
        {
            "a": "password requisite pam_pwquality.so retry=3 minlen=9 enforce_for_root\n",
            "/etc/security/pwquality.conf": "# x\nretry = 3\n",
            "/etc/security/pwquality.conf.d/10.conf": "minlen = 12\nretry = 5\n",
        },
        ["warning: `minlen` is 9 here, and 12 in `/etc/security/pwquality.conf.d/10.conf`"],
    ),
    ("program-gone", {"vsftpd": _UNIX, "/usr/bin/su": ""}, []),
    # --- sessions, as benchmarks want them
    ("loginuid-missing", {"su": "session required pam_unix.so\n"}, []),
    ("loginuid-missing", {"sshd": _UNIX}, []),
    (
        "umask-missing",
        {"login": "session optional pam_umask.so umask=020\nsession optional pam_umask.so\n"},
        ["warning: everybody may write what is new (umask 020)"],
    ),
    ("umask-missing", {"login": "session optional pam_umask.so umask=x\n"}, []),
    ("umask-missing", {"cron": "session required pam_unix.so\n"}, []),
    ("limits-missing", {"systemd-user": "session required pam_unix.so\n"}, []),
    (
        "limits-missing",
        {"cron": "session required pam_unix.so\n"},
        ["warning: `limits.conf` does not hold for `cron`"],
    ),
    # --- templates
    (
        "template-leftover",
        {"a": 'auth required pam_x.so {include if "with-x"}\nauth required pam_y.so a@b.c @\n'},
        ['error: `{include if "with-x"}` was left by a template'],
    ),
    ("template-leftover", {"a": "auth required pam_x.so {{ open\n# {{ said }}\n"}, []),
    (
        "template-leftover",
        {"a": "auth required @MODULE@\nauth required pam_x.so {if x\n"},
        ["error: `@MODULE@` was left by a template"],
    ),
    # --- what pam-auth-update makes
    (
        "common-file-edited",
        {"common-auth": _BLOCK, "/var/lib/pam/account": _WROTE},
        [],
    ),
    ("common-file-edited", {"common-auth": _UNIX, "/var/lib/pam/auth": _WROTE}, []),
    (
        "common-file-edited",
        {"common-auth": "auth optional pam_mine.so\n" + _BLOCK, "/var/lib/pam/auth": _WROTE},
        [],
    ),
    (
        "common-file-edited",
        {
            "common-auth": _BLOCK.replace("auth requisite pam_deny.so\n", ""),
            "/var/lib/pam/auth": _WROTE,
        },
        [
            "warning: a line that pam-auth-update wrote is gone, and it leaves the file alone"
            " for that"
        ],
    ),
    (
        "profile-line-without-module",
        {
            "a": _UNIX,
            "/usr/share/pam-configs/x": "Name: x\nAuth-Type: Primary\nAuth:\n\t[success=end]\n"
            "\trequired\tpam_x.so\n",
        },
        ["error: `[success=end]` names no module"],
    ),
    (
        "profile-jumps-out",
        {
            "a": _UNIX,
            "/usr/share/pam-configs/x": "Name: x\nSession-Type: Additional\nSession:\n"
            "\t[success=1 default=ignore] pam_x.so\n\trequired pam_y.so\n",
        },
        [],
    ),
    # --- services
    ("wheel-for-all", {"su": "auth required pam_wheel.so\n"}, []),
    ("wheel-for-all", {"common-auth": "auth optional pam_wheel.so\n" + _UNIX}, []),
    (
        "unlike-twin",
        {"su": _UNIX + "auth required pam_oath.so\n", "su-l": _UNIX},
        [
            "warning: `su-l` lets by in `auth` who is refused by `su`",
        ],
    ),
    ("unlike-twin", {"su": _UNIX, "su-l": "auth include not-there\n"}, []),
    ("unlike-twin", {"su": _UNIX, "su-l": "auth required pam_nobody_knows.so\n"}, []),
    ("unlike-twin", {"su": _UNIX + "auth x \\\n", "su-l": _UNIX}, []),
    ("locker-needs-root", {"swaylock": "auth optional pam_loginuid.so\n" + _UNIX}, []),
    (
        "tool-refuses-root",
        {"chpasswd": "password required pam_unix.so\n"},
        ["note: `chpasswd` leaves `auth` and `account` to an `other` that is not here"],
    ),
    (
        "tool-refuses-root",
        {"chpasswd": "auth required pam_deny.so\naccount required pam_permit.so\n"},
        ["note: `chpasswd` refuses everybody in `auth`, root as well"],
    ),
    (
        "forgotten-cron",
        {
            "cron": "account required pam_access.so\n",
            "/etc/security/access.conf": "nonsense\n+:root EXCEPT x:cron\n-:ALL:ALL\n",
        },
        [],
    ),
    (
        "forgotten-cron",
        {"cron": "account required pam_access.so\n", "/etc/security/access.conf": "+:x:y\n"},
        [],
    ),
    (
        "forgotten-cron",
        {
            "cron": "account optional pam_access.so\n",
            "sshd": "account required pam_access.so\n",
            "/etc/security/access.conf": "+:x:y\n-:ALL:ALL\n",
        },
        [],
    ),
]


@pytest.mark.parametrize(("rule", "files", "expected"), CASES)
def test_a_rule_finds_this_and_no_more(rule: str, files: Files, expected: list[str]) -> None:
    said = [f"{each.severity.name.lower()}: {each.message}" for each in found(files, rule)]
    assert expected == said


def test_what_is_found_beside_the_policies_is_shown_with_its_line() -> None:
    files: Files = {
        "a": "session required pam_limits.so\n",
        "/etc/security/limits.conf": "\n* hard nofile lots\n",
    }
    report = linted(files, "bad-limits")
    assert [report.line(each) for each in report.findings] == ["* hard nofile lots"]


def test_twins_that_are_too_much_to_look_at_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explore, "MOST", 1)
    files: Files = {"su": _UNIX + "auth required pam_oath.so\n", "su-l": _UNIX}
    assert found(files, "unlike-twin") == ()
