"""A service that lets somebody in who has proved nothing.

What it finds

A service, with all it includes, that can be passed although no module has proved who is asking: no
secret, no thing, no trait, and no caller that is trusted already. Every outcome of every line is
gone through; the finding shows a shortest run. Services that grant by design, such as
`gdm-autologin`, are left out, and runs that rest on modules of which nothing is known. It
is a note in tools that only root may use, such as useradd.

Why it matters

It is open. The usual way there is a chain whose last line is `sufficient`: a line above that says
yes for other reasons, as `pam_faillock.so preauth` does about every account that is not locked,
has the last word when the password is wrong.

Avoid

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so

Prefer

    auth required pam_faillock.so preauth
    auth sufficient pam_unix.so
    auth required pam_faillock.so authfail
    auth required pam_deny.so

Sources

- `pam.conf(5)`, `pam_faillock(8)`
- gentoo/pambase commit f6e52e5
"""

from __future__ import annotations

from pamkit.analysis.by_design import grants_by_design, is_tool_of_root
from pamkit.analysis.claims import NO_GRANT_WITHOUT_PROOF
from pamkit.analysis.proved import proved
from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.diagnostic import Severity, shown
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.explore import Choice
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "grant-without-proof",
    level=Severity.ERROR,
    scope=Scope.SERVICE,
    since="0.1",
    id="AUTH-01",
    aliases=("FLOW-07", "FLOW-19", "AUTH-19"),
)

_TRUSTING = frozenset({"pam_rootok", "pam_self", "pam_timestamp", "pam_sepermit", "pam_wheel"})
"""Modules that let in who has been let in already, or is root, or whom `wheel-trust` tells of."""

_OPEN_GROUP = "nopasswdlogin"
"""The group whose members display managers are told to let in without asking."""

_PUZZLING = frozenset({"pam_debug"})
"""Modules whose options say what they answer: the claim takes them for what they are by default."""


def find(service: Service) -> Iterator[Finding]:
    """Yield one finding if there is a run that lets in who proves nothing."""
    links = service.links(Facility.AUTH)
    modules = {known.module for _, known in links}
    if not links or not service.whole or modules & _PUZZLING or _is_left_out(service):
        return
    result = proved(service, NO_GRANT_WITHOUT_PROOF)
    if result is None:
        return
    steps = tuple(_known(service, step) for step in result.witness)
    yes = [known for known, code in steps if code == ReturnCode.SUCCESS]
    if result.holds or result.assumed or any(map(_is_meant, yes)):
        return
    yield RULE.finding(
        yes[-1].span,
        f"`{shown(service.name)}` lets in who has proved nothing",
        "end the chain with a line that refuses, or with one that proves something",
        level=Severity.NOTE if is_tool_of_root(service.name) else RULE.level,
        related=((known.span, f"{known.module} answers {WORDS[code]}") for known, code in steps),
    )


def _is_left_out(service: Service) -> bool:
    """Whether a service grants by design, or is a piece that others build on."""
    return grants_by_design(service.name) or is_shared(service.name)


def _is_meant(known: KnownEntry) -> bool:
    """Whether a line says yes because it trusts a caller, or because somebody wants it to."""
    trusts = known.module in _TRUSTING or _OPEN_GROUP in known.args
    return trusts or grants_by_design(known.span.file)


def _known(service: Service, step: Choice) -> tuple[KnownEntry, int]:
    return service.known[step.link.span], step.outcome.code
