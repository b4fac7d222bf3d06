"""Two passwords that must be given, and no second factor.

What it finds

Two modules in `auth` that check a password, both of which must be passed, whether they ask for two
passwords or judge the same one (`use_first_pass`).

Why it matters

Two things that the same person knows are one factor: who has watched or phished one has both.

Avoid

    auth required pam_unix.so
    auth required pam_ldap.so use_first_pass

Prefer

    auth required pam_unix.so
    auth required pam_oath.so

Sources

- `pam_unix(8)`
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

    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("same-factor-twice", level=Severity.NOTE, scope=Scope.SERVICE, since="0.1", id="MFA-07")


def find(service: Service) -> Iterator[Finding]:
    """Yield the second module that a password must pass."""
    must = [
        known
        for link, known in service.links(Facility.AUTH)
        if known.states(PROVES_IDENTITY) and _must(link)
    ]
    first = must[0] if must else None
    for known in must[1:]:
        if first is not None and known.module != first.module:
            yield RULE.finding(
                known.span,
                f"`{known.module}` asks for a password as `{first.module}` does: one factor, twice",
                "ask for a code or a key as well, if two factors are meant",
                related=((first.span, "the first password"),),
            )
            return


def _must(link: Link) -> bool:
    """Whether success is no end and refusal is one."""
    counts = link.actions[ReturnCode.SUCCESS] == Action.OK
    return counts and link.actions[ReturnCode.AUTH_ERR] in (Action.BAD, Action.DIE)
