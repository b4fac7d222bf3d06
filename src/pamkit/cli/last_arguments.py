"""The arguments of `pamkit last` and `pamkit lastlog`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_last(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    last = commands.add_parser(
        "last",
        allow_abbrev=False,
        help="who was logged in, and until when; who failed to be",
        description="Show the logins on record, the newest first: those of wtmpdb(8) and those of"
        " wtmp, as last(1) does, or with --failed those of btmp, as lastb(1) does. Names are not"
        " cut.",
        epilog="Exit status: 0 done, 1 there is no such record or it cannot be read, 2 unusable"
        " command line.",
    )
    last.set_defaults(parser=last)
    last.add_argument("--user", metavar="USER", help="this user, not all")
    last.add_argument("--limit", metavar="COUNT", type=_count, help="so many of each file at most")
    last.add_argument("--failed", action="store_true", help="failed logins, those of btmp")
    _add_places(last)


def add_lastlog(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    lastlog = commands.add_parser(
        "lastlog",
        allow_abbrev=False,
        help="when each user logged in last",
        description="Show the last login of each user: those of lastlog2(8) and those of"
        " lastlog(8). Who never logged in is not shown but by name, with --user.",
        epilog="Exit status: 0 done, 1 there is no such record or it cannot be read, or no such"
        " user, 2 unusable command line.",
    )
    lastlog.set_defaults(parser=lastlog)
    lastlog.add_argument("--user", metavar="USER", help="this user, not all")
    _add_places(lastlog)


def _add_places(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--file", metavar="FILE", help="read this file alone; what it is, its bytes say"
    )
    command.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    command.add_argument("--json", action="store_true", help="one JSON document on standard output")


def _count(word: str) -> int:
    if not word.isascii() or not word.isdigit() or not int(word[:9]):
        raise argparse.ArgumentTypeError(f"expected a number of logins, found `{word}`")
    return int(word)
