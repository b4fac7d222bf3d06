"""A jump that lands inside an included file.

What it finds

A jump that passes some lines of an included file and lands on the next of them. One that passes
all of them is a note.

Why it matters

A jump counts the lines of included files one by one. It lands elsewhere as soon as somebody
changes that file: on a line that was to be passed, or behind one that was to be asked.

Avoid

    auth [success=2 default=ignore] pam_fprintd.so
    auth include system-auth
    auth required pam_deny.so
    system-auth:
    auth required pam_faillock.so preauth
    auth required pam_env.so
    auth required pam_unix.so

Prefer

    auth [success=1 default=ignore] pam_fprintd.so
    auth substack system-auth
    auth required pam_permit.so
    system-auth:
    auth required pam_unix.so
    auth required pam_env.so

Sources

- `pam.conf(5)`
"""

from __future__ import annotations

from pamkit.analysis.landing import files_below, stretches
from pamkit.analysis.rule import Rule, Scope
from pamkit.policy.chain import Link
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.landing import Stretch
    from pamkit.analysis.tree import Service
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "jump-into-include", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="INC-08"
)


def find(service: Service) -> Iterator[Finding]:
    """Yield the jumps."""
    for facility in Facility:
        for stretch in stretches(service, facility):
            for at, link in enumerate(stretch):
                if isinstance(link, Link) and max(link.actions) > 0:
                    yield from _of(service, stretch, at, link)


def _of(service: Service, stretch: Stretch, at: int, link: Link) -> Iterator[Finding]:
    below = files_below(service, link.span.file)
    crossing = ""
    for over in sorted({action for action in link.actions if action > 0}):
        passed = [each.span.file for each in stretch[at + 1 : at + 1 + over]]
        there = stretch[at + 1 + over] if at + 1 + over < len(stretch) else None
        crossed = [file for file in passed if file in below]
        if there is not None and crossed and there.span.file == passed[-1] == crossed[-1]:
            yield RULE.finding(
                link.span,
                f"the jump over {over} lines lands inside an included file",
                "include the file as a substack: it counts as one line",
                related=((there.span, "it goes on here"),),
            )
            return
        crossing = crossing or (crossed[0] if crossed else "")
    if crossing:
        yield RULE.finding(
            link.span,
            f"the jump counts the lines of `{crossing.rpartition('/')[2]}` one by one",
            "include the file as a substack: it counts as one line",
            level=Severity.NOTE,
        )
