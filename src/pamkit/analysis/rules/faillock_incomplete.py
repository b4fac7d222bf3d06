"""Lines of pam_faillock of which one is missing, so that nobody is ever locked out.

What it finds

In `auth`: pam_faillock where a password is checked, without a line `authfail`, or with one but
without any that refuses who is locked (`preauth` or `authsucc`); or all of them, and a local user
who is locked out gets in with the right password all the same. A line without a word is `preauth`.
Ways that the policy lays for some by a condition are left out.

It is a warning if pam_faillock stands in `account` only, of a service that logs people in and whose
password no line counts.

Why it matters

Failures are counted, and nobody is refused for them; or somebody would be refused, and nothing is
counted. Nothing shows it: the log has the failures, and passwords can be guessed without end.

Avoid

    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    account required pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth [default=die] pam_faillock.so authfail
    auth required pam_deny.so
    account required pam_faillock.so
    account required pam_unix.so

Sources

- `pam_faillock(8)`
- NixOS/nixpkgs issue 486259
- RHEL-09-611030, RHEL-09-611035
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, LOCKED, SECRET, USER
from pamkit.analysis.claims import is_granted
from pamkit.analysis.counting import checks_password, faillocks, late_preauth
from pamkit.analysis.model import PROVED, TRUSTED
from pamkit.analysis.passage import BY_CONDITION, by_condition, passages, shown_here
from pamkit.analysis.roles import CONSOLE, DESKTOP, REMOTE
from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "faillock-incomplete",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="LOCK-01",
    sources=("CIS RHEL9 2.0.0 5.3.2.2", "RHEL-09-611030", "RHEL-09-611035"),
)


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding: the line that does half of the work, or the way around all of them."""
    lines = faillocks(service)
    if not service.whole:
        return
    if not lines:
        yield from _without_a_count(service)
        return
    first = next(iter(lines.values()))[1]
    if "authfail" not in lines:
        # A chain without a password may refuse those whom others have locked out.
        if not any(checks_password(known) for _, known in service.links(Facility.AUTH)):
            return
        yield RULE.finding(
            first.span,
            "no line of pam_faillock counts failures, so nobody is ever locked out",
            "add `auth [default=die] pam_faillock.so authfail` where a wrong password leads to",
        )
    elif len(lines) == 1:
        yield RULE.finding(
            first.span,
            "failures are counted, and nobody is ever refused for them",
            "add `auth required pam_faillock.so preauth` above what asks for the password",
        )
    else:
        yield from service.results.made(
            RULE.name, Facility.AUTH, lambda: tuple(_ways_around(service, first))
        )


def _without_a_count(service: Service) -> Iterator[Finding]:
    """Yield the line of `account` that forgets what nobody has counted."""
    if service.role not in (CONSOLE, REMOTE, DESKTOP):
        return
    asked = [known for _, known in service.links(Facility.AUTH)]
    forgets = [
        known for _, known in service.links(Facility.ACCOUNT) if known.module == "pam_faillock"
    ]
    if forgets and any(map(checks_password, asked)):
        yield RULE.finding(
            forgets[0].span,
            "failures are forgotten here, and no line of `auth` counts them",
            "add pam_faillock with `preauth` and with `authfail` to `auth`",
            level=Severity.WARNING,
        )


def _ways_around(service: Service, first: KnownEntry) -> Iterator[Finding]:
    """Yield one finding if a password lets in who is locked out."""
    if late_preauth(service) is not None:
        return
    seen = passages(
        service,
        Primitive.AUTHENTICATE,
        lambda link, outcome: by_condition(service.known[link.span], link, outcome),
        given=((USER, "local"), (SECRET, "right"), (LOCKED, "yes"), (CALLER, "other")),
    )
    for end in seen.ends if seen else ():
        proved = f"{PROVED} {SECRET}" in end.marks
        if seen and is_granted(end) and proved and not end.marks & {TRUSTED, BY_CONDITION}:
            yield RULE.finding(
                first.span,
                "who is locked out gets in all the same, with the right password",
                "let the lines `preauth` and `authfail` of pam_faillock be passed on every way",
                related=shown_here(service, seen.witness(end), first.span),
            )
            return
