"""The arguments of `pamkit report`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_report(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    report = commands.add_parser(
        "report",
        allow_abbrev=False,
        help="one page about the policies of a machine: ladders, claims, findings",
        description="Write one HTML file that shows every service: its lines as a ladder with all"
        " jumps, what was found in them, and the claims about it with the runs that show them. The"
        " file needs nothing from anywhere. Nothing is run and no rights are needed.",
        epilog="Exit status: 0 the file is written, 2 unusable command line or no policies.",
    )
    report.set_defaults(parser=report, stdin=None)
    report.add_argument(
        "places",
        metavar="PATH|SERVICE",
        nargs="*",
        help="services of the system, or a directory of policies; default: all services",
    )
    report.add_argument(
        "--html", metavar="FILE", required=True, help="where to write it; `-` is standard output"
    )
    report.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    report.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    report.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else what is found")
    report.add_argument(
        "--date", metavar="TEXT", default="", help="what to say of when or why it was made"
    )
