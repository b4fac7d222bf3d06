"""The arguments of `pamkit timestamp-check`."""

from __future__ import annotations

import argparse

from pamkit.cli.status import REFUSED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_timestamp_check(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    check = commands.add_parser(
        "timestamp-check",
        allow_abbrev=False,
        help="whether pam_timestamp would let you in again on this terminal; remove the stamp",
        description="Say by the exit status whether there is a stamp of pam_timestamp that counts:"
        " of who calls, on this terminal, for becoming USER. The stamp is read, not only its age"
        " looked at, with the timeout of 300 seconds.",
        epilog="Exit status, as of pam_timestamp_check(8): 0 there is one (with -k: it is gone),"
        " 1 unusable command line, 2 not root, 3 standard input, output or error is closed,"
        " 4 no such user, 5 the directory is not root's alone, 6 no terminal to speak of,"
        " 7 no stamp that counts, 255 with -k: it cannot be removed.",
    )
    check.set_defaults(parser=check, unusable=REFUSED)
    check.add_argument("user", metavar="USER", nargs="?", help="whom you want to become")
    check.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    task = check.add_mutually_exclusive_group()
    task.add_argument("-k", dest="remove", action="store_true", help="remove the stamp")
    task.add_argument(
        "-d",
        dest="watch",
        action="store_true",
        help="print the exit status there would be, again every seven seconds, without end",
    )
