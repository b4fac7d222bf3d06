"""A session that needs what is only for show.

What it finds

pam_motd, pam_mail, pam_xauth, pam_ck_connector, pam_gnome_keyring, pam_kwallet or pam_kwallet5 in
`session` whose failure refuses the session. pam_lastlog is left out: benchmarks ask for it under
`required`.

Why it matters

A module that is not installed, a file that cannot be read, a full disk: and nobody gets in.

Avoid

    session required pam_motd.so

Prefer

    session required pam_unix.so
    session optional pam_motd.so

Sources

- `pam_open_session(3)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "decoration-required",
    level=Severity.WARNING,
    scope=Scope.LINE,
    since="0.1",
    id="SES-16",
    modules=(
        "pam_motd",
        "pam_mail",
        "pam_xauth",
        "pam_ck_connector",
        "pam_gnome_keyring",
        "pam_kwallet",
        "pam_kwallet5",
    ),
)


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the control."""
    refuses = entry.control.actions[ReturnCode.SESSION_ERR] in (Action.BAD, Action.DIE)
    if entry.facility is Facility.SESSION and refuses:
        yield RULE.finding(
            entry.control_span,
            f"if `{entry.module}` fails, nobody gets in",
            "write `optional`",
        )
