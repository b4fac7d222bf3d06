"""A check of `account` that stands behind a line that ends the chain.

What it finds

pam_access, pam_time, pam_nologin or pam_listfile in `account`, which must be passed, behind a
module whose success ends the chain: pam_localuser, or one that checks accounts. It is a note
behind a test such as pam_succeed_if, which somebody has written for some; pam_rootok and tests of
the caller are left out.

Why it matters

Users for whom the upper line says yes are never asked where they come from, or when.

Avoid

    account sufficient pam_localuser.so
    account required pam_access.so
    account required pam_unix.so

Prefer

    account required pam_access.so
    account sufficient pam_localuser.so
    account required pam_unix.so

Sources

- `pam_acct_mgmt(3)`
- flatcar/baselayout commit 172af4b
"""

from __future__ import annotations

from pamkit.analysis.claims import is_granted
from pamkit.analysis.passage import passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import (
    CHECKS_ACCOUNT,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

    Lines = list[tuple[Link, KnownEntry]]

RULE = Rule(
    "account-check-skipped", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="ACCT-03"
)

_CHECKS = ("pam_access", "pam_time", "pam_nologin", "pam_listfile")
_TESTS = ("pam_succeed_if", "pam_usertype")


def find(service: Service) -> Iterable[Finding]:
    """Return the checks, each with the line above that ends the chain."""
    links = service.links(Facility.ACCOUNT)
    checks = [(link, known) for link, known in links if known.module in _CHECKS and _must(link)]
    ends = [(link, known) for link, known in links if _ends(link, known)]
    if not checks or not ends or ends[0][0].number > checks[-1][0].number:
        return ()
    return service.results.made(
        RULE.name, Facility.ACCOUNT, lambda: tuple(_skipped(service, checks, ends))
    )


def _skipped(service: Service, checks: Lines, ends: Lines) -> Iterator[Finding]:
    watched = {link.number for link, _ in (*checks, *ends)}

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        if link.number not in watched:
            return ()
        done = link.actions[outcome.code] == Action.DONE
        return (f"ended {link.number}",) if done else (f"passed {link.number}",)

    seen = passages(service, Primitive.ACCT_MGMT, noted)
    granted = [end.marks for end in seen.ends if is_granted(end)] if seen else []
    for check, known in checks:
        for link, ending in ends:
            above = link.number < check.number and f"ended {link.number}"
            if above and any(above in m and f"passed {check.number}" not in m for m in granted):
                yield RULE.finding(
                    known.span,
                    f"whoever passes `{ending.module}` above is not checked here",
                    "put the check above it",
                    level=Severity.NOTE if ending.module in _TESTS else RULE.level,
                    related=((ending.span, "success ends the chain here"),),
                )
                break


def _must(link: Link) -> bool:
    refusals = (ReturnCode.PERM_DENIED, ReturnCode.AUTH_ERR)
    return all(link.actions[code] in (Action.BAD, Action.DIE) for code in refusals)


def _ends(link: Link, known: KnownEntry) -> bool:
    """Whether success of a line ends the chain, and it is about who is asked for."""
    judges = known.module in ("pam_localuser", *_TESTS) or known.states(CHECKS_ACCOUNT)
    about_caller = "use_uid" in known.args
    return link.actions[ReturnCode.SUCCESS] == Action.DONE and judges and not about_caller
