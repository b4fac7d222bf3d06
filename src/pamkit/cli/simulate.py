"""`pamkit simulate`: a policy walked by the engine, with modules that answer as somebody says."""

from __future__ import annotations

import argparse

from pamkit.analysis.circumstance import USER
from pamkit.analysis.supposed import answer_on, day_of, said
from pamkit.assembly import dialect_named, policy_source, registry
from pamkit.cli.declarations import declarations
from pamkit.cli.run import run
from pamkit.cli.shown import policy_text, shown
from pamkit.cli.usage import UsageError
from pamkit.module.declaration import declare, example
from pamkit.module.options import Options, rest
from pamkit.module.registry import Module
from pamkit.policy.compile import compile_policy
from pamkit.policy.resolve import resolve, service_name
from pamkit.policy.source import Layout
from pamkit.testing.outside import StandInOutside
from pamkit.testing.world import memory_world
from pamkit.vocab.codes import WORDS
from pamkit.vocab.errors import PolicyError
from pamkit.vocab.facility import Primitive

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pamkit.analysis.supposed import Said
    from pamkit.module.call import ModuleCall


def simulate(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    try:
        wanted = tuple(said(word) for words in args.set for word in words.split(","))
        day = day_of([word for words in args.given for word in words.split(",")])
    except ValueError as odd:
        raise UsageError(shown(str(odd))) from None
    names = _names(args)
    for each in wanted:
        if each.module not in names:
            raise UsageError(
                f"the policy of `{shown(args.service)}` does not name `{shown(each.module)}`",
                "it names " + ", ".join(f"`{shown(name)}`" for name in sorted(names)),
            )
    everything = argparse.Namespace(
        **vars(args), user=day[USER], flags="", rhost=None, tty=None, ruser=None, item=[], log=False
    )
    return run(
        everything,
        lambda _: [],
        modules={name: _stand_in(name, day, wanted) for name in names},
        world=memory_world(),
        outside=StandInOutside(),
        log=lambda *_: None,
    )


def _names(args: argparse.Namespace) -> frozenset[str]:
    """Return the names of all modules in a policy."""
    try:
        policy = resolve(
            service_name(args.service),
            policy_source(args.root, args.confdir),
            layout=Layout(confdir=args.confdir),
            dialect=dialect_named(args.dialect, args.root),
        )
    except (PolicyError, ValueError) as bad:
        raise UsageError(policy_text(str(bad))) from None
    known = registry()
    links = [link for chain in compile_policy(policy).values() for link in chain]
    return frozenset(filter(None, (known.name_of(link.module) for link in links)))


class _AnyOptions(Options):
    """Takes whatever stands there."""

    words: tuple[str, ...] = rest("anything")


def _stand_in(name: str, day: Mapping[str, str], wanted: tuple[Said, ...]) -> Module:
    """Return what stands in for a module: it answers, and does nothing."""
    known = declarations()

    def hook(call: ModuleCall[Any]) -> int:
        return answer_on(day, wanted, name, tuple(call.args), call.primitive, known)

    declaration = declare(
        name,
        options=_AnyOptions,
        answers=dict.fromkeys(Primitive, " ".join(WORDS)),
        examples=[example("any", f"auth required {name}.so")],
    )
    return Module(name, declaration, dict.fromkeys(Primitive, hook))
