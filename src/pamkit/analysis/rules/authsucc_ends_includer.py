"""A line `authsucc` of pam_faillock that ends the service that includes it.

What it finds

`sufficient pam_faillock.so authsucc`, or another control whose success ends the chain, in a file
that a service includes, where the service has more lines of `auth` below the include. A substack
ends only itself and is left out; so are lines below that only close the chain (pam_deny,
pam_permit).

Why it matters

The lines of the service below the include, a second factor or groups, are passed over by everybody
who gives the right password.

Avoid

    sshd:
    auth include common-auth
    auth required pam_oath.so
    common-auth:
    auth [success=1 default=bad] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_faillock.so authsucc
    auth required pam_deny.so

Prefer

    sshd:
    auth substack common-auth
    auth required pam_oath.so
    common-auth:
    auth [success=1 default=bad] pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth sufficient pam_faillock.so authsucc
    auth required pam_deny.so

Sources

- `pam_faillock(8)`
- truenas/middleware issue 16563
"""

from __future__ import annotations

from pamkit.analysis.counting import (
    faillock_word,
)
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "authsucc-ends-includer", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="LOCK-07"
)

_CLOSING = frozenset({"pam_deny", "pam_permit", "pam_faillock", "pam_warn"})


def find(service: Service) -> Iterator[Finding]:
    """Yield the line, with the first line of the service that is passed over."""
    chain = service.chains.get(Facility.AUTH)
    if chain is None or not service.whole or chain.origin != service.name:
        return
    # A substack ends nothing but itself: only the chain's own links can end it.
    own = {link.number for link in chain.links}
    links = [link for link in chain if link.number in own]
    for at, link in enumerate(links):
        known = service.known[link.span]
        if faillock_word(known) != "authsucc" or link.actions[ReturnCode.SUCCESS] != Action.DONE:
            continue
        for later in links[at + 1 :]:
            below = service.known[later.span]
            if later.span.file != link.span.file and below.module not in _CLOSING:
                yield RULE.finding(
                    known.control_span,
                    f"success ends `{shown(service.name)}` here: `{shown(below.module)}` below the"
                    " include is passed over",
                    "write `required`, and let a line below say yes; or include it as a substack",
                    related=((below.span, "passed over"),),
                )
                return
