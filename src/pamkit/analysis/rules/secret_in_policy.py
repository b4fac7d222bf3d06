"""A password in a policy.

What it finds

An argument that gives a module a password or a shared secret in plain text.

Why it matters

Policies can be read by everybody on the machine, are copied into repositories and into backups,
and sent around when something does not work.

Avoid

    auth required pam_mysql.so user=root passwd=hunter2

Prefer

    auth required pam_mysql.so config_file=/etc/security/pam_mysql.conf

Sources

- `pam.d(5)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("secret-in-policy", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="MOD-19")

_NAMES = frozenset(
    {
        *("passwd", "password", "secret", "shared_secret", "bindpw", "bind_password", "bindpass"),
        *("ldap_bind_password", "db_passwd", "db_password", "dbpasswd"),
    }
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the arguments, without what they hold."""
    for arg in entry.entry.args if entry.module else ():
        name, _, value = arg.text.partition("=")
        # With a slash it is the file in which the secret stands; other signs stand for a secret.
        if name.lower() in _NAMES and value and "/" not in value and value[0] not in "$%@{<":
            yield RULE.finding(
                arg.span,
                f"`{shown(name)}=` gives away a secret to all who can read this file",
                "put it into a file that only root can read, and change it",
            )
