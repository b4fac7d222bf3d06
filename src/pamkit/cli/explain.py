"""`pamkit explain`: what a policy says, line by line; or why a run of it ended as it did."""

from __future__ import annotations

from pamkit.cli.declarations import declarations
from pamkit.cli.explanation import explained
from pamkit.cli.one_policy import policy_named
from pamkit.cli.screen import screen
from pamkit.cli.shown import shown
from pamkit.cli.status import DONE
from pamkit.cli.usage import UsageError
from pamkit.policy.suggest import did_you_mean
from pamkit.vocab.facility import FACILITY_WORDS, Facility

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse


def explain(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    facilities = _facilities(args.facility)
    if args.trace is not None or args.set or args.given:
        from pamkit.cli.explain_run import explain_run

        return explain_run(args)
    policy = policy_named(args.service, args.root, args.confdir, args.dialect)
    known = declarations(policy.dialect)
    parts = explained(policy, facilities, known)
    if args.json:
        from pamkit.cli.explain_json import print_policy

        print_policy(policy, parts, known)
    elif args.graph:
        from pamkit.cli.explain_graph import GRAPHS

        print(GRAPHS[args.graph](policy.service, parts), end="")
    else:
        from pamkit.cli.explain_text import show_policy, show_tree

        if args.tree:
            show_tree(screen(plain=args.plain), policy, parts)
        else:
            show_policy(screen(plain=args.plain), policy, parts, known)
    return DONE


def _facilities(names: list[str]) -> tuple[Facility, ...]:
    wanted = [name.lower() for each in names for name in each.split(",")]
    for name in wanted:
        if name not in FACILITY_WORDS:
            raise UsageError(
                f"there is no facility `{shown(name)}`", did_you_mean(name, FACILITY_WORDS)
            )
    return tuple(
        facility for name, facility in FACILITY_WORDS.items() if not wanted or name in wanted
    )
