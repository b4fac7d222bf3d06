"""Services that do by design what would be a mistake elsewhere, each kind with its reason."""

from __future__ import annotations

_GRANTING = {
    "autologin": "a display manager lets one user in without asking, because it is told to",
    "greeter": "a greeter's own session is started before anybody has said who they are",
    "launch-environment": "the same, as GDM calls it",
    "systemd-user": "the caller is systemd, for a user who is logged in",
    "elogind-user": "the same, of elogind",
    "cron": "a job runs for a user who is not there",
    "crond": "the same, elsewhere",
    "atd": "the same, for at",
    "runuser": "only root may use it, and needs no password",
    "runuser-l": "the same, as a login",
    "start-stop-daemon": "only root may use it",
    "-np": "the same display managers, told so under another name (kde-np, xdm-np)",
    "nodm": "a display manager that always logs one user in",
}
"""Endings of the names of services, and of their files, that grant without a secret, and why."""

_AS_ROOT = (
    *("sshd", "ssh", "dropbear", "login", "remote", "telnet", "rlogin", "rsh", "rexec"),
    *("gdm", "gdm-password", "gdm-fingerprint", "gdm-smartcard", "gdm3", "lightdm", "sddm", "kde"),
    *("kdm", "xdm", "wdm", "lxdm", "slim", "ly", "greetd", "entrance", "xrdp-sesman", "xrdp"),
    *("vncserver", "tigervnc", "cockpit", "vsftpd", "proftpd", "pure-ftpd", "ftp", "ftpd"),
    *("dovecot", "imap", "imap4", "pop", "pop3", "smtp", "smtpd", "sieve", "lmtp", "cyrus"),
    *("samba", "ppp", "squid", "openvpn", "vmtoolsd", "webmin", "usermin"),
)
"""Services whose programs run as root while they talk to strangers."""

_TOOLS_OF_ROOT = frozenset(
    {
        *("useradd", "userdel", "usermod", "groupadd", "groupdel", "groupmod", "groupmems"),
        *("newusers", "chpasswd", "chgpasswd", "shadow", "chage", "xserver"),
        # Gentoo, Arch and Void include it into what root's init starts.
        "system-services",
    }
)
"""Services of tools that nobody but root can use: what they ask is asked of root."""


def grants_by_design(service: str) -> bool:
    """Whether a service lets people in without a secret because that is what it is for."""
    return service.endswith(tuple(_GRANTING))


def runs_as_root_for_all(service: str) -> bool:
    """Whether the program of a service is root whoever is at the other end."""
    return service in _AS_ROOT


def is_tool_of_root(service: str) -> bool:
    """Whether the program of a service can do nothing for anybody but root."""
    return service in _TOOLS_OF_ROOT
