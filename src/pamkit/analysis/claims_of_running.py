"""Claims that a module is asked on every run that lets by: what must always run, does.

A session without its limits, an account check without the list of names: nobody sees from the
outside that a line above has ended the chain.
"""

from __future__ import annotations

from pamkit.analysis.claims import Claim, Quantity, is_granted
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pamkit.analysis.lockstep import Marks, Seen

_WORDS = {
    Primitive.AUTHENTICATE: "nobody is let in unless `{}` was asked",
    Primitive.ACCT_MGMT: "no account is found usable unless `{}` was asked",
    Primitive.OPEN_SESSION: "no session is opened unless `{}` was asked",
    Primitive.CHAUTHTOK: "no password is changed unless `{}` was asked",
}

SAYING = "no run lets by in which the module was not asked"


def asks(start: str, primitive: Primitive) -> Callable[[str], Claim]:
    """Return what makes the claim that a module (`pam_limits`) is always asked.

    ``start`` is what stands in front of the module in its name.
    """

    def make(module: str) -> Claim:
        def note(marks: Marks, seen: Seen) -> Marks:
            is_asked = seen.subject.name == module and not seen.link.refusal
            return marks | {module} if is_asked else marks

        return Claim(
            f"{start}{module}",
            _WORDS[primitive].format(module),
            primitive,
            Quantity.NEVER,
            lambda end: is_granted(end) and module not in end.marks,
            watch=note,
        )

    return make
