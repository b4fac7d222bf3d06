"""`pamkit last`: who was logged in, and until when; what last(1), lastb(1) and wtmpdb(8) show.

Keys of the JSON document: `schema` (1), `pamkit` (version), `files`.  A file has `file`, and
`logins`, the newest first.  A login has `kind` (`login`, `boot`, `failure`), `user`, `line`,
`host`, `service` (null where nothing says it), `began_us`, `ended_us` (microseconds since 1970,
null while it lasts), `ending` (`open`, `logout`, `down`, `crash`, `gone`; `gone`: its process is no
more, and nobody wrote when).
"""

from __future__ import annotations

import itertools
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
from pamkit.formats import wtmpdb
from pamkit.formats.utmp import BTMP, WTMP, backwards, layout_for, layout_of
from pamkit.records.history import Ending, of_btmp, of_wtmp, of_wtmpdb
from pamkit.stores.clock import SystemClock
from pamkit.stores.login_tables import end_of, is_database, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator
    from typing import Any

    from pamkit.module.world import Clock
    from pamkit.records.history import PastLogin
    from pamkit.stores.root import Root

_HEAD = ("User", "Line", "Host", "Service", "Began", "Ended", "Lasted")
_FAILED_HEAD = ("User", "Line", "Host", "When")

_GONE = "gone"

_SAID = {
    "open": "still logged in",
    "crash": "crash",
    "down": "down",
    _GONE: "gone, no logout",
}
"""What stands where the end would, for those without a logout."""


def last(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    root = root_of(args)
    known = (BTMP,) if args.failed else (wtmpdb.PATH, WTMP)
    files = files_of(args, known, root)
    if not files:
        complain_of_none(known)
        return REFUSED
    found: list[tuple[str, list[PastLogin]]] = []
    status = DONE
    for path in files:
        try:
            wanted = (
                each
                for each in _logins(root, path, failed=args.failed)
                if args.user is None or each.user == args.user
            )
            found.append((path, list(itertools.islice(wanted, args.limit))))
        except (OSError, ValueError) as fault:
            complain(path, fault)
            status = REFUSED
    if args.json:
        _print_json(found, root, failed=args.failed)
        return status
    for path, logins in found:
        if len(found) > 1:
            print(f"{shown(path)}:")
        _print(logins, root, failed=args.failed)
    return status


def _logins(root: Root, path: str, *, failed: bool) -> Iterator[PastLogin]:
    """Yield the logins of a file, the newest first; `OSError` if it cannot be read."""
    if is_database(root, path):
        return of_wtmpdb(rows(root, path, wtmpdb.ALL))
    data = end_of(root, path)
    records = backwards(data, layout_of(data, layout_for(os.uname().machine)))
    return of_btmp(records) if failed else of_wtmp(records)


def _print(logins: list[PastLogin], root: Root, *, failed: bool) -> None:
    clock = SystemClock()
    if failed:
        print_columns(
            _FAILED_HEAD,
            [(each.user, each.line, each.host, wall_time(clock, each.began)) for each in logins],
        )
        return
    print_columns(_HEAD, [_cells(each, clock, root) for each in logins])


def _cells(login: PastLogin, clock: Clock, root: Root) -> tuple[str, ...]:
    ending, lasted = _ending(login, root), ""
    if login.ended is None:
        ended = "still running" if login.is_boot else _SAID[ending]
    else:
        ended = _SAID.get(ending) or wall_time(clock, login.ended)
        lasted = _lasted((login.ended - login.began) // 1_000_000)
    began = wall_time(clock, login.began)
    return (login.user, login.line, login.host, login.service, began, ended, lasted)


def _ending(login: PastLogin, root: Root) -> str:
    """Return how a login ended, `gone` if its process did and nobody wrote when.

    Only of this machine's own records can that be told.
    """
    is_open = login.ending == Ending.OPEN and login.pid > 0 and root.is_system
    if is_open and not os.path.exists(f"/proc/{login.pid}"):
        return _GONE
    return login.ending.name.lower()


def _lasted(seconds: int) -> str:
    """Return a time in days, hours and minutes; a clock that was set back makes it negative."""
    sign, minutes = ("-", -seconds // 60) if seconds < 0 else ("", seconds // 60)
    days, hours = divmod(minutes // 60, 24)
    return (
        f"{sign}{days}+{hours:02}:{minutes % 60:02}" if days else f"{sign}{hours}:{minutes % 60:02}"
    )


def _print_json(found: list[tuple[str, list[PastLogin]]], root: Root, *, failed: bool) -> None:
    form = {
        "schema": 1,
        "pamkit": version(),
        "files": [
            {"file": shown(path), "logins": [_form(each, root, failed=failed) for each in logins]}
            for path, logins in found
        ],
    }
    print(json.dumps(form, indent=2))


def _form(login: PastLogin, root: Root, *, failed: bool) -> dict[str, Any]:
    kind = "failure" if failed else "boot" if login.is_boot else "login"
    return {
        "kind": kind,
        "user": shown(login.user),
        "line": shown(login.line),
        "host": shown(login.host),
        "service": shown(login.service) or None,
        "began_us": login.began,
        "ended_us": login.ended,
        "ending": _ending(login, root),
    }
