"""The arguments of `pamkit explain`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_explain(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    explain = commands.add_parser(
        "explain",
        allow_abbrev=False,
        help="a policy in plain words; or why a run of it ended as it did",
        description="Say of every line what its module does and where each of its answers leads,"
        " and of the whole who is let in. With --trace, --set or --given: which line decided a run,"
        " and the least that would have changed it. Nothing is run and no rights are needed.",
        epilog="Exit status: 0 success, 2 unusable command line, policy or trace.",
    )
    explain.set_defaults(parser=explain)
    explain.add_argument("service", metavar="SERVICE", help="the name that picks the policy")
    explain.add_argument(
        "--facility",
        metavar="NAME",
        action="append",
        default=[],
        help="only auth, account, password or session",
    )
    form = explain.add_mutually_exclusive_group()
    form.add_argument("--tree", action="store_true", help="the lines and where they lead, drawn")
    form.add_argument(
        "--graph", choices=("dot", "mermaid"), help="the same for Graphviz or for Mermaid"
    )
    form.add_argument("--json", action="store_true", help="one JSON document on standard output")
    explain.add_argument(
        "--trace", metavar="FILE", help="explain a run that `run --json` has written; - for input"
    )
    explain.add_argument(
        "--set",
        metavar="MODULE=CODE[,...]",
        action="append",
        default=[],
        help="explain the login in which modules answer so, as for `pamkit simulate`",
    )
    explain.add_argument(
        "--given",
        metavar="NAME=VALUE[,...]",
        action="append",
        default=[],
        help="explain the login of such a day, as for `pamkit simulate`",
    )
    explain.add_argument("--root", metavar="DIR", default="/", help="use the policies below DIR")
    explain.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    explain.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else the system's")
    explain.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
