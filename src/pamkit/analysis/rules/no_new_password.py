"""A module that waits for a new password that nobody has asked for.

What it finds

`use_authtok` in `password` of a service, behind a module that stores or judges the new password,
where no module above asks for one, or none but pam_systemd_home, which asks nobody but its own
users. Files that are made to be included are judged in the services that include them, or by
themselves if nothing here does and pam_systemd_home is in them.

Why it matters

Nobody can change a password: `Authentication token manipulation error`.

Avoid

    password required pam_unix.so use_authtok

Prefer

    password requisite pam_pwquality.so
    password required pam_unix.so use_authtok

Sources

- `pam_unix(8)`
- `pam_chauthtok(3)`
- systemd/systemd issues 30969 and 30992
- kanidm/kanidm issue 594
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.analysis.service_names import is_shared
from pamkit.module.facts import (
    ASKS_NEW_SECRET,
    CHANGES_SECRET,
    JUDGES_SECRET,
    OWN_USERS_ONLY,
    RUNS_PROGRAM,
)
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.tree import Service
    from pamkit.policy.chain import Link
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("no-new-password", level=Severity.ERROR, scope=Scope.SERVICE, since="0.1", id="PW-01")


def find(service: Service) -> Iterator[Finding]:
    """Yield the option of the first line that waits in vain."""
    if not service.whole:
        return
    of_others: list[Link] = []
    for link, known in service.links(Facility.PASSWORD):
        at = known.argument("use_authtok")
        if known.declaration is None:
            return
        if known.states(ASKS_NEW_SECRET):
            goes_on = link.actions[ReturnCode.USER_UNKNOWN] == Action.IGNORE
            if known.states(OWN_USERS_ONLY) and goes_on:
                of_others.append(link)
                continue  # all others are asked by what stands below
            return
        if known.states(RUNS_PROGRAM) and not known.states(CHANGES_SECRET):
            return  # a program may ask
        needs = known.states(CHANGES_SECRET) or known.states(JUDGES_SECRET)
        if needs and at is not None and not _is_optional(link):
            # What includes a shared file may ask, unless the file shows that it does so itself.
            if is_shared(service.name) and not of_others:
                return
            yield RULE.finding(
                at,
                f"`{known.module}` waits for a new password, and no line above asks for one",
                "put pam_pwquality or pam_passwdqc above it, or drop `use_authtok`",
                related=((each.span, "asks nobody but its own users") for each in of_others),
            )
            return


def _is_optional(link: Link) -> bool:
    """Whether nothing hangs on the line: success is no end, and failure is ignored."""
    ignored = link.actions[ReturnCode.AUTHTOK_ERR] == Action.IGNORE
    return ignored and link.actions[ReturnCode.SUCCESS] in (Action.OK, Action.IGNORE)
