"""Passwords that grow old where nobody logs in with one.

What it finds

A sshd that takes no passwords (`PasswordAuthentication no` and `KbdInteractiveAuthentication no`
in sshd_config), on a machine where passwords grow old (`PASS_MAX_DAYS` of login.defs), whose
pam_unix in `account` says nothing of `no_pass_expiry`.

Why it matters

Who logs in with a key is stopped by the age of a password that he never types.

Avoid

    sshd:
    auth required pam_unix.so
    account required pam_nologin.so
    account required pam_unix.so
    /etc/ssh/sshd_config:
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    /etc/login.defs:
    PASS_MAX_DAYS 90

Prefer

    sshd:
    auth required pam_unix.so
    account required pam_nologin.so
    account required pam_unix.so no_pass_expiry
    /etc/ssh/sshd_config:
    PasswordAuthentication no
    KbdInteractiveAuthentication no
    /etc/login.defs:
    PASS_MAX_DAYS 90

Sources

- `pam_unix(8)`
- linux-pam/linux-pam issue 489
- dev-sec/ansible-collection-hardening issue 681
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.login_defs import value
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "expiry-stops-keys", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="ACCT-09"
)

_NEVER = 99_999
"""Days that `login.defs` calls never."""


def find(service: Service) -> Iterator[Finding]:
    """Yield the line of pam_unix."""
    if service.name != "sshd" or not _takes_keys_alone(service) or not _grow_old(service):
        return
    for _, known in service.links(Facility.ACCOUNT):
        if known.module == "pam_unix" and "no_pass_expiry" not in known.args:
            yield RULE.finding(
                known.span,
                "who logs in with a key is stopped by the age of his password",
                "add `no_pass_expiry` if keys are all that is used",
            )
            return


def _takes_keys_alone(service: Service) -> bool:
    text = service.around.text("/etc/ssh/sshd_config") or ""
    said: dict[str, str] = {}
    for line in text.split("\n"):
        key, _, value = line.strip().replace("=", " ").partition(" ")
        if key.lower() == "match":
            break
        # sshd takes the first that is said.
        said.setdefault(key.lower(), value.strip().lower())
    asks = said.get("kbdinteractiveauthentication", said.get("challengeresponseauthentication"))
    return said.get("passwordauthentication") == "no" and asks == "no"


def _grow_old(service: Service) -> bool:
    text = service.around.text("/etc/login.defs") or ""
    days = value(text.encode("utf-8", "surrogateescape"), "PASS_MAX_DAYS") or ""
    return days.isdecimal() and int(days) < _NEVER
