"""A module that is made for tests.

What it finds

pam_debug, pam_stress and their like in a policy. pam_debug that is told to refuse is left out:
authselect uses it as a denial with a code of its own.

Why it matters

They answer what they are told to: who left one behind has left a door open, or shut.

Avoid

    auth sufficient pam_debug.so auth=success

Prefer

    auth required pam_unix.so

Sources

- `pam_debug(8)`
"""

from __future__ import annotations

from pamkit.analysis.module_names import FOR_TESTS
from pamkit.analysis.rule import Rule, Scope
from pamkit.module.facts import TEST_INSTRUMENT
from pamkit.vocab.codes import WORDS
from pamkit.vocab.diagnostic import Severity
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.vocab.diagnostic import Finding

RULE = Rule("stock-test-modules", level=Severity.ERROR, scope=Scope.LINE, since="0.1", id="MOD-16")


_REFUSALS = frozenset(WORDS) - {"success", "ignore", "new_authtok_reqd"}
_EVENTS = {
    Facility.AUTH: "auth=",
    Facility.ACCOUNT: "acct=",
    Facility.PASSWORD: "chauthtok=",
    Facility.SESSION: "open_session=",
}


def find(entry: KnownEntry) -> Iterator[Finding]:
    """Yield the line if its module says so itself, or is one of a test suite."""
    made_for_it = entry.states(TEST_INSTRUMENT) or entry.module in FOR_TESTS
    if made_for_it and not _refuses(entry):
        yield RULE.finding(
            entry.span, f"`{entry.module}` is for tests and answers what it is told", "remove it"
        )


def _refuses(entry: KnownEntry) -> bool:
    """Whether pam_debug is told to say no where it stands."""
    event = None if entry.facility is None else _EVENTS[entry.facility]
    told = [arg.removeprefix(event) for arg in entry.args if event and arg.startswith(event)]
    return entry.module == "pam_debug" and bool(told) and told[0] in _REFUSALS
