"""A list of keys that users write themselves.

What it finds

pam_ssh_agent_auth with `allow_user_owned_authorized_keys_file`, or with a list of keys in a home
directory; pam_oath with a list of secrets in one.

Why it matters

Whoever can write into the home directory, as every program of its user can, adds a key of his own
and is let in with it: under sudo he is root then.

Avoid

    auth sufficient pam_ssh_agent_auth.so file=~/.ssh/keys allow_user_owned_authorized_keys_file
    auth required pam_unix.so

Prefer

    auth sufficient pam_ssh_agent_auth.so file=/etc/security/authorized_keys
    auth required pam_unix.so

Sources

- `pam_ssh_agent_auth(8)`
- jbeverly/pam_ssh_agent_auth#17
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "user-owned-trust-file",
    level=Severity.ERROR,
    scope=Scope.LINE,
    since="0.1",
    id="MOD-18",
    modules=("pam_ssh_agent_auth", "pam_oath"),
)

_LISTS = {
    "pam_ssh_agent_auth": ("allow_user_owned_authorized_keys_file",),
    "pam_oath": ("usersfile=~", "usersfile=${HOME}", "usersfile=/home/"),
}
"""Words that give a list into the hands of users; without its word a list of keys is root's."""


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the first such option."""
    at = next(filter(None, map(entry.argument, _LISTS[entry.module])), None)
    if at is not None:
        yield RULE.finding(
            at,
            "users write the list that lets them in",
            "keep it in a directory of root's, as in `/etc/security`",
        )
