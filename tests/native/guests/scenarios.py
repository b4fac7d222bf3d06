"""Native modules at work: policies, calls, and what is typed; the same for every subject."""

from __future__ import annotations

from typing import NamedTuple

SCRATCH = "/var/tmp"
"""Covered by a file system of the player's own, where all that modules touch lies."""

HOME = f"{SCRATCH}/home"
PASSWORD = "open sesame"
# sha256crypt of the password with few rounds: hashing is not what is tried here.
SETTING = "$5$rounds=1000$saltsalt$"

FILES = {
    "pam_env.conf": "GREETING DEFAULT=hello OVERRIDE=@{PAM_USER}\nEMPTY DEFAULT=\n",
    "limits.conf": "* - nofile 200\nalice hard core 0\n",
    "access.conf": "+:alice:ALL\n-:ALL:ALL\n",
    "time.conf": "guests;*;!bob;Al0000-2400\n",
    "motd": "welcome aboard\n",
    "namespace.conf": f"{SCRATCH}/poly {SCRATCH}/inst/ user root\n",
    "echo": "you are %u on %t\n",
    "skel/.profile": "# nothing\n",
}
"""Laid out in the scratch directory before each scenario."""

S = SCRATCH
ALL = ("authenticate", "setcred", "acct_mgmt", "open_session", "close_session", "chauthtok")
ESTABLISH, DELETE, SILENT = 2, 4, 0x8000


class Scenario(NamedTuple):
    """A policy, a user or none, the calls, and the answers typed in turn."""

    policy: str
    calls: tuple[tuple[str, int], ...]
    user: str | None = "alice"
    answers: tuple[str, ...] = ()
    items: tuple[tuple[str, str], ...] = ()


def _every(module: str) -> str:
    return "".join(f"{f} required {module}\n" for f in ("auth", "account", "session", "password"))


def _calls(*names: str) -> tuple[tuple[str, int], ...]:
    return tuple((name, ESTABLISH if name == "setcred" else 0) for name in names)


_FAILLOCK = f"dir={S}/tally deny=2 unlock_time=600 audit nodelay"

