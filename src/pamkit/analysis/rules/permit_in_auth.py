"""pam_permit where it can let somebody in.

What it finds

pam_permit in `auth` where it is more than the closing line of a block of jumps: as
`sufficient`, as a jump over other lines, or as the first module to say yes. Services that grant
by design, such as `gdm-autologin`, are left out. It is a note
where a line below must be passed as well, and in tools that only root may use, such as useradd.

Why it matters

pam_permit says yes to everybody. Behind lines that are all `sufficient` it lets in whoever
failed them; above them it records a yes that the rest need not earn.

Avoid

    auth required pam_permit.so
    auth sufficient pam_unix.so

Prefer

    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so

Sources

- `pam_permit(8)`
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design, is_tool_of_root
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "permit-in-auth", level=Severity.WARNING, scope=Scope.SERVICE, since="0.1", id="AUTH-02"
)

_PROOFS = (PROVES_IDENTITY, PROVES_POSSESSION, PROVES_TRAIT)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines of pam_permit that no earlier line has earned."""
    if not service.whole or grants_by_design(service.name):
        return
    earned = False
    links = service.links(Facility.AUTH)
    for at, (link, known) in enumerate(links):
        success = link.actions[ReturnCode.SUCCESS]
        if known.module != "pam_permit" or link.refusal:
            # What proves something and must succeed has decided; a jump leads to a closing line.
            earned = earned or success > 0 or _must_prove(link, known)
            continue
        behind = links[at + 1 :]
        level = Severity.NOTE if is_tool_of_root(service.name) else RULE.level
        if success == Action.DONE and not earned:
            what = "ends the chain with a yes for everybody"
        elif success > 0 and behind:
            what = "passes over the lines below for everybody"
        elif success == Action.OK and not earned:
            what = "says yes to everybody before anything was proved"
            if any(_must_prove(*each) for each in behind):
                level = Severity.NOTE
        else:
            continue
        if not grants_by_design(link.span.file):
            yield RULE.finding(
                known.span,
                f"pam_permit {what}",
                "remove it, or let it close a block of jumps",
                level=level,
            )


def _must_prove(link: Link, known: KnownEntry) -> bool:
    """Whether a link refuses who proves nothing to it; a module nobody knows may."""
    refuses = link.actions[ReturnCode.AUTH_ERR] in (Action.BAD, Action.DIE)
    proves = known.declaration is None or any(known.states(fact) for fact in _PROOFS)
    return bool(link.refusal) or (refuses and (proves or known.module == "pam_deny"))
