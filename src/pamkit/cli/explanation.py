"""What there is to say of a service: each facility with its lines, and what they come to."""

from __future__ import annotations

from pamkit.analysis.explore import TooMany
from pamkit.analysis.grants import summary
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.leads import codes_of, rungs
from pamkit.analysis.model import Model
from pamkit.cli.row import module_name, where
from pamkit.policy.compile import compile_policy
from pamkit.semantics.fold import fold_of
from pamkit.vocab.facility import Facility, Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pamkit.analysis.grants import Summary
    from pamkit.analysis.leads import Rung
    from pamkit.analysis.model import Declarations
    from pamkit.policy.chain import Chain, Link
    from pamkit.policy.resolve import Policy

ASKED_BY = {
    Facility.AUTH: Primitive.AUTHENTICATE,
    Facility.ACCOUNT: Primitive.ACCT_MGMT,
    Facility.PASSWORD: Primitive.CHAUTHTOK,
    Facility.SESSION: Primitive.OPEN_SESSION,
}
"""The call by which the lines of a facility are judged."""


class Part(Record, eq=False):
    """One facility: its chain, its lines with where they lead, and what they come to.

    ``summary`` is `None` if there are more lines than can be looked at.
    """

    facility: Facility
    chain: Chain
    rungs: tuple[Rung, ...]
    summary: Summary | None


def explained(
    policy: Policy, facilities: Iterable[Facility], known: Declarations
) -> tuple[Part, ...]:
    """Return what there is to say of some facilities of a policy."""
    chains = compile_policy(policy)
    return tuple(_part(chains[facility], known) for facility in facilities)


def line_name(link: Link) -> str:
    """Return what a line is called where another speaks of it."""
    return f"{where(link.span)} ({module_name(link)})"


def _part(chain: Chain, known: Declarations) -> Part:
    primitive = ASKED_BY[chain.facility]
    model = Model(known, primitive, special=TABLES)
    fold = fold_of(chain.rules, primitive)
    lines = rungs(chain, lambda link: codes_of(model, primitive, link), fold)
    try:
        found = summary(chain, primitive, known)
    except TooMany:
        found = None
    return Part(chain.facility, chain, lines, found)
