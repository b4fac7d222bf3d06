"""Root locked out for ever by failed attempts.

What it finds

pam_faillock in `auth` whose line or faillock.conf says `even_deny_root`, and an unlock time of 0
or `never` that counts for root as well. Where the file is not known the line is taken at its word.

Why it matters

Whoever can try to log in as root, over the network too, can lock root out; only who is root
already can mend that.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    /etc/security/faillock.conf:
    even_deny_root
    unlock_time = 0

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    /etc/security/faillock.conf:
    even_deny_root
    unlock_time = 0
    root_unlock_time = 60

Sources

- `pam_faillock(8)`
- `faillock.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    faillock_word,
    faillocks,
    settings_for,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.formats.faillock_conf import settings_of
from pamkit.vocab.diagnostic import Severity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "root-locked-for-good", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="LOCK-12"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the first line that locks root for ever."""
    for _, known in faillocks(service).values():
        settings = settings_for(known, service.around) or settings_of(b"", known.args)[0]
        # C: `deny=0` locks nobody.
        if not settings.even_deny_root or not settings.deny or faillock_word(known) == "authfail":
            continue
        if settings.unlock_after(is_admin=True) == 0:
            yield RULE.finding(
                known.argument("even_deny_root") or known.span,
                "failed attempts lock root out for ever",
                "set `root_unlock_time` to some seconds",
            )
            return
