"""The arguments of `pamkit login`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_login(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    login = commands.add_parser(
        "login",
        allow_abbrev=False,
        help="log somebody in at this terminal, as login(1) does",
        description="Ask who it is, log them in by the policy of the service, give them the"
        " terminal and a shell, and put everything back when the shell has ended. For root, on a"
        " terminal: started by a getty, at the start of a container, or by hand. `LOGIN_RETRIES`,"
        " `LOGIN_TIMEOUT`, `TTYGROUP`, `TTYPERM`, `ENV_PATH` and `ENV_SUPATH` of /etc/login.defs"
        " count.",
        epilog="Exit status: that of the shell (128 and the signal's number if one ended it), 1"
        " nobody was let in, 2 unusable command line or policy, 130 interrupted.",
    )
    login.set_defaults(parser=login)
    login.add_argument("user", metavar="USER", nargs="?", help="who; else it is asked for")
    login.add_argument(
        "-f",
        "--trusted",
        action="store_true",
        help="USER was authenticated already, by whoever calls this: ask for no password",
    )
    login.add_argument("-H", "--host", metavar="HOST", help="where the terminal is used from")
    login.add_argument(
        "-p", "--preserve", action="store_true", help="keep the environment of this process"
    )
    login.add_argument(
        "--service", metavar="SERVICE", default="login", help="the name that picks the policy"
    )
    login.add_argument("--confdir", metavar="DIR", help="take policies from this directory alone")
    login.add_argument(
        "--sessions",
        metavar="FILE",
        help="where the session is on record, else /run/pamkit/sessions.sqlite",
    )
