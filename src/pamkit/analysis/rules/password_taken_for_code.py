"""A module that takes the password for a code.

What it finds

`use_first_pass` behind a module that asks for a code (and `try_first_pass` behind pam_oath, which
then asks for nothing), with a module above that must be passed and has left a plain password; in
the same service.

Why it matters

The module of the code checks the password, and refuses it: nobody gets in, or the code is never
asked for.

Avoid

    auth required pam_unix.so
    auth required pam_oath.so use_first_pass

Prefer

    auth required pam_unix.so
    auth required pam_oath.so

Sources

- `pam_oath(8)`
- `pam_google_authenticator(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    PROVES_IDENTITY,
)
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
    "password-taken-for-code", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="MFA-08"
)

_WORDS = {
    "pam_oath": ("use_first_pass", "try_first_pass"),
    "pam_google_authenticator": ("use_first_pass",),
    "pam_yubico": ("use_first_pass",),
}


def find(service: Service) -> Iterator[Finding]:
    """Yield the option."""
    password: KnownEntry | None = None
    splits = False
    for link, known in service.links(Facility.AUTH):
        if known.states(PROVES_IDENTITY) and link.actions[ReturnCode.AUTH_ERR] < Action.IGNORE:
            password = password or known
        # What splits password and code leaves behind what the next module needs.
        splits = splits or "forward_pass" in known.args
        word = next((arg for arg in known.args if arg in _WORDS.get(known.module, ())), "")
        at = known.argument(word) if word else None
        if password is not None and at is not None and not splits:
            yield RULE.finding(
                at,
                f"`{known.module}` takes the password of `{password.module}` for a code",
                f"drop `{word}`: the module asks for the code itself",
                related=((password.span, "the password is asked for here"),),
            )
