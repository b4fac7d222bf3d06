"""The arguments of `pamkit verify`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_verify(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    verify = commands.add_parser(
        "verify",
        allow_abbrev=False,
        help="prove claims about a policy, or show the run that breaks them",
        description="Prove that no run of a policy lets in whom it must not, or that some run"
        " lets in whom it must: over every answer that its modules can give. A claim that does not"
        " hold is shown with the shortest run that breaks it, and with the command that walks it"
        " again. Without `--claim`: what is meant to hold of a service of this kind.",
        epilog="Exit status: 0 all claims hold, 1 one does not, 2 unusable command line or policy.",
    )
    verify.set_defaults(parser=verify)
    verify.add_argument("services", metavar="SERVICE", nargs="*", help="whose policies")
    verify.add_argument("--all", action="store_true", help="every service there is a policy for")
    verify.add_argument(
        "--claim",
        metavar="NAME",
        action="append",
        default=[],
        help="what is claimed; `needs-pam_x` and `robust-against-pam_x` for any module, `--claims`"
        " lists the others",
    )
    verify.add_argument("--claims", action="store_true", help="list the claims there are")
    verify.add_argument("--root", metavar="DIR", default="/", help="use the policies below DIR")
    verify.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    verify.add_argument(
        "--dialect", metavar="NAME", help="linux, solaris ...; else what the system is"
    )
    verify.add_argument(
        "--quirk",
        metavar="NAME",
        action="append",
        default=[],
        help="judge as libpam does where pamkit does not: as for `pamkit run`",
    )
    verify.add_argument("--json", action="store_true", help="one JSON document on standard output")
