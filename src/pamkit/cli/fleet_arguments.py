"""The arguments of `pamkit fleet`."""

from __future__ import annotations

import argparse

from pamkit.cli.check_arguments import LEVELS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_fleet(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    fleet = commands.add_parser(
        "fleet",
        allow_abbrev=False,
        help="check and verify the policies of many machines, each difference once",
        description="Look for mistakes in the policies of many machines, and prove what is meant"
        " to hold of their services. What is the same on several machines is worked out once.",
        epilog="Exit status: 0 nothing found, 1 something found at or above --level or a claim is"
        " broken, 2 unusable command line or no policies.",
    )
    fleet.set_defaults(parser=fleet)
    fleet.add_argument(
        "places",
        metavar="DIR",
        nargs="+",
        help="the root of a machine, a directory of policies, or a directory of such directories",
    )
    fleet.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else what is found")
    fleet.add_argument(
        "--rule", metavar="NAME", action="append", default=[], help="run this rule and no other"
    )
    fleet.add_argument(
        "--no-rule", metavar="NAME", action="append", default=[], help="do not run this rule"
    )
    fleet.add_argument(
        "--level", choices=LEVELS, default="warning", help="what is less bad is not shown: warning"
    )
    fleet.add_argument(
        "--claim",
        metavar="NAME",
        action="append",
        default=[],
        help="claim this of every service, not what is meant to hold of services like it",
    )
    fleet.add_argument(
        "--jobs", metavar="N", type=int, default=0, help="processes; default: one for each CPU"
    )
    form = fleet.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="a JSON document on each line")
    form.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
