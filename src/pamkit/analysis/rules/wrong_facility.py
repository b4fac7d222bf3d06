"""A module in a facility where it can do nothing.

What it finds

A module that has no function for the facility of its line, or one that always fails there. It
is a warning where the control ignores the failure.

Why it matters

A missing function answers `module_unknown`, and a function that is not meant to be called
answers an error: under `required` everybody is refused, under `optional` the line does nothing.

Avoid

    auth required pam_unix.so
    session optional pam_cap.so

Prefer

    auth required pam_unix.so
    auth optional pam_cap.so

Sources

- the manual page of the module, section MODULE TYPES PROVIDED
- gentoo/pambase commit daeb59e
"""

from __future__ import annotations

from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import ALWAYS_FAILS
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import FACILITY_OF, Facility, Primitive, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.module.declaration import Declaration
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("wrong-facility", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="MOD-04")

_USEFUL = frozenset({ReturnCode.SUCCESS, ReturnCode.IGNORE, ReturnCode.NEW_AUTHTOK_REQD})


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line if nothing that its module can answer there helps anybody."""
    facility, declaration = entry.facility, entry.declaration
    if facility is None or declaration is None or entry.states(ALWAYS_FAILS):
        return
    answers = [
        codes
        for primitive, codes in declaration.answers.items()
        # Credentials are a matter of the module that has been asked before.
        if FACILITY_OF[primitive] is facility and primitive is not Primitive.SETCRED
    ]
    if any(codes & _USEFUL for codes in answers):
        return
    codes = frozenset().union(*answers) or {ReturnCode.MODULE_UNKNOWN}
    harmless = all(entry.control.actions[code] == Action.IGNORE for code in codes)
    what = "always fails" if answers else "has no function"
    homes = " or ".join(f"`{word(other)}`" for other in _homes(declaration))
    yield RULE.finding(
        entry.span,
        f"`{entry.module}` {what} in `{word(facility)}`",
        f"it belongs in {homes}",
        level=Severity.WARNING if harmless else RULE.level,
    )


def _homes(declaration: Declaration) -> tuple[Facility, ...]:
    """Return the facilities in which a module can succeed."""
    return tuple(
        sorted(
            {FACILITY_OF[each] for each, codes in declaration.answers.items() if codes & _USEFUL}
        )
    )
