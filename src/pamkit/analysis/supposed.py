"""What modules are supposed to answer: on a day as somebody describes it, but for what is said.

A day is circumstances with their values; those that nobody names are as usual.
"""

from __future__ import annotations

from pamkit.analysis.circumstance import VALUES
from pamkit.analysis.known_modules import TABLES
from pamkit.analysis.model import Model
from pamkit.policy.chain import Link
from pamkit.vocab.codes import CODE_COUNT, CODES_BY_WORD, ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record
from pamkit.vocab.span import Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pamkit.analysis.model import Declarations

_APART = tuple(range(CODE_COUNT))
"""Actions of a line that tells every code apart: which one it is must be known."""

_NOWHERE = Span("", 1)


class Said(Record):
    """An answer that somebody wants of a module, to one primitive or to all.

    ``then`` are those that follow when it is asked again; the last one stays.
    """

    module: str
    primitive: Primitive | None
    code: int
    then: tuple[int, ...] = ()


def said(assignment: str) -> Said:
    """Return what `pam_x=auth_err` or `pam_x.acct_mgmt=acct_expired` wants; raises `ValueError`.

    `pam_x=success/auth_err` is success the first time that it is asked, and no from then on.
    """
    name, sign, word = assignment.partition("=")
    module, dot, call = name.removesuffix(".so").partition(".")
    if not sign or not module.startswith("pam_"):
        raise ValueError(f"expected `pam_x=CODE`, found `{assignment}`")
    codes = []
    for each in word.split("/"):
        if each not in CODES_BY_WORD:
            raise ValueError(f"`{each}` is no code")
        codes.append(CODES_BY_WORD[each])
    calls = {primitive.name.lower(): primitive for primitive in Primitive}
    if dot and call not in calls:
        raise ValueError(f"`{call}` is no call: expected one of {', '.join(calls)}")
    return Said(module, calls[call] if dot else None, codes[0], tuple(codes[1:]))


def day_of(assignments: list[str]) -> dict[str, str]:
    """Return the day that `secret=wrong` and its like describe; raises `ValueError`."""
    day = {name: values[0] for name, values in VALUES.items()}
    # Who it is has no usual value: a local user is who most policies are about.
    day["user"] = "local"
    for assignment in assignments:
        name, sign, value = assignment.partition("=")
        if not sign or name not in VALUES:
            names = ", ".join(sorted(VALUES))
            raise ValueError(f"`{assignment}`: expected NAME=VALUE with one of {names}")
        if value not in VALUES[name]:
            raise ValueError(f"`{value}`: expected {name}={' or '.join(VALUES[name])}")
        day[name] = value
    return day


def answer_on(
    day: Mapping[str, str],
    wanted: tuple[Said, ...],
    module: str,
    args: tuple[str, ...],
    primitive: Primitive,
    declarations: Declarations,
    *,
    turn: int = 0,
) -> int:
    """Return what a module answers in a line with these words; the last that was said counts.

    ``turn`` is how often it was asked for the primitive before.
    """
    for each in reversed(wanted):
        if each.module == module and each.primitive in (None, primitive):
            codes = (each.code, *each.then)
            return codes[min(turn, len(codes) - 1)]
    link = Link(0, f"{module}.so", args, _APART, "", _NOWHERE)
    rows = Model(declarations, primitive, healthy=True, special=TABLES).rows(link)
    fitting = [
        row for row in rows if all(day.get(name, value) == value for name, value in row.when)
    ]
    # What hangs on nothing that is known is as the module would like it to be.
    order = (ReturnCode.SUCCESS, ReturnCode.IGNORE)
    return min(
        (row.code for row in fitting or rows),
        key=lambda code: order.index(code) if code in order else CODE_COUNT + code,
    )
