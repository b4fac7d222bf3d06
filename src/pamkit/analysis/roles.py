"""What programs use PAM for: a role for each kind of service, and what its programs ask.

Sources: what the programs do (their PAM calls), and lint-free policies of distributions.
"""

from __future__ import annotations

from pamkit.analysis.service_names import is_shared
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

_P = Primitive
_AUTH = frozenset({_P.AUTHENTICATE})
_CHECK = _AUTH | {_P.ACCT_MGMT}
_LOGIN = _CHECK | {_P.SETCRED, _P.OPEN_SESSION, _P.CLOSE_SESSION, _P.CHAUTHTOK}
_JOB = frozenset({_P.ACCT_MGMT, _P.SETCRED, _P.OPEN_SESSION, _P.CLOSE_SESSION})


class Role(Record):
    """A kind of service.

    ``calls`` are the primitives that its programs call (`other` and strangers: all of them).
    ``asks``: a person answers prompts; ``remote``: that person may be elsewhere; ``works``: a
    session is opened in which somebody works; ``as_root``: the program is root whoever asks;
    ``trusts_root``: it is meant to let root by without a secret; ``changes``: it sets passwords.
    """

    name: str
    is_what: str
    calls: frozenset[Primitive] = frozenset(_P)
    asks: bool = True
    remote: bool = False
    works: bool = False
    as_root: bool = True
    trusts_root: bool = False
    changes: bool = False


CONSOLE = Role("console", "logs people in at the machine", _LOGIN, works=True)
REMOTE = Role("remote", "logs people in from elsewhere", _LOGIN, remote=True, works=True)
DESKTOP = Role("desktop", "logs people in to a desktop", _LOGIN, works=True)
AUTOMATIC = Role("automatic", "starts a session without asking", _LOGIN, asks=False)
LOCKER = Role("locker", "unlocks a screen", _CHECK | {_P.SETCRED}, as_root=False)
BECOME = Role("become", "lets a user act as another", _LOGIN, works=True, trusts_root=True)
CALLER = Role("caller", "asks who runs it for their own password", _LOGIN, works=True)
# C: polkit's helper asks for a password and for the account, and opens no session.
AGENT = Role("agent", "asks who may let a program do something", _CHECK)
ROOT_SESSION = Role(
    "root-session", "gives root's programs a user's session", _JOB - {_P.ACCT_MGMT}, asks=False
)
ROOT_TOOL = Role(
    "root-tool", "is of use to nobody but root", _CHECK | {_P.CHAUTHTOK}, trusts_root=True
)
OWN_ACCOUNT = Role("own-account", "changes who runs it", _CHECK, trusts_root=True)
PASSWORD = Role("password", "changes passwords", frozenset({_P.CHAUTHTOK}), changes=True)
JOB = Role("job", "starts work for a user who is not there", _JOB, asks=False)
NETWORK = Role("network", "asks for a password over the network", _CHECK, remote=True)
OTHER = Role("other", "stands for every service without a policy")
SHARED = Role("shared", "is made to be included")
STRANGER = Role("stranger", "nothing is known of it")

_NAMES = {
    CONSOLE: ("login", "util-linux", "kmscon", "mgetty", "fbgetty"),
    REMOTE: (
        *("sshd", "ssh", "dropbear", "remote", "rlogin", "rsh", "rexec", "telnet", "telnetd"),
        *("cockpit", "xrdp-sesman", "xrdp", "webmin", "usermin", "tigervnc", "vncserver"),
        *("ktelnet", "chrome-remote-desktop", "xpra"),
    ),
    DESKTOP: (
        *("gdm", "gdm3", "gdm-password", "gdm-fingerprint", "gdm-smartcard", "gdm-pin", "lightdm"),
        *("sddm", "kde", "kdm", "xdm", "wdm", "lxdm", "slim", "ly", "greetd", "entrance", "unity"),
        *(
            "lightdm-remote-freerdp",
            "lightdm-remote-uccsconfigure",
            "plasmalogin",
            "cosmic-greeter",
        ),
    ),
    LOCKER: (
        *("i3lock", "swaylock", "slock", "xlock", "xscreensaver", "gnome-screensaver", "vlock"),
        *("mate-screensaver", "cinnamon-screensaver", "ukui-screensaver-qt", "kscreensaver"),
        *("kcheckpass", "physlock", "hyprlock", "waylock", "gtklock", "light-locker", "screen"),
        *("xfce4-screensaver", "xsecurelock", "away"),
    ),
    BECOME: ("su", "su-l", "newrole", "gnomesu-pam", "run_init", "super"),
    CALLER: ("sudo", "sudo-i", "doas", "please", "pleaseedit"),
    AGENT: ("polkit-1", "policy-kit"),
    ROOT_TOOL: (
        *("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "groupmems"),
        *("newusers", "chpasswd", "chgpasswd", "shadow", "chage", "config-util", "halt", "reboot"),
        *("poweroff", "shutdown", "sssd-shadowutils"),
    ),
    # C: runuser(1) starts a transaction and asks neither who it is nor whether they may.
    ROOT_SESSION: ("runuser", "runuser-l", "start-stop-daemon", "supervise-daemon"),
    OWN_ACCOUNT: ("chfn", "chsh", "shfn"),
    PASSWORD: ("passwd", "gnome-passwd", "rpasswd", "yppasswd"),
    JOB: ("cron", "crond", "atd", "atrun", "systemd-user", "elogind-user", "batch", "anacron"),
    NETWORK: (
        *("vsftpd", "proftpd", "pure-ftpd", "ftp", "ftpd", "dovecot", "imap", "imaps", "imap4"),
        *("imap4s", "pop", "pops", "pop3", "pop3s", "smtp", "smtps", "smtp.postfix", "sieve"),
        *("lmtp", "cyrus", "samba", "ppp", "squid", "openvpn", "vmtoolsd", "vmware-authd", "cups"),
        *("saslauthd", "postgresql", "radiusd", "ocserv", "pluto", "perdition", "popa3d", "nginx"),
        *("solid-pop3d", "poppassd", "esmtp", "wbem", "pwauth", "apache2", "httpd", "monit"),
        *("jupyterhub", "mosquitto", "gnu-imap4d", "gnu-pop3d", "rstudio", "netatalk"),
    ),
    OTHER: ("other",),
}

_BY_NAME = {name: role for role, names in _NAMES.items() for name in names}

_AUTOMATIC = ("autologin", "-greeter", "launch-environment", "-np", "nodm")
"""Endings of the names of services that start a session for somebody without asking."""


def role_of(service: str) -> Role:
    """Return the role of a service by its name; `STRANGER` if nobody knows it."""
    if service in _BY_NAME:
        return _BY_NAME[service]
    if service.endswith(_AUTOMATIC):
        return AUTOMATIC
    return SHARED if is_shared(service) else STRANGER
