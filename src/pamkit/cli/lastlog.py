"""`pamkit lastlog`: when each user logged in last; what lastlog(8) and lastlog2(8) show.

Keys of the JSON document: `schema` (1), `pamkit` (version), `files`.  A file has `file` and
`logins`.  A login has `user` (null for a number without a name), `uid` (null in files by name),
`line`, `host`, `service` (null where nothing says it), `when` (seconds since 1970, null for never).
"""

from __future__ import annotations

import json
import os

from pamkit.cli.login_table import (
    complain,
    complain_of_none,
    files_of,
    print_columns,
    root_of,
    wall_time,
)
from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.version import version
from pamkit.formats import lastlog as table
from pamkit.formats import lastlog2
from pamkit.formats.utmp import layout_for, text
from pamkit.records.event import bytes_of
from pamkit.records.lastlog import LastlogRecorder
from pamkit.stores.login_files import PATIENCE, DiskLoginFiles
from pamkit.stores.login_tables import filled, is_database, rows
from pamkit.stores.system import system_world
from pamkit.vocab.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from pamkit.module.world import Accounts, Clock
    from pamkit.stores.root import Root

_KNOWN = (lastlog2.PATH, table.LASTLOG)
_HEAD = ("User", "Line", "Host", "Service", "Latest")
_NEVER = "never logged in"


class _Latest(Record):
    """The last login of a user as it is shown; ``when`` is `None` for who never came."""

    user: str | None
    uid: int | None
    line: str = ""
    host: str = ""
    service: str = ""
    when: int | None = None


def lastlog(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    root = root_of(args)
    files = files_of(args, _KNOWN, root)
    if not files:
        complain_of_none(_KNOWN)
        return REFUSED
    world = system_world(args.root)
    found: list[tuple[str, list[_Latest]]] = []
    status = DONE
    for path in files:
        try:
            found.append((path, list(_logins(root, path, args.user, world.accounts))))
        except (OSError, ValueError) as fault:
            complain(path, fault)
            status = REFUSED
    if args.json:
        _print_json(found)
        return status
    for path, logins in found:
        if len(found) > 1:
            print(f"{shown(path)}:")
        print_columns(_HEAD, [_cells(each, world.clock) for each in logins])
    return status


def _logins(root: Root, path: str, user: str | None, accounts: Accounts) -> Iterator[_Latest]:
    if is_database(root, path):
        return _of_database(root, path, user)
    if user is not None:
        return _of_one(root, path, user, accounts)
    return _of_table(root, path, accounts)


def _of_database(root: Root, path: str, user: str | None) -> Iterator[_Latest]:
    if user is None:
        found = rows(root, path, lastlog2.ALL)
    else:
        found = rows(root, path, lastlog2.FIND, bytes_of(user))
        if not found:
            yield _Latest(user, None)
    for row in found:
        match row:
            case (bytes(name), int(when), *rest):
                line, host, service = (
                    text(each) if isinstance(each, bytes) else "" for each in rest
                )
                yield _Latest(text(name), None, line, host, service, when or None)


def _of_one(root: Root, path: str, user: str, accounts: Accounts) -> Iterator[_Latest]:
    account = accounts.find(user)
    if account is None:
        raise ValueError(f"there is no user `{shown(user)}`, and it goes by their numbers")
    files = DiskLoginFiles(root, patience=PATIENCE)
    yield _latest(account.uid, user, LastlogRecorder(files, path).find(account.uid))


def _of_table(root: Root, path: str, accounts: Accounts) -> Iterator[_Latest]:
    layout = layout_for(os.uname().machine)
    for uid, data in filled(root, path, table.size(layout)):
        yield _latest(uid, _name(uid, accounts), table.decode(data, layout))


def _name(uid: int, accounts: Accounts) -> str | None:
    """Return the name of a user; without one, or if it cannot be had, the number is shown."""
    try:
        account = accounts.by_uid(uid)
    except OSError:
        return None
    return None if account is None else account.name


def _latest(uid: int, name: str | None, login: table.LastLogin) -> _Latest:
    return _Latest(name, uid, text(login.line), text(login.host), "", login.seconds or None)


def _cells(login: _Latest, clock: Clock) -> tuple[str, ...]:
    when = _NEVER if login.when is None else wall_time(clock, login.when * 1_000_000)
    user = f"#{login.uid}" if login.user is None else login.user
    return (user, login.line, login.host, login.service, when)


def _print_json(found: list[tuple[str, list[_Latest]]]) -> None:
    form = {
        "schema": 1,
        "pamkit": version(),
        "files": [
            {"file": shown(path), "logins": [_form(each) for each in logins]}
            for path, logins in found
        ],
    }
    print(json.dumps(form, indent=2))


def _form(login: _Latest) -> dict[str, object]:
    return {
        "user": None if login.user is None else shown(login.user),
        "uid": login.uid,
        "line": shown(login.line),
        "host": shown(login.host),
        "service": shown(login.service) or None,
        "when": login.when,
    }
