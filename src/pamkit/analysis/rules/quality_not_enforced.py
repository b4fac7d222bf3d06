"""A module that judges new passwords and is not listened to.

What it finds

pam_pwquality, pam_cracklib or pam_passwdqc in `password` whose refusal is ignored; that stands
behind pam_unix, which has stored the password by then; or that is told to enforce nothing
(`enforcing=0`, `enforce=none`).

Why it matters

The user is told that the password is bad, and has it.

Avoid

    password required pam_unix.so
    password required pam_pwquality.so

Prefer

    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_pwquality(8)`
- `pam_passwdqc(8)`
- RHEL-09-611040, RHEL-09-611045
- UBTU-24-300016
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
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "quality-not-enforced",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="PW-03",
    sources=("CIS RHEL9 2.0.0 5.3.2.3", "RHEL-09-611040", "RHEL-09-611045", "UBTU-24-300016"),
)

_JUDGES = ("pam_pwquality", "pam_cracklib", "pam_passwdqc")
_SWITCHED_OFF = ("enforcing=0", "enforce=none")


def find(service: Service) -> Iterator[Finding]:
    """Yield what keeps each line from refusing anything; the first line of a kind counts."""
    if not service.whole:
        return
    stored: KnownEntry | None = None
    judged = False
    for link, known in service.links(Facility.PASSWORD):
        if known.module == "pam_unix" and not judged:
            stored = stored or known
        if known.module not in _JUDGES or judged:
            continue
        judged = True
        off = next((arg for arg in known.args if arg in _SWITCHED_OFF), "")
        if off:
            at = known.argument(off) or known.span
            yield RULE.finding(at, f"`{off}` takes every password", "drop it, or remove the line")
        elif link.actions[ReturnCode.AUTHTOK_ERR] == Action.IGNORE:
            yield RULE.finding(
                known.control_span,
                f"a password that `{known.module}` refuses is taken all the same",
                "write `requisite`",
            )
        elif stored is not None:
            yield RULE.finding(
                known.span,
                "the password is judged after it was stored",
                "put the line above pam_unix, and `use_authtok` behind pam_unix",
                related=((stored.span, "it is stored here"),),
            )
