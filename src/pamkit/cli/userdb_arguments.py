"""The arguments of `pamkit userdb`."""

from __future__ import annotations

import argparse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Tasks = argparse._SubParsersAction[Any]


def add_userdb(commands: Tasks) -> None:
    """Add the command and its tasks."""
    userdb = commands.add_parser(
        "userdb",
        allow_abbrev=False,
        help="files of users who need not be users of the system, for pam_userdb",
        description="Make and manage an SQLite file of users, against which pam_userdb checks"
        " passwords. FILE is what `db=` says in the policy: without `.sqlite`, which is added."
        " Passwords are asked for without echo, or read from standard input, a line each.",
        epilog="Exit status: 0 done, 1 refused (the user is there already, is not there, or the"
        " password is wrong), 2 unusable command line or file, 130 interrupted.",
    )
    userdb.set_defaults(parser=userdb)
    tasks = userdb.add_subparsers(dest="task", metavar="task", required=True)
    _task(tasks, "init", "make a file without users, readable for its owner alone")
    _named(tasks, "add", "add a user, and ask for the password").add_argument(
        "--expires", metavar="DATE", help="refuse the user from this day on (UTC): YYYY-MM-DD"
    )
    _named(tasks, "passwd", "ask for a new password")
    _named(tasks, "remove", "remove a user")
    _named(tasks, "lock", "refuse a user, whatever the password")
    _named(tasks, "unlock", "let a user in again who was locked")
    _named(tasks, "expire", "refuse a user from a day on").add_argument(
        "date", metavar="DATE", help="YYYY-MM-DD (UTC), or `never`"
    )
    _named(tasks, "verify", "ask for a password and say whether it is the user's")
    listing = _task(tasks, "list", "show the users; never what their hashes are")
    listing.add_argument("--json", action="store_true", help="one JSON document")
    _add_import(tasks)


def _add_import(tasks: Tasks) -> None:
    taking = _task(
        tasks,
        "import",
        "add the users of another file, all or none",
        "Add the users of a Berkeley DB hash or GDBM file of pam_userdb's, or of a list of users"
        " with hashes like shadow(5) or a password file of a web server.",
    )
    taking.add_argument("source", metavar="FROM", help="the file to read, with its suffix")
    taking.add_argument(
        "--plain",
        action="store_true",
        help="FROM has passwords as they are (no `crypt=crypt` in its policy): hash them",
    )
    taking.add_argument(
        "--replace", action="store_true", help="replace users who are there already"
    )


def _named(tasks: Tasks, name: str, help_line: str) -> argparse.ArgumentParser:
    task = _task(tasks, name, help_line)
    task.add_argument("name", metavar="USER")
    return task


def _task(
    tasks: Tasks, name: str, help_line: str, description: str = ""
) -> argparse.ArgumentParser:
    task: argparse.ArgumentParser = tasks.add_parser(
        name,
        allow_abbrev=False,
        help=help_line,
        description=description or f"{help_line[:1].upper()}{help_line[1:]}.",
    )
    task.set_defaults(parser=task)
    task.add_argument("file", metavar="FILE", help="as in `db=FILE`; `.sqlite` is added")
    return task
