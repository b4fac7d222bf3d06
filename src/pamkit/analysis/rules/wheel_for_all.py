"""pam_wheel in a file that every service includes.

What it finds

A line of pam_wheel in `auth` or `account` of a shared file, such as `common-auth` or `system-auth`.
A line that another one above it jumps over is left out: somebody has said there whom it is for.

Why it matters

pam_wheel is for su: it refuses whoever is not in the group. In a shared file it is asked by login,
sshd and screen lockers as well, and locks out everybody who is no administrator.

Avoid

    common-auth:
    auth required pam_wheel.so
    auth required pam_unix.so

Prefer

    common-auth:
    auth required pam_unix.so
    su:
    auth sufficient pam_rootok.so
    auth required pam_wheel.so use_uid
    auth include common-auth

Sources

- `pam_wheel(8)`
- Kicksecure/security-misc d4767b75
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "wheel-for-all",
    level=Severity.WARNING,
    scope=Scope.FILE,
    since="0.1",
    id="SVC-01",
)


def find(file: File) -> Iterator[Finding]:
    """Yield the lines."""
    if not is_shared(file.name):
        return
    for known in file.entries:
        refuses = known.control.actions[ReturnCode.PERM_DENIED] in (Action.BAD, Action.DIE)
        of_logins = known.facility in (Facility.AUTH, Facility.ACCOUNT)
        is_wheel = known.module == "pam_wheel" and refuses and of_logins
        if is_wheel and not _is_jumped_over(file, known):
            yield RULE.finding(
                known.span,
                "every service that includes this file refuses who is not in the group",
                "move the line to `su`",
            )


def _is_jumped_over(file: File, known: KnownEntry) -> bool:
    """Whether a line above leads some users past this one."""
    assert known.facility is not None  # noqa: S101  # only lines of logins are asked for
    lines = file.of(known.facility)
    at = lines.index(known)
    return any(max(line.control.actions) >= at - above for above, line in enumerate(lines[:at]))
