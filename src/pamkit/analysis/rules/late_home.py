"""A home that is made after it was needed.

What it finds

pam_mkhomedir or pam_oddjob_mkhomedir in `session` behind a module that needs the home: pam_mount,
pam_xauth, pam_gnome_keyring, pam_kwallet, or pam_namespace if namespace.conf speaks of `$HOME`.
pam_ecryptfs is none of them: a home that is not there yet has nothing that it could mount.

Why it matters

At the first login there is no home when the module looks for it, and it fails; or the home is made
in a place that another one is mounted over.

Avoid

    session optional pam_mount.so
    session required pam_mkhomedir.so

Prefer

    session required pam_mkhomedir.so
    session optional pam_mount.so

Sources

- `pam_mkhomedir(8)`
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("late-home", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="SES-15")

_MAKING = ("pam_mkhomedir", "pam_oddjob_mkhomedir")
_NEEDING = (
    *("pam_mount", "pam_xauth", "pam_gnome_keyring", "pam_kwallet", "pam_kwallet5"),
    "pam_namespace",
)
_NAMESPACES = "/etc/security/namespace.conf"


def find(service: Service) -> Iterator[Finding]:
    """Yield the line that makes homes, with what stands above."""
    above: KnownEntry | None = None
    for _, known in service.links(Facility.SESSION):
        if known.module in _MAKING:
            if above is not None:
                yield RULE.finding(
                    known.span,
                    f"`{above.module}` above needs the home that is made here",
                    "put the line above it",
                    related=((above.span, "the home is needed here"),),
                )
            return
        if above is None and known.module in _NEEDING and _is_touched(service, known):
            above = known


def _is_touched(service: Service, known: KnownEntry) -> bool:
    """Whether a module has to do with the home: pam_namespace may be about /tmp alone."""
    if known.module != "pam_namespace":
        return True
    lines = (service.around.text(_NAMESPACES) or "").splitlines()
    return any(line.lstrip().startswith("$HOME") for line in lines)
