"""A module whose credentials the usual success passes by.

What it finds

pam_group, pam_cap, pam_keyinit, a keyring or a module that mounts home directories in `auth`,
below a line whose success ends the chain.

Why it matters

What was not asked in authenticate is not asked in setcred: the groups, the capabilities and the
keyring of the session are missing for those who log in as usual.

Avoid

    auth sufficient pam_unix.so
    auth optional pam_group.so
    auth required pam_deny.so

Prefer

    auth [success=1 default=ignore] pam_unix.so
    auth requisite pam_deny.so
    auth required pam_permit.so
    auth optional pam_group.so

Sources

- `pam_group(8)`
- linux-pam/linux-pam#583
- NixOS/nixpkgs#11195
"""

from __future__ import annotations

from pamkit.analysis.passage import BY_CONDITION, by_condition, passages
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import PROVES_IDENTITY
from pamkit.policy.control import Action
from pamkit.semantics.verdict import Mood
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.explore import Choice, Outcome
    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "credentials-passed-by",
    level=Severity.WARNING,
    scope=Scope.SERVICE,
    since="0.1",
    id="AUTH-17",
)

_NEEDED = frozenset(
    {
        *("pam_group", "pam_cap", "pam_keyinit", "pam_afs_session"),
        *("pam_gnome_keyring", "pam_kwallet", "pam_kwallet5", "pam_mount", "pam_ecryptfs"),
    }
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the lines that are not asked."""
    needing = {
        link: known
        for link, known in service.links(Facility.AUTH)
        if known.module in _NEEDED and not link.refusal
    }
    if not needing:
        return

    def noted(link: Link, outcome: Outcome) -> tuple[str, ...]:
        asked = (f"asked {link.number}",) if link in needing else ()
        return (*by_condition(service.known[link.span], link, outcome), *asked)

    seen = passages(service, Primitive.AUTHENTICATE, noted)
    ends = () if seen is None else seen.ends
    for link, known in needing.items():
        for end in ends:
            if seen is None or end.verdict.mood is not Mood.GRANTED:
                continue
            last = seen.witness(end)[-1]
            # Where a condition lays the way, somebody wanted it so.
            passed = f"asked {link.number}" not in end.marks and _ends(service, last)
            if passed and BY_CONDITION not in end.marks:
                yield RULE.finding(
                    known.span,
                    f"not asked if `{service.known[last.link.span].module}` above has let in",
                    "let the line above jump to a closing pam_permit, and put this one behind it",
                    related=((last.link.span, "its success ends the chain"),),
                )
                break


def _ends(service: Service, step: Choice) -> bool:
    known = service.known[step.link.span]
    return known.states(PROVES_IDENTITY) and step.link.actions[step.outcome.code] == Action.DONE
