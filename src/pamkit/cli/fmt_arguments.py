"""The arguments of `pamkit fmt`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def add_fmt(commands: argparse._SubParsersAction[Any]) -> None:
    """Add the command."""
    fmt = commands.add_parser(
        "fmt",
        allow_abbrev=False,
        help="policies laid out in columns, with every meaning as it was",
        description="Lay out policies: columns are aligned and continued lines joined; comments,"
        " blank lines and lines with a mistake stay as they are, and no line means anything else"
        " than before. Files are replaced whole, with the same owner and mode.",
        epilog="Exit status: 0 done, 1 something would change (with --check), or could not be laid"
        " out, 2 unusable command line, 130 interrupted.",
    )
    fmt.set_defaults(parser=fmt)
    fmt.add_argument(
        "paths",
        metavar="PATH",
        nargs="*",
        help="policies, pam.conf, or directories of policies (not those inside of them); `-` is"
        " standard input, laid out on standard output; default: /etc/pam.d",
    )
    fmt.add_argument(
        "--check",
        action="store_true",
        help="write nothing: name the files that would change, and exit with 1 if there are any",
    )
    fmt.add_argument(
        "--diff", action="store_true", help="write nothing: show what would change, as diff -u does"
    )
    fmt.add_argument("--stdin", action="store_true", help="the same as `-`")
    fmt.add_argument(
        "--stdin-filename",
        metavar="NAME",
        help="read standard input, and call it NAME: `pam.conf` has one column more",
    )
    fmt.add_argument(
        "--follow", action="store_true", help="lay out the files that symbolic links lead to"
    )
    fmt.add_argument(
        "--managed",
        action="store_true",
        help="lay out what pam-auth-update, authselect and the like write, too; they take that for"
        " a change by hand",
    )
    fmt.add_argument(
        "--dialect",
        metavar="NAME",
        default="debian",
        help="debian, linux, solaris ...; default: debian, on every machine",
    )
    fmt.add_argument("--root", metavar="DIR", default="/", help="use the files below DIR")
    fmt.add_argument("--json", action="store_true", help="one JSON document on standard output")
