"""`pamkit sessions`: the sessions on record, and the end of those whose process has gone.

Keys of the JSON document: `schema` (1), `pamkit` (version), `sessions`.  A session has `id`,
`state`, `service`, `user`, `uid`, `line`, `host`, `leader`, `opened` (seconds since 1970) and
`orphan` (whether its process has gone); with `reap` those are shown alone, and `outcome` says what
came of each.
"""

from __future__ import annotations

import json
import os
import sys
import time

from pamkit.cli.shown import shown
from pamkit.cli.status import DONE, REFUSED
from pamkit.cli.usage import UsageError
from pamkit.cli.version import version
from pamkit.login_records import SYSTEM, is_logged_in, line_on_record
from pamkit.sessions.ticket import ticket_on_record
from pamkit.stores.login_files import PATIENCE, DiskLoginFiles
from pamkit.stores.root import Root
from pamkit.stores.session_registry import DEFAULT, SessionRegistry
from pamkit.transaction import Transaction
from pamkit.vocab.errors import PamError, PolicyError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from typing import Any

    from pamkit.stores.session_steps import SessionEntry


def sessions(args: argparse.Namespace) -> int:
    """Carry out the command; return the exit status."""
    path = args.file or DEFAULT
    try:
        os.stat(path)
    except FileNotFoundError:
        raise UsageError(
            f"`{shown(path)}`: no such file",
            "an application that keeps sessions on record makes it (`sessions=`)",
        ) from None
    with SessionRegistry(path) as registry:
        orphans = registry.orphans()
        if args.task == "reap":
            return _reap(args, registry, orphans)
        entries = registry.sessions()
    gone = {entry.id for entry in orphans}
    if args.json:
        _print_json(entries, gone)
    else:
        for entry in entries:
            _show(entry, "its process has gone" if entry.id in gone else "")
    return DONE


def _reap(
    args: argparse.Namespace, registry: SessionRegistry, orphans: tuple[SessionEntry, ...]
) -> int:
    status = DONE
    outcomes = {}
    for entry in orphans:
        said = "would be closed" if args.dry_run else _end(args, registry, entry)
        outcomes[entry.id] = said
        if not args.json:
            _show(entry, said)
        if not args.dry_run and said not in _GONE:
            status = REFUSED
    if args.json:
        _print_json(orphans, set(outcomes), outcomes)
    return status


_CLOSED, _FORGOTTEN, _OTHERS = "closed", "was never open", "is another's to close"
_GONE = (_CLOSED, _FORGOTTEN, _OTHERS)


def _end(args: argparse.Namespace, registry: SessionRegistry, entry: SessionEntry) -> str:
    """End a session as its opener would have; return what came of it."""
    if entry.state == "opening":
        # Its modules may have begun: what they keep they tidy up by themselves.
        return _FORGOTTEN if registry.failed(entry.id) else _OTHERS
    if entry.state == "closing" and not registry.adopt(entry.id):
        return _OTHERS
    try:
        with Transaction.resume(
            entry.id,
            sessions=registry,
            confdir=args.confdir,
            leader=entry.leader,
            records=_records(entry),
            **_spoken(entry),
        ) as pam:
            pam.session().close()
    except (PamError, PolicyError, ValueError) as refused:
        now = registry.find(entry.id)
        if now is None or now.closer not in (None, os.getpid()):
            return _OTHERS  # somebody else was quicker
        so_far = "closed, but" if now.state == "closed" else "cannot be closed"
        return f"{so_far}: {refused}".partition("\n")[0]
    return _CLOSED


def _spoken(entry: SessionEntry) -> dict[str, Any]:
    """Return dialect and quirks of the opener: under others its path would be another one."""
    ticket = ticket_on_record(entry)
    return {"dialect": ticket.dialect, "quirks": ticket.quirks}


def _records(entry: SessionEntry) -> str | None:
    """Return the setting for login records: the logout is on them only where the login is."""
    line = line_on_record(entry.line or "", entry.service, entry.leader)
    files = DiskLoginFiles(Root("/"), patience=PATIENCE)
    return SYSTEM if is_logged_in(files, line, entry.leader) else None


def _show(entry: SessionEntry, remark: str) -> None:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(entry.opened / 1_000_000))
    words = [entry.id[:8], entry.state, entry.service, entry.user, entry.line or "-"]
    where = f" from {entry.host}" if entry.host else ""
    note = f": {remark}" if remark else ""
    line = f"{when}  {' '.join(words)}{where}  (process {entry.leader}){note}"
    print(shown(line))
    sys.stdout.flush()


def _print_json(
    entries: tuple[SessionEntry, ...], gone: set[str], outcomes: dict[str, str] | None = None
) -> None:
    fields = ("id", "state", "service", "user", "uid", "line", "host", "leader")
    found = [
        {name: getattr(entry, name) for name in fields}
        | {"opened": entry.opened / 1_000_000, "orphan": entry.id in gone}
        | ({} if outcomes is None else {"outcome": outcomes[entry.id]})
        for entry in entries
    ]
    print(json.dumps({"schema": 1, "pamkit": version(), "sessions": found}, indent=2))