SCENARIOS = {
    "permit": Scenario(_every("pam_permit.so"), _calls(*ALL)),
    "permit asks who": Scenario(_every("pam_permit.so"), _calls(*ALL), None, ("carol",)),
    "permit, nobody says who": Scenario(_every("pam_permit.so"), _calls("authenticate"), None),
    "deny": Scenario(_every("pam_deny.so"), _calls(*ALL)),
    "debug": Scenario(
        "auth optional pam_debug.so auth=perm_denied cred=cred_err\n"
        "auth required pam_permit.so\n"
        "account required pam_debug.so acct=acct_expired\n"
        "session required pam_debug.so open_session=success close_session=session_err\n"
        "password required pam_debug.so prechauthtok=try_again\n",
        _calls(*ALL),
    ),
    "env": Scenario(
        _every(f"pam_env.so conffile={S}/pam_env.conf readenv=0 debug"),
        _calls("authenticate", "setcred", "open_session", "close_session"),
    ),
    "limits": Scenario(
        f"session required pam_limits.so conf={S}/limits.conf debug\n",
        _calls("open_session", "close_session"),
    ),
    "faillock": Scenario(
        f"auth required pam_faillock.so preauth {_FAILLOCK}\n"
        "auth [success=1 default=ignore] pam_unix.so nodelay\n"
        f"auth [default=die] pam_faillock.so authfail {_FAILLOCK}\n"
        f"auth required pam_faillock.so authsucc {_FAILLOCK}\n"
        f"account required pam_faillock.so {_FAILLOCK}\n",
        _calls("authenticate", "authenticate", "authenticate", "acct_mgmt"),
        answers=("wrong", "wrong too", PASSWORD),
    ),
    "access, one who may": Scenario(
        f"account required pam_access.so accessfile={S}/access.conf debug\n", _calls("acct_mgmt")
    ),
    "access, one who may not": Scenario(
        f"account required pam_access.so accessfile={S}/access.conf\n",
        _calls("acct_mgmt"),
        "bob",
        items=(("rhost", "elsewhere.example"), ("tty", "pts/99")),
    ),
    "time": Scenario(
        f"account required pam_time.so conffile={S}/time.conf debug\n", _calls("acct_mgmt")
    ),
    "time is up": Scenario(
        f"account required pam_time.so conffile={S}/time.conf debug\n", _calls("acct_mgmt"), "bob"
    ),
    "exec": Scenario(
        "auth optional pam_exec.so stdout expose_authtok"
        " /bin/sh -c [cat; echo $PAM_TYPE $PAM_USER $PAM_TTY]\n"
        "auth required pam_exec.so quiet /bin/true\n"
        f"session required pam_exec.so log={S}/exec.log /bin/sh -c [env | grep PAM_ | sort]\n"
        "session required pam_exec.so /bin/false\n",
        _calls("authenticate", "open_session", "close_session"),
        answers=(PASSWORD,),
        items=(("tty", "pts/99"),),
    ),
    "mkhomedir": Scenario(
        f"session required pam_mkhomedir.so skel={S}/skel umask=0077 debug\n",
        _calls("open_session", "open_session", "close_session"),
    ),
    "motd": Scenario(
        f"session optional pam_motd.so motd={S}/motd motd_dir={S}/none\n"
        "session required pam_permit.so\n",
        _calls("open_session", "close_session"),
    ),
    "lastlog": Scenario(
        "session required pam_lastlog.so showfailed\n",
        _calls("open_session", "close_session", "open_session", "close_session"),
        items=(("tty", "pts/99"), ("rhost", "elsewhere.example")),
    ),
    "namespace": Scenario(
        "session required pam_namespace.so debug\n",
        _calls("open_session", "close_session"),
        items=(("tty", "pts/99"),),
    ),
    "unix": Scenario(
        "auth required pam_unix.so nodelay\naccount required pam_unix.so\n"
        "session required pam_unix.so\npassword required pam_unix.so sha256 rounds=1000\n",
        _calls("authenticate", "setcred", "acct_mgmt", "open_session", "close_session"),
        answers=(PASSWORD,),
        items=(("ruser", "root"),),
    ),
    "unix, asks who": Scenario(
        "auth required pam_unix.so nodelay\n",
        _calls("authenticate"),
        None,
        ("alice", PASSWORD),
    ),
    "unix, wrong": Scenario(
        "auth required pam_unix.so nodelay\n", _calls("authenticate"), answers=("open barley",)
    ),
    "unix, unknown": Scenario(
        "auth required pam_unix.so nodelay\naccount required pam_unix.so\n",
        _calls("authenticate", "acct_mgmt"),
        "mallory",
        ("open barley",),
    ),
    "unix, another password": Scenario(
        "auth required pam_unix.so nodelay\npassword required pam_unix.so sha256 rounds=1000\n",
        _calls("chauthtok", "authenticate"),
        answers=("Tr0ub4dor&3xkcd", "Tr0ub4dor&3xkcd", "Tr0ub4dor&3xkcd"),
    ),
    "unix, typed differently": Scenario(
        "password required pam_unix.so sha256 rounds=1000\n",
        _calls("chauthtok"),
        answers=("Tr0ub4dor&3xkcd", "another one, quite"),
    ),
    "echo": Scenario(
        f"auth optional pam_echo.so file={S}/echo\nauth required pam_permit.so\n",
        (("authenticate", 0), ("authenticate", SILENT)),
        items=(("tty", "pts/99"),),
    ),
    "warn": Scenario(_every("pam_warn.so"), _calls(*ALL), items=(("rhost", "elsewhere.example"),)),
    "stress asks by the conversation itself": Scenario(
        "auth required pam_stress.so debug\npassword required pam_stress.so\n",
        _calls("authenticate", "setcred", "chauthtok"),
        answers=("one", "two", "three", "three"),
    ),
    "a line that names nothing": Scenario(
        "auth required pam_absent_of_course.so\n", _calls("authenticate")
    ),
    "several together": Scenario(
        "auth required pam_shells.so\nauth required pam_localuser.so debug\n"
        "auth required pam_succeed_if.so user ingroup alice debug\n"
        "auth required pam_faildelay.so delay=1000\n"
        "auth required pam_permit.so\n"
        "account required pam_listfile.so item=user sense=deny onerr=succeed "
        f"file={S}/access.conf\n"
        f"account required pam_nologin.so file={S}/none\n"
        "session required pam_umask.so umask=0027\nsession optional pam_mail.so nopen\n",
        _calls("authenticate", "acct_mgmt", "open_session", "close_session"),
    ),
}
