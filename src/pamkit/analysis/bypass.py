"""Checks that the success of a line above passes by: it ends the chain before they are asked."""

from __future__ import annotations

from pamkit.analysis.landing import does_work, files_below, must_be_passed, stretches
from pamkit.module.facts import ASKS_SECRET
from pamkit.policy.chain import Link
from pamkit.policy.control import Action
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pamkit.analysis.entry import KnownEntry
    from pamkit.analysis.landing import Stretch
    from pamkit.analysis.tree import Service

_GATES = frozenset(
    {
        *("pam_access", "pam_time", "pam_nologin", "pam_securetty", "pam_wheel", "pam_listfile"),
        *("pam_tally", "pam_tally2"),
    }
)
"""Modules that ask who, when or where from, and are of use only if everybody comes by."""

_ACROSS = _GATES | {"pam_faillock"}
"""Those that are of no use below an include; in one file the order of pam_faillock is its own."""


def bypassed(service: Service, *, across: bool) -> Iterator[tuple[KnownEntry, KnownEntry]]:
    """Yield each line that ends the chain with success, and the first check below that needs it.

    ``across``: the line that ends the chain is in a file that the check's file includes.
    """
    for facility in (Facility.AUTH, Facility.ACCOUNT):
        for stretch in stretches(service, facility):
            yield from _in(service, facility, stretch, across=across)


def _in(
    service: Service, facility: Facility, stretch: Stretch, *, across: bool
) -> Iterator[tuple[KnownEntry, KnownEntry]]:
    first: KnownEntry | None = None
    checks: list[KnownEntry] = []
    asked: set[tuple[str, tuple[str, ...]]] = set()
    for link in stretch:
        known = service.known[link.span]
        if not isinstance(link, Link):
            checks = []  # what is in there may be another way in
        elif must_be_passed(link) and _is_check(known, across=across):
            if first is None:
                asked.add((known.module, known.args))
            elif (known.module, known.args) not in asked:
                checks.append(known)
        elif does_work(known, facility) or known.declaration is None:
            # A check above another way in may be meant for those who take it.
            checks = []
            is_usual = facility is Facility.ACCOUNT or known.states(ASKS_SECRET)
            if first is None and is_usual and link.actions[ReturnCode.SUCCESS] == Action.DONE:
                first = known
    for check in checks[:1]:
        assert first is not None  # noqa: S101  # said for type checkers
        below = files_below(service, check.span.file)
        if (first.span.file in below) == across:
            yield first, check


def _is_check(known: KnownEntry, *, across: bool) -> bool:
    return known.module in (_ACROSS if across else _GATES)
