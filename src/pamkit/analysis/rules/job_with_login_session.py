"""A job that begins the session of a person.

What it finds

A service that starts work for a user who is not there (cron, atd), or that asks for a password
over the network (samba, ppp), which includes `common-session` where there is a
`common-session-noninteractive` beside it.

Why it matters

Each job is registered as a login, opens encrypted homes and says when the user was there last.

Avoid

    cron:
    session include common-session
    common-session:
    session required pam_unix.so
    -session optional pam_systemd.so
    common-session-noninteractive:
    session required pam_unix.so

Prefer

    cron:
    session include common-session-noninteractive
    common-session:
    session required pam_unix.so
    -session optional pam_systemd.so
    common-session-noninteractive:
    session required pam_unix.so

Sources

- `pam-auth-update(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.syntax import Kind
from pamkit.vocab.diagnostic import Severity, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "job-with-login-session", level=Severity.NOTE, scope=Scope.FILE, since="0.1", id="SES-19"
)

_JOBS = ("cron", "crond", "atd", "atrun", "anacron", "samba", "ppp")


def find(file: File) -> Iterator[Finding]:
    """Yield the include."""
    if file.name not in _JOBS or "common-session-noninteractive" not in file.others:
        return
    for known in file.entries:
        target = known.entry.target
        included = known.entry.kind is not Kind.MODULE and target is not None
        if included and target is not None and target.text == "common-session":
            yield RULE.finding(
                known.span,
                f"`{shown(file.name)}` begins the session of a person, and nobody is there",
                "include `common-session-noninteractive`",
            )
