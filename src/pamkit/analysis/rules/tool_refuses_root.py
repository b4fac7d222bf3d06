"""A tool of root that refuses root.

What it finds

The policy of a tool that is of use to root only, such as `chpasswd` or `useradd`, that has no run
in `auth` or `account` in which root is let by, not even with the right password. Where there is no
`other`, and the file has lines but none of `auth` or `account`, that is told as well; policies
of Debian are left out, whose `other` asks for a password.

Why it matters

As some distributions build them, these tools ask both before they do their work. A file with only
`password` lines leaves them to `other`, which refuses everybody.

Avoid

    chpasswd:
    password required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so

Prefer

    chpasswd:
    auth sufficient pam_rootok.so
    account required pam_permit.so
    password required pam_unix.so
    other:
    auth required pam_deny.so
    account required pam_deny.so

Sources

- `chpasswd(8)`
- openembedded-core 67a504e3
"""

from __future__ import annotations

from pamkit.analysis.circumstance import CALLER, EXPIRED, LOCKED, NOLOGIN, SECRET, USER
from pamkit.analysis.claims import Claim, Quantity, is_granted
from pamkit.analysis.proved import proved
from pamkit.analysis.roles import ROOT_TOOL
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.dialect import DEBIAN
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "tool-refuses-root",
    level=Severity.NOTE,
    scope=Scope.SERVICE,
    since="0.1",
    id="SVC-13",
)

_ROOT = ((CALLER, "root"), (USER, "root"), (SECRET, "right"), (LOCKED, "no"), (NOLOGIN, "no"))

_CLAIMS = tuple(
    Claim(
        f"root-passes-{primitive.name.lower()}",
        "root, who runs the program, can be let by",
        primitive,
        Quantity.CAN,
        is_granted,
        (*_ROOT, (EXPIRED, "no")),
    )
    for primitive in (Primitive.AUTHENTICATE, Primitive.ACCT_MGMT)
)

_ASKED = (Facility.AUTH, Facility.ACCOUNT)
_ADVICE = "`auth sufficient pam_rootok.so` and `account required pam_permit.so` let root by"


def find(service: Service) -> Iterator[Finding]:
    """Yield the facilities in which root cannot pass."""
    if service.role is not ROOT_TOOL:
        return
    lacking = [facility for facility in _ASKED if _is_lacking(service, facility)]
    if lacking and service.dialect is not DEBIAN:
        where = " and ".join(f"`{facility.name.lower()}`" for facility in lacking)
        yield RULE.finding(
            Span(service.file.path, 1),
            f"`{shown(service.name)}` leaves {where} to an `other` that is not here",
            _ADVICE,
        )
    for claim in _CLAIMS:
        facility = FACILITY_OF[claim.primitive]
        result = None if facility in lacking else proved(service, claim)
        if result is None or result.holds:
            continue
        yield RULE.finding(
            Span(service.file.path, 1),
            f"`{shown(service.name)}` refuses everybody in `{facility.name.lower()}`, root as well",
            _ADVICE,
            related=tuple((link.span, "is asked") for link in service.chains[facility])[:1],
        )


def _is_lacking(service: Service, facility: Facility) -> bool:
    """Whether nothing stands in for lines that the service lacks: nobody knows what will."""
    chain = service.chains.get(facility)
    return chain is not None and chain.origin != service.name and not chain.links
