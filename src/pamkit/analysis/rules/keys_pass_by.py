"""A second factor that keys of ssh pass by.

What it finds

In a whole system a second factor in `auth` of sshd, while sshd takes keys and its configuration
asks for nothing beside them.

Why it matters

With a key sshd does not ask the `auth` lines. Whoever has a key that counts gets in without the
code or the token.

Avoid

    sshd:
    auth required pam_unix.so
    auth required pam_oath.so
    /etc/ssh/sshd_config:
    PubkeyAuthentication yes
    UsePAM yes

Prefer

    sshd:
    auth required pam_unix.so
    auth required pam_oath.so
    /etc/ssh/sshd_config:
    AuthenticationMethods publickey,keyboard-interactive
    UsePAM yes

Sources

- `sshd_config(5)`
- canonical/authd#1888
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ASKS_CODE, ASKS_PRESENCE, PROVES_POSSESSION
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("keys-pass-by", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="AUTH-16")

_CONFIG = "/etc/ssh/sshd_config"


def find(service: Service) -> Iterator[Finding]:
    """Yield the first second factor."""
    links = service.links(Facility.AUTH) if service.name == "sshd" else ()
    factors = [known for _, known in links if _is_factor(known)]
    said = _said(service) if factors else ""
    if said and "\nauthenticationmethods " not in said and "\npubkeyauthentication no" not in said:
        yield RULE.finding(
            factors[0].span,
            f"who logs in with a key is not asked by `{factors[0].module}`",
            f"set `AuthenticationMethods publickey,keyboard-interactive` in `{_CONFIG}`",
        )


def _is_factor(known: KnownEntry) -> bool:
    asks = known.states(ASKS_CODE) or known.states(ASKS_PRESENCE)
    return asks and known.states(PROVES_POSSESSION)


def _said(service: Service) -> str:
    """Return what sshd is told, in small letters and single blanks; `""` if that is not known."""
    around = service.around
    parts = [f"{_CONFIG}.d/{name}" for name in around.names(f"{_CONFIG}.d")]
    texts = [around.text(path) for path in (_CONFIG, *parts)]
    if not texts[0] or None in texts:
        return ""
    lines = "\n".join(text or "" for text in texts).lower().replace("=", " ").splitlines()
    return "".join(f"\n{' '.join(line.split())}" for line in lines)
