"""The arguments of `pamkit test`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_test(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    test = commands.add_parser(
        "test",
        allow_abbrev=False,
        help="whether policies do what a table of situations says they should",
        description="Rehearse the logins that files in TOML describe, and prove the claims in them:"
        " who is let in and who is not, when a module answers so, on such a day. Nothing is run"
        " but the policy, nobody is asked, and no rights are needed.",
        epilog="Exit status: 0 everything is as expected, 1 something is not, 2 unusable command"
        " line, file or policy.",
    )
    test.set_defaults(parser=test)
    test.add_argument("files", metavar="FILE", nargs="+", help="situations and what is expected")
    test.add_argument("--root", metavar="DIR", help="use the policies below DIR, whatever is said")
    form = test.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON document on standard output")
    form.add_argument("--junit", action="store_true", help="JUnit XML, for test reports")
    form.add_argument("--plain", action="store_true", help="plain ASCII, no colours")
