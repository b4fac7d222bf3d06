"""A policy whose program is not installed.

What it finds

A policy of a service whose program is known by name, in a whole system in which no directory of
programs has it.

Why it matters

It does nothing today. If a program of that name comes back, or another asks for the service, it
finds a policy that nobody has looked after.

Avoid

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    /usr/bin/su:
    (a program)
    vsftpd:
    auth required pam_unix.so

Prefer

    /etc/passwd:
    root:x:0:0::/root:/bin/sh
    /usr/sbin/vsftpd:
    (a program)
    vsftpd:
    auth required pam_unix.so

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Tree
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "program-gone",
    level=Severity.NOTE,
    scope=Scope.TREE,
    since="0.1",
    id="SVC-14",
)

_DIRECTORIES = (
    *("/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"),
    *("/usr/lib/systemd", "/usr/libexec", "/usr/lib/openssh"),
)
_PROGRAMS = {
    "login": ("login",),
    "su": ("su",),
    "sudo": ("sudo",),
    "sshd": ("sshd",),
    "cron": ("cron",),
    "crond": ("crond",),
    "atd": ("atd",),
    "passwd": ("passwd",),
    "chsh": ("chsh",),
    "chfn": ("chfn",),
    "vsftpd": ("vsftpd",),
    "proftpd": ("proftpd",),
    "swaylock": ("swaylock",),
    "i3lock": ("i3lock",),
    "xscreensaver": ("xscreensaver",),
    "vlock": ("vlock",),
    "lightdm": ("lightdm",),
    "sddm": ("sddm",),
    "dovecot": ("dovecot",),
}
"""Services, and what their programs are called."""


def find(tree: Tree) -> Iterator[Finding]:
    """Yield the policies without a program."""
    installed = {name for place in _DIRECTORIES for name in tree.around.names(place)}
    if not tree.whole or not installed:
        return
    for service in tree.services:
        wanted = _PROGRAMS.get(service.name, ())
        if wanted and not installed & set(wanted):
            yield RULE.finding(
                Span(service.file.path, 1),
                f"no program of the service `{shown(service.name)}` is installed",
                "remove the file with its package",
            )
