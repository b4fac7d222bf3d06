"""An account check that forgets that the password must be changed.

What it finds

A line of `account` in brackets in which success counts and `new_authtok_reqd` is ignored, with
a module that gives this answer. It is a note where a line below checks the account as well.

Why it matters

The password of the account is too old, the module says so, and the line drops it: nobody is
asked for a new one, or who is fit to log in is refused by the line behind.

Avoid

    account [success=1 default=ignore] pam_unix.so
    account requisite pam_deny.so
    account required pam_permit.so

Prefer

    account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
    account requisite pam_deny.so
    account required pam_permit.so

Sources

- `pam_acct_mgmt(3)`
- `/usr/share/pam-configs/unix` of Debian
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import CHECKS_ACCOUNT
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility, Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.tree import File
    from pamkit.vocab.diagnostic import Finding

RULE = Rule(
    "new-authtok-reqd-lost", level=Severity.WARNING, scope=Scope.FILE, since="0.1", id="FLOW-11"
)


def find(file: File) -> Iterator[Finding]:
    """Yield the controls that drop the answer; it is a note where another check follows."""
    entries = file.of(Facility.ACCOUNT)
    for at, entry in enumerate(entries):
        if _drops(entry):
            checked = any(later.states(CHECKS_ACCOUNT) for later in entries[at + 1 :])
            yield RULE.finding(
                entry.control_span,
                f"that the password must be changed is lost when `{entry.module}` says so",
                "add `new_authtok_reqd=done`",
                level=Severity.NOTE if checked else RULE.level,
            )


def _drops(entry: KnownEntry) -> bool:
    """Whether success counts and the answer is ignored, if it is one that the module gives."""
    if entry.declaration is None or not entry.is_bracketed:
        return False
    answers = entry.declaration.answers.get(Primitive.ACCT_MGMT, frozenset())
    actions = entry.control.actions
    success = actions[ReturnCode.SUCCESS]
    counts = success > 0 or success in (Action.OK, Action.DONE)
    dropped = actions[ReturnCode.NEW_AUTHTOK_REQD] == Action.IGNORE
    return counts and dropped and ReturnCode.NEW_AUTHTOK_REQD in answers
