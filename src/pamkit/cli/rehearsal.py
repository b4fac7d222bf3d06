"""A login rehearsed: the engine walks a policy with modules that answer as somebody says."""

from __future__ import annotations

from pamkit.analysis.circumstance import USER
from pamkit.analysis.supposed import answer_on
from pamkit.assembly import registry
from pamkit.cli.declarations import declarations
from pamkit.cli.run import carry_out
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.status import DONE
from pamkit.cli.usage import UsageError
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.policy.compile import compile_policy
from pamkit.testing.outside import StandInOutside
from pamkit.testing.world import memory_world
from pamkit.transaction import Transaction
from pamkit.vocab.codes import WORDS, ReturnCode
from pamkit.vocab.errors import PamError
from pamkit.vocab.facility import Primitive
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pamkit.analysis.model import Declarations
    from pamkit.analysis.supposed import Said
    from pamkit.cli.plan import Task
    from pamkit.module.call import ModuleCall
    from pamkit.policy.resolve import Policy
    from pamkit.semantics.trace import Run


class Rehearsed(Record, eq=False):
    """What came of a login: whether it went through, each call with its code, and the runs."""

    done: bool
    calls: tuple[tuple[Primitive, int], ...]
    runs: tuple[Run, ...]

    @property
    def code(self) -> int:
        """Success, or the code of the first call that was refused and stayed so."""
        if self.done:
            return ReturnCode.SUCCESS
        renewed = any(call is Primitive.CHAUTHTOK for call, _ in self.calls)
        return next(
            code
            for call, code in self.calls
            if code != ReturnCode.SUCCESS and not (renewed and call is Primitive.ACCT_MGMT)
        )


def rehearse(
    policy: Policy,
    planned: tuple[Task, ...],
    day: Mapping[str, str],
    wanted: tuple[Said, ...],
    *,
    root: str,
    confdir: str | None,
) -> Rehearsed:
    """Return what comes of a login on a day, with what is said of some modules.

    Nothing is asked, run or changed.  Raises `UsageError`.
    """
    calls = _Calls()
    try:
        transaction = Transaction(
            policy.service,
            day[USER],
            conversation=lambda _: [],
            confdir=confdir,
            root=root,
            dialect=policy.dialect,
            quirks=policy.quirks,
            **replacements(policy, day, wanted),
        )
    except (PamError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None
    with transaction:
        status = carry_out(transaction, planned, calls, keep_going=False)
        return Rehearsed(status == DONE, tuple(calls.made), transaction.trace)


def names_in(policy: Policy) -> frozenset[str]:
    """Return the names of all modules in a policy."""
    known = registry(dialect=policy.dialect)
    links = [link for chain in compile_policy(policy).values() for link in chain]
    return frozenset(filter(None, (known.name_of(link.module) for link in links)))


def check_named(policy: Policy, wanted: tuple[Said, ...]) -> None:
    """Raise `UsageError` if something is said of a module that the policy does not name."""
    names = names_in(policy)
    for each in wanted:
        if each.module not in names:
            raise UsageError(
                f"the policy of `{shown(policy.service)}` does not name `{shown(each.module)}`",
                "it names " + ", ".join(f"`{shown(name)}`" for name in sorted(names)),
            )


def replacements(
    policy: Policy, day: Mapping[str, str], wanted: tuple[Said, ...]
) -> dict[str, Any]:
    """Return the settings of a transaction that put stand-ins in the place of all that is real."""
    known = declarations(policy.dialect)
    return {
        "modules": {name: _stand_in(name, day, wanted, known) for name in names_in(policy)},
        "world": memory_world(),
        "outside": StandInOutside(),
        "log": lambda *_: None,
    }


class _AnyOptions(Options):
    """Takes whatever stands there."""

    words: tuple[str, ...] = rest("anything")


def _stand_in(
    name: str, day: Mapping[str, str], wanted: tuple[Said, ...], known: Declarations
) -> Module:
    """Return what stands in for a module: it answers, and does nothing."""
    asked: dict[Primitive, int] = {}

    def hook(call: ModuleCall[Any]) -> int:
        primitive = call.primitive
        turn = asked.get(primitive, 0)
        asked[primitive] = turn + 1
        return answer_on(day, wanted, name, tuple(call.args), primitive, known, turn=turn)

    declaration = declare(
        name,
        options=_AnyOptions,
        answers=dict.fromkeys(Primitive, " ".join(WORDS)),
        examples=[example("any", f"auth required {name}.so")],
    )
    return Module(name, declaration, dict.fromkeys(Primitive, hook))


class _Calls:
    """A report that nobody sees: what was called, and what came of it."""

    def __init__(self) -> None:
        self.made: list[tuple[Primitive, int]] = []

    def call(self, task: Task) -> None:
        """Hear that a call is made."""

    def called(self, task: Task, refused: PamError | None, *, asked: bool) -> None:
        """Note a call."""
        code = ReturnCode.SUCCESS if refused is None else refused.code
        self.made.append((task.primitive, code))

    def interrupted(self) -> None:
        """Leave it at that."""
