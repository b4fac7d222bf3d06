"""The arguments of `pamkit diff`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_diff(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    diff = commands.add_parser(
        "diff",
        allow_abbrev=False,
        help="what a change of policies changes: whom it lets in, whom it keeps out",
        description="Compare what policies mean, not how they are written. OLD and NEW are roots"
        " with an etc/pam.d in them, or directories of policies. For each service it says whether"
        " the new policy lets in whom the old one does, and shows a run of each where it does not."
        " Lines for changing passwords are not compared.",
        epilog="Exit status: 0 they mean the same, 1 they do not, 2 unusable command line or"
        " policy.",
    )
    diff.set_defaults(parser=diff)
    diff.add_argument("old", metavar="OLD", help="what there was")
    diff.add_argument("new", metavar="NEW", help="what there is to be")
    diff.add_argument(
        "--service", metavar="NAME", action="append", default=[], help="only this one, or these"
    )
    diff.add_argument("--dialect", metavar="NAME", help="linux or debian; else what the system is")
    diff.add_argument("--json", action="store_true", help="one JSON document on standard output")
