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
        usage="pamkit diff [options] OLD NEW\n"
        "       pamkit diff [options] --git REV [REV] [-- PATH]\n"
        "       pamkit diff --git-driver PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE",
        help="what a change of policies changes: whom it lets in, whom it keeps out",
        description="Compare what policies mean, not how they are written. OLD and NEW are roots"
        " with an etc/pam.d in them, or directories of policies. For each service it says whether"
        " the new policy lets in whom the old one does, and shows a run of each where it does not;"
        " what else is done otherwise is a note.",
        epilog="Exit status: 0 they let by the same people, 1 they do not (see --fail-on), 2"
        " unusable command line or policies.",
    )
    diff.set_defaults(parser=diff)
    diff.add_argument(
        "sides", metavar="OLD NEW", nargs="+", help="what there was, and what there is to be"
    )
    diff.add_argument(
        "--git",
        action="store_true",
        help="OLD and NEW are revisions of this repository; without NEW, its work tree",
    )
    diff.add_argument("--git-driver", action="store_true", help="show one file, as git asks for it")
    diff.add_argument(
        "--service", metavar="NAME", action="append", default=[], help="only this one, or these"
    )
    diff.add_argument(
        "--fail-on",
        choices=("looser", "verdict", "note"),
        default="verdict",
        help="what makes the exit status 1: only what is looser, every other verdict, or notes"
        " too; default: verdict",
    )
    diff.add_argument(
        "--dialect",
        metavar="NAME",
        help="linux, solaris ..., or `OLD,NEW` for a name each; else what is found",
    )
    diff.add_argument("--json", action="store_true", help="one JSON document on standard output")
