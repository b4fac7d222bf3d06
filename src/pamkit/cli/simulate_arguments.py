"""The arguments of `pamkit simulate`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_simulate(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    simulate = commands.add_parser(
        "simulate",
        allow_abbrev=False,
        help="what a policy would do if its modules answered as you say",
        description="Walk a policy without asking a module: each answers as it would on an ordinary"
        " day for a local user with the right password, or as you say. Nobody is asked for"
        " anything, and nothing is changed.",
        epilog="Exit status: 0 success, 1 refused, 2 unusable command line or policy.",
    )
    simulate.set_defaults(parser=simulate)
    simulate.add_argument("service", metavar="SERVICE", help="the name that picks the policy")
    simulate.add_argument(
        "--set",
        metavar="MODULE=CODE[,...]",
        action="append",
        default=[],
        help="as in pam_unix=auth_err or pam_unix.acct_mgmt=acct_expired;"
        " pam_unix=auth_err/success answers otherwise the second time",
    )
    simulate.add_argument(
        "--given",
        metavar="NAME=VALUE[,...]",
        action="append",
        default=[],
        help="what sort of day it is: user=root, secret=wrong, locked=yes, expired=yes, due=yes,"
        " nologin=yes, reachable=no, caller=root",
    )
    simulate.add_argument(
        "--do",
        metavar="CALL[,CALL...]",
        default="login",
        help="as for `pamkit run`; default: all that a login does",
    )
    simulate.add_argument("--keep-going", action="store_true", help="go on after a refusal")
    simulate.add_argument(
        "--confdir", metavar="DIR", help="take policies from this directory alone"
    )
    simulate.add_argument("--root", metavar="DIR", default="/", help="use the policies below DIR")
    simulate.add_argument("--dialect", metavar="NAME", help="linux, solaris ...; else the system's")
    simulate.add_argument(
        "--quirk", metavar="NAME", action="append", default=[], help="as for `pamkit run`"
    )
    simulate.add_argument("--json", action="store_true", help="one JSON document, as of `run`")
    simulate.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
