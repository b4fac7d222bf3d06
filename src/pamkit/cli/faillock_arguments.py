"""The arguments of `pamkit faillock`."""

from __future__ import annotations

import argparse

from pamkit.cli.status import REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_faillock(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    faillock = commands.add_parser(
        "faillock",
        allow_abbrev=False,
        help="failed logins that pam_faillock counted: show them, say who is locked, forget them",
        description="Show the failed logins on record, of one user or of all, as faillock(8) does;"
        " the files are the same. Nothing is made or changed but with --reset.",
        epilog="Exit status, as of faillock(8): 0 done, 1 unusable command line or no such user,"
        " 2 the directory cannot be read, 3 a file cannot be opened, 4 it cannot be emptied,"
        " 5 it cannot be read. With --locked: 6 if somebody is.",
    )
    faillock.set_defaults(parser=faillock, unusable=REFUSED)
    faillock.add_argument("--user", metavar="USER", help="this user, not all who have a file")
    faillock.add_argument(
        "--conf", metavar="FILE", help="settings, else those of /etc/security/faillock.conf"
    )
    faillock.add_argument(
        "--dir", metavar="DIR", help="where the files are, else where the settings say"
    )
    faillock.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    task = faillock.add_mutually_exclusive_group()
    task.add_argument("--reset", action="store_true", help="forget the failed logins")
    task.add_argument(
        "--locked",
        action="store_true",
        help="say who is locked and until when, as far as the settings say (words in a policy may"
        " say otherwise)",
    )
    task.add_argument(
        "--legacy-output", action="store_true", help="one line for each user, as of pam_tally2"
    )
    task.add_argument("--json", action="store_true", help="one JSON document on standard output")
