"""A jump that lands one line off.

What it finds

The success of a module that proves who somebody is, checks an account or changes a password, and
that leads to a line which refuses everybody. It is a warning if two neighbours that check the same
kind of thing jump on success, to different lines.

Why it matters

Whoever knows the password is refused, or a line is passed over that somebody wrote to be passed. A
line that was added or removed in the midst of others does this.

Avoid

    auth [success=1 default=ignore] pam_krb5.so
    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Prefer

    auth [success=2 default=ignore] pam_krb5.so
    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam.conf(5)`
- gentoo/pambase commit de5f978
"""

from __future__ import annotations

from pamkit.analysis.landing import does_work, must_be_passed, stretches
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ALWAYS_FAILS, PROVES_POSSESSION
from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.landing import Stretch
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("jump-miscount", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="FLOW-02")

_ADVICE = "count the lines again: a jump over 1 goes on at the second line below"


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that jump."""
    for facility in (Facility.AUTH, Facility.ACCOUNT, Facility.PASSWORD):
        for stretch in stretches(service, facility):
            yield from _in(service, facility, stretch)


def _in(service: Service, facility: Facility, stretch: Stretch) -> Iterator[Finding]:
    above: tuple[int, bool] | None = None
    for at, link in enumerate(stretch):
        landing = _landing(service, facility, stretch, at)
        if landing < 0 or not isinstance(link, Link):
            above = None
            continue
        before, above = above, (landing, service.known[link.span].states(PROVES_POSSESSION))
        there = stretch[landing] if landing < len(stretch) else None
        if isinstance(there, Link) and _refuses(service, there):
            yield RULE.finding(
                link.span,
                f"success of `{service.known[link.span].module}` leads to the line that refuses",
                _ADVICE,
                related=((there.span, "it goes on here"),),
            )
        elif before is not None and before[0] != landing and before[1] == above[1]:
            places = [place for place in (before[0], landing) if place < len(stretch)]
            yield RULE.finding(
                link.span,
                "this line and the one above it go on at different lines when they succeed",
                _ADVICE,
                level=Severity.WARNING,
                related=((stretch[place].span, "one of them goes on here") for place in places),
            )


def _landing(service: Service, facility: Facility, stretch: Stretch, at: int) -> int:
    """Return where a line leads that jumps on success and goes on else; -1 if it is no such one."""
    link = stretch[at]
    if not isinstance(link, Link) or not does_work(service.known[link.span], facility):
        return -1
    over = link.actions[ReturnCode.SUCCESS]
    goes_on = link.actions[ReturnCode.AUTH_ERR] == Action.IGNORE
    return at + 1 + over if over > 0 and goes_on else -1


def _refuses(service: Service, link: Link) -> bool:
    fails = bool(link.refusal) or service.known[link.span].states(ALWAYS_FAILS)
    return fails and must_be_passed(link)
