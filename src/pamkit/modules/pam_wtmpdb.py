"""Put logins and their ends on record, beyond 2038.

When a session is opened, the user, the terminal, the host, the service and the time become a row of
`/var/lib/wtmpdb/wtmp.db`; when it is closed, that time is added to it.  This is the database of
wtmpdb(8), the successor of wtmp(5), an SQLite file; `database=` is another one.  It is made if its
directory is there.  Nothing is done where users prove who they are: the answer is ignore.  It is
also for services on the list of `skip_if=`: sshd(8), for one, writes its own.

The terminal is `PAM_TTY` or, if that is no more than a display, the one that `XDG_VTNR` numbers;
the host is `PAM_RHOST`, or `PAM_XDISPLAY`.

The session need not be closed on the handle that opened it, nor in the same process: then the row
is found by user and terminal, which have to be set as they were at the beginning.  On a real
terminal the newest login counts, for those within another end before it.  Where several can be
open under one name (`ssh`, `cron`, a display), there must be just one since the machine was
started: none is ended on a guess.  C's module cannot do that at all, but answers `no_module_data`.

A user who is not known is `user_unknown`.  A database that cannot be written is `system_err`, also
if somebody else writes for more than five seconds, and so is an end without a beginning.  Success
proves nothing about who is asking.

Differences, beside that: root does not write where others could lay a journal beside the database,
for SQLite would carry it out: the directory and those above it are root's alone.  The directory is
not made.  wtmpdbd is not asked: the file is shared with it.  `database=` is about its own line (C
goes on with it in all others of the program), and `database=varlink` is a file.  An end that is on
record stays as it is.  What is logged of SQLite's errors begins as in C, but may be worded
otherwise.

Source: `pam_wtmpdb(8)` of wtmpdb.
"""

from __future__ import annotations

import errno

from pamkit.formats import wtmpdb
from pamkit.module.call import ModuleCall
from pamkit.module.declaration import declare, example
from pamkit.module.facts import NEEDS_ROOT, NEVER_PROMPTS, WRITES_FILES
from pamkit.module.options import Options, flag, path, text
from pamkit.records.event import Happening, LoginEvent, line_of
from pamkit.records.patience import patiently
from pamkit.records.told import debug, is_listed, remote_of, user_of, virtual_terminal
from pamkit.records.wtmpdb import WtmpdbRecorder
from pamkit.vocab.codes import ReturnCode
from pamkit.vocab.facility import Primitive
from pamkit.vocab.item import Item
from pamkit.vocab.priority import Priority

_SECONDS = 5.0  # C: TIMEOUT
_ROOM = 12
_NO_LOGIN = "Cannot get ID from open session!"


class WtmpdbOptions(Options):
    """What may stand after the module's name in a policy."""

    complains = True

    debug: bool = flag("log more")
    silent: bool = flag("do not log that there is no user")
    database: str = path("write this file", default=wtmpdb.PATH)
    skip_if: str = text("not for these services, with commas between them", value="services")


MODULE = declare(
    "pam_wtmpdb",
    options=WtmpdbOptions,
    answers={
        Primitive.AUTHENTICATE: "ignore",
        Primitive.SETCRED: "ignore",
        Primitive.ACCT_MGMT: "ignore",
        Primitive.OPEN_SESSION: "success ignore user_unknown system_err",
        Primitive.CLOSE_SESSION: "success ignore system_err",
    },
    reads=[Item.USER, Item.SERVICE, Item.TTY, Item.RHOST, Item.XDISPLAY],
    files=[wtmpdb.PATH],
    facts=[NEVER_PROMPTS, WRITES_FILES, NEEDS_ROOT],
    examples=[
        example("login", "session optional pam_wtmpdb.so"),
        example("common-session", "session optional pam_wtmpdb.so skip_if=sshd"),
    ],
)


def pam_sm_authenticate(_: ModuleCall[WtmpdbOptions]) -> ReturnCode:
    """Do nothing."""
    return ReturnCode.IGNORE


pam_sm_setcred = pam_sm_acct_mgmt = pam_sm_authenticate


async def pam_sm_open_session(call: ModuleCall[WtmpdbOptions]) -> ReturnCode:
    """Put the login on record."""
    if is_listed(call, "skip_if"):
        return ReturnCode.IGNORE
    call.set_data(_data(call), None)  # a session that is not on record is not looked for at its end
    user = user_of(call, quiet=call.options.silent or call.silent)
    event = LoginEvent(
        Happening.LOGIN,
        _now(call),
        user,
        line=_line(call),
        host=remote_of(call),
        service=call.item(Item.SERVICE) or "",
    )
    debug(call, f"service={event.service}")
    number = await _recorded(call, event)
    if number is None:
        return ReturnCode.SYSTEM_ERR
    debug(call, f"id={number}")
    call.set_data(_data(call), number)
    return ReturnCode.SUCCESS  # the login is on record; that lets nobody in


async def pam_sm_close_session(call: ModuleCall[WtmpdbOptions]) -> ReturnCode:
    """Put the end of the login on record."""
    if is_listed(call, "skip_if"):
        return ReturnCode.IGNORE
    gone = LoginEvent(Happening.LOGOUT, _now(call))
    try:
        number: int | None = call.data(_data(call))
        gone = gone.changed(number=number)
    except KeyError:
        # Another handle, perhaps in another process, has opened the session.
        gone = gone.changed(user=call.item(Item.USER) or "", line=_line(call))
    if gone.number is None and not (gone.user and gone.line):
        call.log(Priority.ERR, _NO_LOGIN)
        return ReturnCode.SYSTEM_ERR
    if gone.number is not None:
        debug(call, f"id={gone.number}")
    if await _recorded(call, gone) is None:
        return ReturnCode.SYSTEM_ERR
    return ReturnCode.SUCCESS  # nothing is granted at an end


def _data(call: ModuleCall[WtmpdbOptions]) -> str:
    """Return the name of the number, which is about one database."""
    return f"pam_wtmpdb {call.options.database}"


def _now(call: ModuleCall[WtmpdbOptions]) -> int:
    return int(call.world.clock.now() * 1_000_000)


def _line(call: ModuleCall[WtmpdbOptions]) -> str:
    found = line_of(virtual_terminal(call, call.item(Item.TTY) or "", room=_ROOM))
    debug(call, f"tty={found}")
    return found


async def _recorded(call: ModuleCall[WtmpdbOptions], event: LoginEvent) -> int | None:
    """Return the number of the row that was written; `None` if none could be."""
    recorder = WtmpdbRecorder(call.world.login_files, call.options.database)
    try:
        return await patiently(call, lambda: recorder.record(event), seconds=_SECONDS)
    except OSError as fault:
        call.log(Priority.ERR, _failure(call.options.database, event, fault))
        return None


_NOT_OPENED = (errno.EACCES, errno.EPERM, errno.ENOENT, errno.ENOTDIR, errno.ELOOP)


def _failure(file: str, event: LoginEvent, fault: OSError) -> str:
    reason = fault.strerror or type(fault).__name__
    if fault.errno == errno.ESRCH:
        return _NO_LOGIN
    if fault.errno in _NOT_OPENED:
        return f"Cannot create/open database ({file}): {reason}"
    if fault.errno == errno.EINVAL:  # it is no database
        return f"SQL error creating table: {reason}"
    is_login = event.happening == Happening.LOGIN
    return f"{'Adding an entry' if is_login else 'Updating logout time'} failed: {reason}"
