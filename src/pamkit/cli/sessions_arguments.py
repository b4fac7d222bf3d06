"""The arguments of `pamkit sessions`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_sessions(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    sessions = commands.add_parser(
        "sessions",
        allow_abbrev=False,
        help="sessions on record: show them, close those whose process has gone",
        description="Show the sessions that applications keep on record. `pamkit sessions reap`"
        " closes those that nobody will close any more, on the path on which they were opened.",
        epilog="Exit status: 0 done, 1 a session could not be closed, 2 the record cannot be used.",
    )
    sessions.set_defaults(parser=sessions)
    sessions.add_argument(
        "task", nargs="?", choices=["reap"], help="close sessions whose process has gone"
    )
    sessions.add_argument(
        "--file", metavar="FILE", help="the record, else /run/pamkit/sessions.sqlite"
    )
    sessions.add_argument(
        "--confdir", metavar="DIR", help="take policies from this directory alone"
    )
    sessions.add_argument("--dry-run", action="store_true", help="only say what would be closed")
    sessions.add_argument(
        "--json", action="store_true", help="one JSON document on standard output"
    )
