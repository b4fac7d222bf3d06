"""`pamkit simulate`: a policy walked by the engine, with modules that answer as somebody says."""

from __future__ import annotations

import argparse

from pamkit.analysis.circumstance import USER
from pamkit.analysis.supposed import day_of, said
from pamkit.cli.one_policy import policy_named
from pamkit.cli.rehearsal import check_named, replacements
from pamkit.cli.run import run
from pamkit.cli.shown import shown
from pamkit.cli.usage import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pamkit.analysis.supposed import Said


def simulate(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    day, wanted = supposed(args)
    policy = policy_named(args.service, args.root, args.confdir, args.dialect, args.quirk)
    check_named(policy, wanted)
    # In a root that is a part of a system the dialect is the one its files are written in.
    given = {**vars(args), "dialect": policy.dialect.name}
    everything = argparse.Namespace(
        **given, user=day[USER], flags="", rhost=None, tty=None, ruser=None, item=[], log=False
    )
    return run(everything, lambda _: [], **replacements(policy, day, wanted))


def supposed(args: argparse.Namespace) -> tuple[dict[str, str], tuple[Said, ...]]:
    """Return the day of `--given`, and what `--set` says; raises `UsageError`."""
    try:
        wanted = tuple(said(word) for words in args.set for word in words.split(","))
        day = day_of([word for words in args.given for word in words.split(",")])
    except ValueError as odd:
        raise UsageError(shown(str(odd))) from None
    return day, wanted
