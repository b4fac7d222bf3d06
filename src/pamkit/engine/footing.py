"""What all transactions with the same settings stand on."""

from __future__ import annotations

from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.module.registry import Registry
    from pamkit.policy.compile import Compiled
    from pamkit.policy.dialect import Dialect


class Footing(Record, eq=False):
    """What all transactions with the same settings stand on.

    ``load`` returns the policy of a service, and raises `PolicyError` if there is none that can be
    used.  ``registry`` has the modules in Python, ``dialect`` says how policies are read and
    answers folded, ``quirks`` which refusals are turned back into what libpam does.
    """

    load: Callable[[str], Compiled]
    registry: Registry
    dialect: Dialect
    quirks: frozenset[str] = frozenset()
